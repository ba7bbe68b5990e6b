package transfer

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/vault"
)

// roundTrip writes random accounts in a format and reads them back. What Sort says is held must come back the same but
// for the losses that it names, what is left out must be named with a reason, and what is written under a password
// must show nothing of an account. The password is empty for a file in the clear.
func roundTrip(t *testing.T, f Format, password string) {
	t.Helper()
	const rounds, most = 4, 60
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	for range rounds {
		keys := make([]vault.Key, 1+random.IntN(most))
		for i := range keys {
			keys[i] = randomKey(t, random)
		}
		oneTrip(t, f, password, seed, keys)
		if password != "" {
			break // each costs a key derivation or two
		}
	}
}

func oneTrip(t *testing.T, f Format, password string, seed uint64, keys []vault.Key) {
	t.Helper()
	held, left, losses := f.Sort(keys)
	if len(held)+len(left) != len(keys) {
		t.Fatalf("seed %d: of %d accounts %d are held and %d left out", seed, len(keys), len(held), len(left))
	}
	for _, l := range left {
		if l.Entry < 1 || l.Entry > len(keys) || !strings.Contains(l.Reason, "cannot hold") || l.Name != keys[l.Entry-1].Name() {
			t.Errorf("seed %d: left out without a reason: %+v", seed, l)
		}
	}
	if len(held) == 0 {
		return
	}
	o := Output{Program: "Twofold 1.0"}
	if password != "" {
		o.Password, _ = vault.NewSecret([]byte(password))
	}
	var file bytes.Buffer
	if err := f.Write(t.Context(), &file, held, o); err != nil {
		t.Fatalf("seed %d: write %d accounts: %v", seed, len(held), err)
	}
	if password != "" {
		shows(t, file.Bytes(), held)
	}
	if got, err := Recognize(file.Bytes()); f.Is != nil && (err != nil || got.Name != f.Name) {
		t.Fatalf("seed %d: what %s wrote is recognized as %q: %v", seed, f.Name, got.Name, err)
	}
	e, err := f.Open(t.Context(), Input{Data: file.Bytes(), Password: passwordOf(password)})
	if err != nil || len(e.Aside) > 0 || len(e.Parts) > 0 {
		t.Fatalf("seed %d: read %d accounts back: %v, aside %v, parts %v", seed, len(held), err, e.Aside, e.Parts)
	}
	var got, want []string
	for _, k := range e.Keys {
		got = append(got, whole(k))
	}
	for _, k := range held {
		want = append(want, whole(without(t, k, f, losses)))
	}
	slices.Sort(got)
	slices.Sort(want)
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Fatalf("seed %d: %d accounts became %d, first\n%s\nand not\n%s", seed, len(want), len(got), at(got, i), want[i])
		}
	}
	if len(got) != len(want) {
		t.Fatalf("seed %d: %d accounts became %d", seed, len(want), len(got))
	}
}

func at(list []string, i int) string {
	if i >= len(list) {
		return "nothing"
	}
	return list[i]
}

// without is a key as it must come back: what Lacks names of it is gone, and what Sort named of all is a superset.
func without(t *testing.T, k vault.Key, f Format, losses []string) vault.Key {
	t.Helper()
	if f.Lacks == nil {
		return k
	}
	for _, l := range f.Lacks(k.Account) {
		if !slices.Contains(losses, l.What) {
			t.Errorf("%s loses %q without saying so", f.Name, l.What)
		}
		switch l.What {
		case lossTags:
			k.Tags = nil
		case lossMoreTags:
			k.Tags = k.Tags[:1]
		case lossPin:
			k.Pinned = false
		case lossNote:
			k.Note = ""
		case lossUse:
			k.Uses, k.LastUsed = 0, time.Time{}
		default:
			t.Errorf("%s loses %q, which this test does not know", f.Name, l.What)
		}
	}
	return k
}

// whole is everything of a key that travels; when it was added and put into the trash is another vault's business.
func whole(k vault.Key) string {
	return fmt.Sprintf("%s %q %q %x %s %d %d %d tags %q pinned %v note %q used %d %s trash %v", k.Type, k.Issuer, k.Label, k.Secret.Reveal(),
		k.Algorithm, k.Digits, k.Period, k.Counter, k.Tags, k.Pinned, k.Note, k.Uses, k.LastUsed.UTC().Format(time.RFC3339), !k.Removed.IsZero())
}

// shows fails when a file under a password lets something of an account through.
func shows(t *testing.T, file []byte, keys []vault.Key) {
	t.Helper()
	for _, k := range keys {
		for _, text := range []string{k.Secret.RevealBase32(), string(k.Secret.Reveal()), k.Issuer, k.Label, k.Note} {
			if len(text) >= 6 && bytes.Contains(file, []byte(text)) {
				t.Errorf("%q is in the encrypted file", text)
			}
		}
	}
}

// randomKey is an account of any kind that a vault holds.
func randomKey(t *testing.T, random *rand.Rand) vault.Key {
	t.Helper()
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	some := func(one, of int) bool { return random.IntN(of) < one }
	k := vault.Key{Account: vault.Account{
		Type: vault.TOTP, Issuer: randomName(random), Label: randomName(random),
		Algorithm: vault.Algorithm(pick("SHA1", "SHA1", "SHA256", "SHA512")), Digits: 6, Period: 30,
	}}
	if some(1, 3) {
		k.Digits = 4 + random.IntN(7)
	}
	if some(1, 3) {
		k.Period = []int{1, 10, 15, 20, 60, 90, 300, 301, 86400, 1 + random.IntN(86400)}[random.IntN(10)]
	}
	switch random.IntN(4) {
	case 0:
		k.Type, k.Period, k.Counter = vault.HOTP, 0, []uint64{0, 1, 1 << 31, 1<<63 - 1, random.Uint64() >> 1}[random.IntN(5)]
	case 1:
		k.Type, k.Algorithm, k.Digits, k.Period = vault.Steam, vault.SHA1, 5, 30
	}
	for range random.IntN(4) {
		if tag := randomName(random); tag != "" && !slices.Contains(k.Tags, tag) {
			k.Tags = append(k.Tags, tag)
		}
	}
	k.Pinned = some(1, 3)
	if some(1, 3) {
		k.Note = pick("a note", "two\nlines\r\n\tand a tab", " a+b & c=100% \"q\" <x> ' \\ / ", "Grüße 🙂 e\u0301", strings.Repeat("ü", 2048))
	}
	if some(1, 3) {
		k.Uses, k.LastUsed = 1+random.IntN(1000), time.Unix(1_500_000_000+random.Int64N(300_000_000), 0).UTC()
	}
	if some(1, 12) {
		k.Removed = time.Unix(1_700_000_000, 0).UTC()
	}
	raw := make([]byte, []int{1, 5, 10, 10, 16, 20, 20, 20, 32, 64, 128, 1 + random.IntN(40)}[random.IntN(12)])
	for i := range raw {
		raw[i] = byte(random.Uint32())
	}
	var err error
	if k.Secret, err = vault.NewSecret(raw); err != nil {
		t.Fatal(err)
	}
	if err := k.Validate(); err != nil {
		t.Fatal(err)
	}
	return k
}

func randomName(random *rand.Rand) string {
	parts := []string{
		"", "ada", "KOR", "a b", "a:b", ":", "Steam", "ada@example.com", "+", "100%", "%3A", "&", "=", "?", "#", "/", "\\", "\"", "'", "<b>", ",", ";",
		"Grüße", "e\u0301", "日本", "🙂", "\u202eabc", "null", "0", " - ", "(x)", "|", "{}", "[1]", "-", "~", "\u00a0x", strings.Repeat("lang", 30),
	}
	name := ""
	for range random.IntN(4) {
		name += parts[random.IntN(len(parts))]
	}
	return strings.TrimSpace(name)
}
