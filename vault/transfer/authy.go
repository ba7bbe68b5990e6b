package transfer

import (
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"

	"twofold/vault"
)

// authy is the preferences of the app on a phone whose owner has the rights to read them: the app itself exports
// nothing. There are two files, of accounts under its backup password and of those that Authy made itself.
var authy = Format{
	Name: "authy", Title: "Authy", Files: "XML preferences of the app, com.authy.storage.tokens.*.xml",
	Is:   func(p *Probe) bool { return p.isPreferences(authyTokens) },
	Read: readAuthy,
}

const (
	authyTokens     = "com.authy.storage.tokens."
	authyIterations = 1000
	authySalts      = maxIterations / authyIterations // each salt is a derivation
)

type authyToken struct {
	OriginalIssuer word   `json:"originalIssuer"`
	OriginalName   word   `json:"originalName"`
	AccountType    word   `json:"accountType"`
	Name           word   `json:"name"`
	Digits         number `json:"digits"`
	Decrypted      word   `json:"decryptedSecret"`
	Encrypted      word   `json:"encryptedSecret"`
	Salt           word   `json:"salt"`
	Seed           word   `json:"secretSeed"` // of an account that Authy made: hexadecimal

	broken bool
}

func readAuthy(ctx context.Context, in Input) (Export, error) {
	tokens, err := authyList(in.Data)
	if err != nil {
		return Export{}, err
	}
	if err := openAuthy(ctx, in, tokens); err != nil {
		return Export{}, err
	}
	var e Export
	for _, t := range tokens {
		t.take(&e)
	}
	return e.done()
}

func authyList(data []byte) ([]authyToken, error) {
	all, err := preferences(data)
	if err != nil {
		return nil, err
	}
	var tokens []authyToken
	for _, p := range all {
		if !strings.HasPrefix(p.name, authyTokens) {
			continue
		}
		var items list
		if err := readJSON([]byte(p.value), &items); err != nil {
			return nil, err
		}
		if err := fewEnough(len(tokens) + len(items)); err != nil {
			return nil, err
		}
		for _, raw := range items {
			var t authyToken
			t.broken = json.Unmarshal(raw, &t) != nil
			tokens = append(tokens, t)
		}
	}
	return tokens, nil
}

// openAuthy opens the secrets that are under the backup password. The right one opens at least one of them: an account
// may be under a password of another day.
func openAuthy(ctx context.Context, in Input, tokens []authyToken) error {
	salts := map[word]bool{}
	for _, t := range tokens {
		if t.sealed() {
			salts[t.Salt] = true
		}
	}
	switch {
	case len(salts) == 0:
		return nil
	case len(salts) > authySalts:
		return tooCostly("salts", uint64(len(salts)), authySalts)
	}
	_, err := unlock(ctx, in, ErrPasswordOrFile, func(password []byte) ([]byte, bool, error) {
		opened := false
		keys := map[word][]byte{}
		for i := range tokens {
			t := &tokens[i]
			if !t.sealed() {
				continue
			}
			if keys[t.Salt] == nil {
				key, err := pbkdf2Key(sha1.New, password, []byte(t.Salt), authyIterations, 32)
				if err != nil || ctx.Err() != nil {
					return nil, false, ctx.Err()
				}
				keys[t.Salt] = key
				defer clear(key)
			}
			opened = t.open(keys[t.Salt]) || opened
		}
		return nil, opened, nil
	})
	return err
}

func (t authyToken) sealed() bool { return t.Encrypted != "" && t.Decrypted == "" && t.Seed == "" }

// open is true when what comes out is base32: the padding alone fits a wrong key once in 256 times.
func (t *authyToken) open(key []byte) bool {
	data, err := base64.StdEncoding.DecodeString(unspaced(t.Encrypted))
	if err != nil {
		return false
	}
	plain, ok := openCBC(key, make([]byte, 16), data)
	if !ok {
		return false
	}
	defer clear(plain)
	secret, err := vault.ParseSecret(string(plain))
	if err != nil {
		return false
	}
	secret.Clear()
	t.Decrypted = word(plain)
	return true
}

func (t authyToken) take(e *Export) {
	one := entry{digits: t.Digits.orUsual(), secret: string(t.Decrypted)}
	one.issuer, one.label = t.names()
	switch {
	case t.broken:
		e.refuse("", "it is no account")
		return
	case t.sealed():
		e.refuse(one.name(), "its secret does not open with the password: it is under another one, or damaged")
		return
	case t.Seed != "":
		var err error
		if one.raw, err = hex.DecodeString(unspaced(t.Seed)); err != nil {
			e.refuse(one.name(), "its secret is not hexadecimal")
			return
		}
		defer clear(one.raw)
		one.period = 10
		if !t.Digits.given {
			one.digits = 7
		}
	}
	e.take(one)
}

// names are the issuer and the label: Authy has mostly both in one name, that people change.
func (t authyToken) names() (issuer, label string) {
	name := strings.TrimSpace(string(t.Name))
	if t.Seed != "" {
		return name, ""
	}
	before, _, colon := strings.Cut(string(t.OriginalName), ":")
	front, _, dash := strings.Cut(name, " - ")
	separator := ":"
	switch {
	case t.OriginalIssuer != "":
		issuer = string(t.OriginalIssuer)
	case colon:
		issuer = before
	case dash:
		issuer, separator = front, " - "
	case t.AccountType != "" && t.AccountType != "authenticator":
		issuer = strings.ToUpper(string(t.AccountType[:1])) + string(t.AccountType[1:])
	}
	if rest, found := strings.CutPrefix(name, issuer); found && issuer != "" {
		name = strings.TrimPrefix(strings.TrimPrefix(rest, separator), ":")
	}
	return issuer, strings.TrimSpace(name)
}
