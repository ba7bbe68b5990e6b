package transfer

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"twofold/vault"
)

func shapes(keys []vault.Key) []string {
	var out []string
	for _, k := range keys {
		issuer, label := splitName(k.Issuer, k.Label) // a prefix that is kept in the name says as much
		out = append(out, fmt.Sprint(k.Type, issuer, "|", label, k.Secret.RevealBase32(), k.Algorithm, k.Digits, k.Period, k.Counter))
	}
	slices.Sort(out)
	return out
}

func expectedShapes(t *testing.T, file []byte) []string {
	t.Helper()
	var want []struct {
		Type                            vault.Type
		Issuer, Name, Secret, Algorithm string
		Digits                          int
		Period                          *int
		Counter                         *uint64
	}
	if err := json.Unmarshal(file, &want); err != nil {
		t.Fatal(err)
	}
	var keys []vault.Key
	for _, w := range want {
		if _, known := vault.ParseAlgorithm(w.Algorithm); !known || w.Type == "motp" || w.Type == "yandex" {
			continue // to be refused by name
		}
		secret, err := vault.ParseSecret(w.Secret)
		if err != nil {
			t.Fatal(err)
		}
		k := vault.Key{Secret: secret, Account: vault.Account{Type: w.Type, Issuer: strings.TrimSpace(w.Issuer), Label: strings.TrimSpace(w.Name), Algorithm: vault.Algorithm(w.Algorithm), Digits: w.Digits}}
		if w.Period != nil {
			k.Period = *w.Period
		}
		if w.Counter != nil {
			k.Counter = *w.Counter
		}
		keys = append(keys, k)
	}
	return shapes(keys)
}
