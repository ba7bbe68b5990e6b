package main

import (
	"net/url"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"twofold/qr"
	"twofold/vault"
)

// authenticator is an app on a phone: our vault with one entry.
type authenticator struct {
	lab    *lab
	vault  *vault.Vault
	entry  vault.Account
	secret string // base32
}

// keeps makes an app with one entry.
func (l *lab) keeps(key vault.Key) *authenticator {
	l.t.Helper()
	a := &authenticator{lab: l, vault: vault.Throwaway(vault.Options{})}
	l.t.Cleanup(func() { _ = a.vault.Close() })
	var err error
	a.entry, err = a.vault.Add(l.t.Context(), key)
	l.ok(err)
	uri, err := url.Parse(key.RevealURI())
	l.ok(err)
	a.secret = l.hides(uri.Query().Get("secret"))
	return a
}

// scans points the camera at the page.
func (p *person) scans() *authenticator {
	p.t.Helper()
	return p.lab.keeps(keyOn(p.t, runAs(p, chromedp.Screenshot(chromedp.CSS(".qr img")))))
}

// keyOn reads the one code in a picture.
func keyOn(t *testing.T, picture []byte) vault.Key {
	t.Helper()
	found, err := qr.Decode(picture)
	if err != nil || len(found) != 1 {
		t.Fatalf("codes in the picture: %d, %v", len(found), err)
	}
	key, err := vault.ParseKeyURI(found[0].Text)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// typed is an app into which the secret was typed by hand.
func (l *lab) typed(text string) *authenticator {
	l.t.Helper()
	secret, err := vault.ParseSecret(text)
	l.ok(err)
	return l.keeps(vault.Key{
		Account: vault.Account{Type: vault.TOTP, Label: "typed by hand", Algorithm: vault.SHA1, Digits: vault.DefaultDigits, Period: 30},
		Secret:  secret,
	})
}

// countsInstead is the same entry in an app that was set to counter-based.
func (a *authenticator) countsInstead() *authenticator {
	a.lab.t.Helper()
	key, err := a.vault.Key(a.lab.t.Context(), a.entry.ID)
	a.lab.ok(err)
	key.Type, key.Period, key.ID, key.Added = vault.HOTP, 0, "", time.Time{}
	return a.lab.keeps(key)
}

// shows is the code so many steps from now, by the verifier's clock. A counter-based app counts on instead.
func (a *authenticator) shows(steps int) string {
	a.lab.t.Helper()
	code, err := a.vault.Code(a.lab.t.Context(), a.entry.ID, a.lab.now().Add(time.Duration(steps)*30*time.Second))
	a.lab.ok(err)
	return a.lab.hides(code.Reveal())
}
