package transfer

import (
	"bytes"
	"context"
	"crypto/sha1" //nolint:gosec // the format's
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"
)

// andotp is the backup of andOTP, a JSON array, and of what took over its form: GNOME's old Authenticator. Encrypted
// ones begin with nothing to know them by, and are what is left when a file is nothing else.
var andotp = Format{
	Name: "andotp", Title: "andOTP", Files: "JSON, encrypted or not",
	Is: func(p *Probe) bool {
		return p.FirstHas("secret", "label", "type") || isOpenPGP(p.Data) || looksSealed(p.Data)
	},
	Read: readAndOTP,
}

type andotpEntry struct {
	parameters
	Issuer   *word  `json:"issuer"` // not before version 0.6
	Tags     words  `json:"tags"`
	LastUsed number `json:"last_used"` // in milliseconds
	Uses     number `json:"used_frequency"`
}

func readAndOTP(ctx context.Context, in Input) (Export, error) {
	data := withoutBOM(in.Data)
	switch {
	case isOpenPGP(data):
		return Export{}, fmt.Errorf("%w: it is encrypted by OpenPGP; decrypt it with gpg first, and import what comes out", ErrRefused)
	case len(data) == 0 || data[0] != '[' || !utf8.Valid(data):
		plain, err := openAndOTP(ctx, in)
		if err != nil {
			return Export{}, err
		}
		defer clear(plain)
		data = plain
	}
	var entries list
	if err := readJSON(data, &entries); err != nil {
		return Export{}, err
	}
	var e Export
	each(&e, entries, func(a andotpEntry) {
		account := a.entry()
		if strings.EqualFold(account.kind, "otp") {
			account.kind = "totp" // GNOME's word
		}
		account.issuer, account.label, account.tags = a.names()
		account.lastUsed, account.uses = a.LastUsed.moment(), a.Uses.count()
		e.take(account)
	})
	return e.done()
}

// names are issuer and account, and the tags but for one that is the issuer. Before there was a place for an issuer it
// stood in the label, before a dash; GNOME's Authenticator had it as the one tag.
func (a andotpEntry) names() (issuer, label string, tags []string) {
	label, tags = strings.TrimSpace(string(a.Label)), a.Tags
	if a.Issuer != nil {
		return string(*a.Issuer), label, tags
	}
	if before, after, found := strings.Cut(label, " - "); found {
		return strings.TrimSpace(before), strings.TrimSpace(after), tags
	}
	if len(tags) == 1 && !strings.Contains(label, ":") {
		return tags[0], label, nil
	}
	return "", label, tags
}

// Sizes of an encrypted backup.
const (
	andotpNonce  = 12
	andotpSalt   = 12
	andotpTag    = 16
	andotpHeader = 4 // how often to hash
	andotpLeast  = andotpNonce + andotpTag + 2
)

// looksSealed is the weakest of signs: bytes without any order, of which no other kind of file is known.
func looksSealed(data []byte) bool {
	if len(data) < 44 || utf8.Valid(data) {
		return false
	}
	for _, magic := range otherMagics {
		if bytes.HasPrefix(data, []byte(magic)) {
			return false
		}
	}
	head := data[andotpHeader:min(len(data), andotpHeader+64)]
	var seen [256]bool
	different, zeros := 0, 0
	for _, b := range head {
		if !seen[b] {
			seen[b] = true
			different++
		}
		if b == 0 {
			zeros++
		}
	}
	return different*3 > len(head)*2 && zeros < 6 // of 64 random bytes 57 differ, and less than 45 hardly ever
}

// otherMagics are what files begin with that may have no order further on.
var otherMagics = []string{
	"PK", "\x89PNG", "\xff\xd8\xff", "GIF8", "RIFF", "BM", "%PDF", "SQLite", "\xac\xed\x00\x05", "\x03\xd9\xa2\x9a", "\x1f\x8b", "BZh", "\xfd7zXZ",
	"7z\xbc\xaf", "Rar!", "\x7fELF", "MZ", "age-encryption", "\x28\xb5\x2f\xfd", "Salted__", "AUTHENTICATORPRO", "AuthenticatorPro", "\xff\xfe", "\xfe\xff",
	"{", "[", "<", "otpauth", "\xef\xbb\xbf",
}

// openAndOTP opens either of the two ways in which it encrypts: since version 0.6.3 how often to hash, a salt, a nonce
// and AES-GCM; before it a nonce and AES-GCM under the password's hash alone. Nothing tells which, so both are tried.
func openAndOTP(ctx context.Context, in Input) ([]byte, error) {
	data := in.Data
	if len(data) < andotpLeast {
		return nil, fmt.Errorf("%w: it is cut off", ErrBadFile)
	}
	return unlock(ctx, in, ErrPasswordOrFile, func(password []byte) ([]byte, bool, error) {
		iterations := uint64(binary.BigEndian.Uint32(data))
		// More than that is not asked for by andOTP, and is most likely the nonce of an old backup.
		if rest := data[andotpHeader:]; iterations >= 1 && iterations <= maxIterations && len(rest) >= andotpSalt+andotpLeast {
			key, err := pbkdf2Key(sha1.New, password, rest[:andotpSalt], iterations, 32)
			if err != nil {
				return nil, false, err
			}
			plain, ok := openGCM(key, rest[andotpSalt:andotpSalt+andotpNonce], rest[andotpSalt+andotpNonce:], nil)
			clear(key)
			if ok {
				return plain, true, nil
			}
		}
		key := sha256.Sum256(password)
		defer clear(key[:])
		plain, ok := openGCM(key[:], data[:andotpNonce], data[andotpNonce:], nil)
		return plain, ok, nil
	})
}
