package transfer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// totpAuthenticator is the backup of the app TOTP Authenticator, and its preferences. All its accounts are of the usual
// kind.
var totpAuthenticator = Format{
	Name: "totp-authenticator", Title: "TOTP Authenticator", Files: "base64 text, encrypted; preferences in XML",
	// One line of base64 is a weak sign: all other formats are asked before.
	Is:   func(p *Probe) bool { return p.isPreferences(totpAuthenticatorKey) || isBlocks(p.Data) },
	Read: readTOTPAuthenticator,
}

const (
	totpAuthenticatorKey = "STATIC_TOTP_CODES_LIST"
	// totpAuthenticatorPassword is what the app takes when the person set none.
	totpAuthenticatorPassword = "TotpAuthenticator"
)

// isBlocks is true for base64 of whole blocks, unless it is the base32 of a key just as well.
func isBlocks(data []byte) bool {
	text := string(withoutBOM(data))
	sealed, err := base64.StdEncoding.DecodeString(text)
	return err == nil && len(sealed) >= 32 && len(sealed)%16 == 0 && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567=") != ""
}

func readTOTPAuthenticator(ctx context.Context, in Input) (Export, error) {
	if (&Probe{Data: in.Data}).isPreferences(totpAuthenticatorKey) {
		all, err := preferences(in.Data)
		if err != nil {
			return Export{}, err
		}
		i := slices.IndexFunc(all, func(p preference) bool { return p.name == totpAuthenticatorKey })
		if i < 0 {
			return Export{}, ErrNothingInIt
		}
		return totpAuthenticatorList([]byte(all[i].value))
	}
	sealed, err := base64.StdEncoding.DecodeString(string(withoutBOM(in.Data)))
	if err != nil {
		return Export{}, fmt.Errorf("%w: it is not whole base64", ErrBadFile)
	}
	plain, ok := openTOTPAuthenticator(sealed, []byte(totpAuthenticatorPassword))
	if !ok {
		plain, err = unlock(ctx, in, ErrPasswordOrFile, func(password []byte) ([]byte, bool, error) {
			plain, ok := openTOTPAuthenticator(sealed, password)
			return plain, ok, nil
		})
		if err != nil {
			return Export{}, err
		}
	}
	defer clear(plain)
	return totpAuthenticatorList(plain)
}

// openTOTPAuthenticator gives the list of accounts, which is a JSON array as the key of a JSON object. That it is one
// tells the right password from one that fits by chance.
func openTOTPAuthenticator(sealed, password []byte) ([]byte, bool) {
	key := sha256.Sum256(password)
	defer clear(key[:])
	plain, ok := openCBC(key[:], make([]byte, 16), sealed)
	if !ok {
		return nil, false
	}
	defer clear(plain)
	var object map[string]json.RawMessage
	if readJSON(plain, &object) != nil {
		return nil, false
	}
	for key := range object {
		if strings.HasPrefix(key, "[") && json.Valid([]byte(key)) {
			return []byte(key), true
		}
	}
	return []byte("[]"), len(object) == 0
}

// totpAuthenticatorList reads an array of accounts, each of them an object or one as a text.
func totpAuthenticatorList(data []byte) (Export, error) {
	var items []json.RawMessage
	if err := readJSON(data, &items); err != nil {
		return Export{}, err
	}
	if err := fewEnough(len(items)); err != nil {
		return Export{}, err
	}
	var e Export
	for _, raw := range items {
		var text string
		if bytes.HasPrefix(raw, []byte(`"`)) && json.Unmarshal(raw, &text) == nil {
			raw = []byte(text)
		}
		var one struct {
			Name   word   `json:"name"`
			Issuer word   `json:"issuer"`
			Key    word   `json:"key"`
			Base   number `json:"base"`
		}
		if readJSON(raw, &one) != nil {
			e.refuse("", "it is no account")
			continue
		}
		account := entry{issuer: string(one.Issuer), label: string(one.Name)}
		var err error
		switch one.Base.value {
		case 16:
			account.raw, err = hex.DecodeString(unspaced(one.Key))
		case 0, 32:
			account.secret = string(one.Key)
		case 64:
			account.raw, err = base64.RawStdEncoding.DecodeString(strings.TrimRight(unspaced(one.Key), "="))
		default:
			e.refuse(account.name(), fmt.Sprintf("its key is written to the base %d, which is not known", one.Base.value))
			continue
		}
		if err != nil {
			e.refuse(account.name(), fmt.Sprintf("its key is not of the base %d that it says", one.Base.value))
			continue
		}
		e.take(account)
		clear(account.raw)
	}
	return e.done()
}

func unspaced(text word) string { return strings.Join(strings.Fields(string(text)), "") }
