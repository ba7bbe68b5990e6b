package transfer

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"twofold/vault"
)

// entry is an account as a file has it, before anything of it is believed. Zero values stand for the usual: SHA1, 6
// digits, 30 s.
type entry struct {
	kind          string // totp, hotp, steam, in any case; empty is totp
	issuer, label string
	secret        string // in base32, unless raw is given
	raw           []byte
	algorithm     string // as the format spells it: SHA1, HmacSHA256, sha-512
	digits        int
	period        int
	counter       uint64

	tags     []string
	pinned   bool
	note     string
	added    time.Time
	lastUsed time.Time
	uses     int
	removed  time.Time
}

// take adds an entry to an export, or names it with the reason for which it cannot be taken. Entries are counted from 1.
func (e *Export) take(in entry) {
	number := len(e.Keys) + len(e.Aside) + 1
	k, err := in.key()
	if err != nil {
		e.aside(number, in.name(), err.Error())
		return
	}
	e.Keys = append(e.Keys, k)
}

// refuse names an entry that cannot be taken.
func (e *Export) refuse(name, reason string) {
	e.aside(len(e.Keys)+len(e.Aside)+1, name, reason)
}

func (e *Export) aside(number int, name, reason string) {
	e.Aside = append(e.Aside, Aside{Entry: number, Name: plainName([]byte(name)), Reason: reason})
}

// done is what a reader ends with: an export without a single entry is an error.
func (e *Export) done() (Export, error) {
	if len(e.Keys)+len(e.Aside) == 0 {
		return *e, ErrNothingInIt
	}
	return *e, nil
}

func (in entry) name() string {
	if in.issuer == "" {
		return in.label
	}
	if in.label == "" {
		return in.issuer
	}
	return in.issuer + ":" + in.label
}

// key is the account of an entry. Its errors say which part is wrong and repeat no secret.
func (in entry) key() (k vault.Key, err error) {
	k.Issuer, k.Label = splitName(plainName([]byte(in.issuer)), plainName([]byte(in.label)))
	k.Tags, k.Pinned, k.Note = plainTags(in.tags), in.pinned, plainNote(in.note)
	k.Added, k.LastUsed, k.Uses, k.Removed = in.added, in.lastUsed, in.uses, in.removed
	if err := in.parameters(&k.Account); err != nil {
		return k, err
	}
	if in.raw != nil {
		k.Secret, err = vault.NewSecret(in.raw)
	} else {
		k.Secret, err = vault.ParseSecret(in.secret)
	}
	if err != nil {
		return k, err
	}
	return k, k.Validate()
}

func (in entry) parameters(a *vault.Account) error {
	switch kind := strings.ToLower(strings.TrimSpace(in.kind)); kind {
	case "", "totp":
		a.Type = vault.TOTP
	case "hotp":
		a.Type, a.Counter = vault.HOTP, in.counter
	case "steam":
		a.Type = vault.Steam
	case "motp":
		return errors.New("it is of mOTP, which is not supported")
	case "yandex", "yaotp":
		return errors.New("it is of Yandex, whose codes are not supported")
	default:
		return fmt.Errorf("its type is %q, which is not known", short(kind))
	}
	a.Algorithm = vault.SHA1
	if in.algorithm != "" {
		algorithm, known := vault.ParseAlgorithm(in.algorithm)
		if !known {
			return fmt.Errorf("its algorithm is %q, which is not supported", short(in.algorithm))
		}
		a.Algorithm = algorithm
	}
	a.Digits = orUsual(in.digits, vault.DefaultDigits)
	if a.Type != vault.HOTP {
		a.Period = orUsual(in.period, vault.DefaultPeriod)
	}
	if a.Type == vault.Steam {
		a.Digits, a.Period, a.Algorithm = 5, 30, vault.SHA1
	}
	return nil
}

func orUsual(value, usual int) int {
	if value == 0 {
		return usual
	}
	return value
}

// short keeps a word from a file short and harmless in a message.
func short(word string) string {
	word = plainName([]byte(word))
	if looksBase32(word) {
		return "…" // a key in the wrong place
	}
	if runes := []rune(word); len(runes) > 24 {
		return string(runes[:24]) + "…"
	}
	return word
}
