package transfer

import (
	"context"
	"crypto/sha1" //nolint:gosec // as the format has it
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"strings"
)

// freeOTP2 is the backup of FreeOTP 2, externalBackup.xml, which is no XML.
var freeOTP2 = Format{
	Name: "freeotp2", Title: "FreeOTP 2", Files: "externalBackup.xml, encrypted",
	Is:   func(p *Probe) bool { return p.Begins(javaMagic) },
	Read: readFreeOTP2,
}

// freeOTPSealed is a key under another one.
type freeOTPSealed struct {
	Cipher     word      `json:"mCipher"`
	Text       javaBytes `json:"mCipherText"`
	Parameters javaBytes `json:"mParameters"` // DER
	Token      word      `json:"mToken"`      // authenticated beside it
}

type freeOTPMaster struct {
	Algorithm  word          `json:"mAlgorithm"`
	Iterations number        `json:"mIterations"`
	Salt       javaBytes     `json:"mSalt"`
	Key        freeOTPSealed `json:"mEncryptedKey"`
}

func readFreeOTP2(ctx context.Context, in Input) (Export, error) {
	names, values, err := javaStrings(in.Data)
	if err != nil {
		return Export{}, err
	}
	texts := map[string]string{}
	for i, name := range names {
		texts[name] = values[i]
	}
	masterText, there := texts["masterKey"]
	if !there {
		return Export{}, fmt.Errorf("%w: there is no master key in it", ErrBadFile)
	}
	var master freeOTPMaster
	if err := readJSON([]byte(masterText), &master); err != nil {
		return Export{}, err
	}
	key, err := unlock(ctx, in, ErrPasswordOrFile, func(password []byte) ([]byte, bool, error) {
		in.Progress("deriving the key")
		derived, err := master.derive(password)
		if err != nil {
			return nil, false, err
		}
		defer clear(derived)
		key, ok := master.Key.open(derived)
		return key, ok, nil
	})
	if err != nil {
		return Export{}, err
	}
	defer clear(key)
	var e Export
	for _, name := range names {
		if id, ok := strings.CutSuffix(name, "-token"); ok && texts[name] != "" {
			takeFreeOTP2(&e, texts[name], texts[id], key)
			texts[name] = "" // the same name again is the same token
		}
	}
	return e.done()
}

// maxFreeOTPText bounds what is said of one token, in bytes: a file may refer to one long text again and again.
const maxFreeOTPText = 64 << 10

// takeFreeOTP2 adds a token, whose secret is in a text of JSON in JSON.
func takeFreeOTP2(e *Export, token, sealed string, key []byte) {
	var t freeOTPToken
	if len(token) > maxFreeOTPText || len(sealed) > maxFreeOTPText || readJSON([]byte(token), &t) != nil {
		e.refuse("", "it is not what an entry should be")
		return
	}
	in := t.entry(nil)
	var outer struct{ Key word }
	var inner freeOTPSealed
	if readJSON([]byte(sealed), &outer) != nil || readJSON([]byte(outer.Key), &inner) != nil {
		e.refuse(in.name(), "its secret is not in the file")
		return
	}
	secret, ok := inner.open(key)
	if !ok {
		e.refuse(in.name(), "its secret is damaged")
		return
	}
	in.raw = secret
	e.take(in)
	clear(secret)
}

func (m freeOTPMaster) derive(password []byte) ([]byte, error) {
	iterations := m.Iterations.counter()
	switch strings.ToLower(string(m.Algorithm)) {
	case "pbkdf2withhmacsha1":
		return pbkdf2Key(sha1.New, password, m.Salt, iterations, 32)
	case "pbkdf2withhmacsha256":
		return pbkdf2Key(sha256.New, password, m.Salt, iterations, 32)
	case "pbkdf2withhmacsha512":
		return pbkdf2Key(sha512.New, password, m.Salt, iterations, 32)
	}
	return nil, fmt.Errorf("%w: its key is derived in a way that is not known", ErrRefused)
}

func (s freeOTPSealed) open(key []byte) ([]byte, bool) {
	if !strings.EqualFold(string(s.Cipher), "AES/GCM/NoPadding") {
		return nil, false
	}
	return openGCM(key, octets(s.Parameters), s.Text, []byte(s.Token))
}

// octets is the octet string of an ASN.1 text in DER: alone, or first in a sequence. Both are short.
func octets(der []byte) []byte {
	const sequence, octetString = 0x30, 0x04
	if len(der) >= 2 && der[0] == sequence && der[1] < 0x80 {
		der = der[2:]
	}
	if len(der) < 2 || der[0] != octetString || der[1] >= 0x80 || len(der) < 2+int(der[1]) {
		return nil
	}
	return der[2 : 2+int(der[1])]
}
