package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"twofold/vault"
)

func enteURI(name, display string) string {
	return "otpauth://totp/" + name + "?secret=" + strings.ToLower(rfcBase32) + "&algorithm=sha1&digits=6&issuer&period=30&codeDisplay=" + display
}

func TestEnteKnowsMoreThanTheKey(t *testing.T) {
	long := strings.Repeat("ü", 2000)
	list := strings.Join([]string{
		enteURI("KOR:ada", url.QueryEscape(`{"pinned":true,"trashed":false,"lastUsedAt":1700000000123456,"tapCount":7,"tags":["work","a+b"],"note":"a note + more","position":3,"newer":[{}]}`)),
		enteURI("bob", url.QueryEscape(`{"trashed":true,"tags":null,"note":null,"lastUsedAt":"0","tapCount":-1}`)),
		enteURI(":eve", url.QueryEscape(`{"note":"`+long+`","tags":["",7]}`)),
		enteURI("odd", "%7B"), enteURI("odder", "%"), enteURI("oddest", url.QueryEscape(`{"tags":{},"note":[]}`)),
		"otpauth://hotp/KOR:count?period=30&secret=" + rfcBase32 + "&codeDisplay=null",
		enteURI("bad", "%7B%7D") + "&digits=99",
	}, "\r\n")
	before := time.Now().Add(-time.Second)
	e := mustRead(t, "ente", []byte(list), "")
	if got := names(e); got != "KOR:ada\nbob\neve\nodd\nodder\noddest\nKOR:count\n!8 bad: line 8: digits: is given twice" {
		t.Error(got)
	}
	ada, bob, eve := e.Keys[0], e.Keys[1], e.Keys[2]
	if !ada.Pinned || ada.Uses != 7 || ada.LastUsed.UnixMicro() != 1700000000123456 || fmt.Sprint(ada.Tags) != "[work a+b]" || ada.Note != "a note + more" || !ada.Removed.IsZero() {
		t.Errorf("%+v", ada)
	}
	if bob.Removed.Before(before) || bob.Pinned || bob.Tags != nil || bob.Uses != 0 || !bob.LastUsed.IsZero() {
		t.Errorf("%+v", bob)
	}
	if eve.Note != long || fmt.Sprint(eve.Tags) != "[7]" {
		t.Errorf("%+v", eve)
	}
}

func TestEnteRoundTrip(t *testing.T) {
	roundTrip(t, ente, "")
	roundTrip(t, ente, "correct horse")
}

func TestEntePage(t *testing.T) {
	page := "<html><body><p>" + strings.ReplaceAll(enteURI("KOR:ada", url.QueryEscape(`{"pinned":true,"note":"<b>"}`)), "&", "&amp;") + "</p></body></html>"
	e := mustRead(t, "ente", []byte(page), "")
	if len(e.Keys) != 1 || !e.Keys[0].Pinned || e.Keys[0].Note != "<b>" {
		t.Errorf("%+v", e)
	}
}

func TestEnteRefusals(t *testing.T) {
	file := writtenBy(t, ente, "test", plainKey(t, "ada"))
	if _, _, err := open(t, file, "Test"); !errors.Is(err, ErrPasswordOrFile) {
		t.Errorf("wrong password: %v", err)
	}
	if _, _, err := open(t, file, ""); !errors.Is(err, ErrNeedsPassword) {
		t.Errorf("no password: %v", err)
	}
	var doc map[string]any
	if err := json.Unmarshal(file, &doc); err != nil {
		t.Fatal(err)
	}
	kdf, _ := doc["kdfParams"].(map[string]any)
	for name, row := range map[string]struct {
		in    map[string]any
		key   string
		value any
		want  error
	}{
		"much memory": {kdf, "memLimit", int64(4 << 30), ErrTooCostly},
		"many passes": {kdf, "opsLimit", 1000, ErrTooCostly},
		"much work":   {kdf, "opsLimit", 60, ErrTooCostly},
		"negative":    {kdf, "memLimit", -1, ErrTooCostly},
		"no memory":   {kdf, "memLimit", nil, ErrBadFile},
		"no passes":   {kdf, "opsLimit", 0, ErrBadFile},
		"no salt":     {kdf, "salt", "", ErrBadFile},
		"odd salt":    {kdf, "salt", "A", ErrBadFile},
		"short nonce": {doc, "encryptionNonce", "AAAA", ErrBadFile},
		"no data":     {doc, "encryptedData", "AAAA", ErrBadFile},
		"newer":       {doc, "version", 2, ErrRefused},
	} {
		old := row.in[row.key]
		row.in[row.key] = row.value
		data, _ := json.Marshal(doc)
		row.in[row.key] = old
		_, err := ente.Open(t.Context(), Input{Data: data, Password: func(context.Context, bool) (vault.Secret, error) {
			t.Errorf("%s: asked for a password", name)
			return vault.Secret{}, ErrNeedsPassword
		}})
		if !errors.Is(err, row.want) {
			t.Errorf("%s: %v, want %v", name, err, row.want)
		}
	}
}

func FuzzEnte(f *testing.F) {
	f.Add([]byte(enteURI("KOR:ada", url.QueryEscape(`{"pinned":true,"tags":["x"],"note":"n","lastUsedAt":17}`))))
	f.Add([]byte("<html>" + enteURI("a", "%7B%7D") + "</html>"))
	f.Add([]byte(`{"version":1,"kdfParams":{"memLimit":8192,"opsLimit":1,"salt":"AAAAAAAAAAAAAAAAAAAAAA=="},"encryptedData":"AAAAAAAAAAAAAAAAAAAAAAAAAAAA","encryptionNonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}`))
	fuzzRead(f, ente)
}
