package walk

import (
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 4226 is defined on it
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"hash"
	"math"
	"strconv"

	"twofold/vault"
)

// compute lets the authenticator make the code of this moment, shows the way
// there, and checks the vault's answer against that way.
func (w *Walk) compute(ctx context.Context) error {
	code, err := w.vault.Code(ctx, w.id, w.now)
	if err != nil {
		return err
	}
	t := truncate(w.key, code.Step())
	if t.code != code.Reveal() {
		return broken("the vault's code is not the one of RFC 4226, 5.3")
	}
	w.code, w.stepNo = code.Reveal(), code.Step()
	w.says(Authenticator, "time ÷ %d s → %s", w.key.Period, spaced(w.stepNo))
	w.says(Authenticator, "HMAC-%s → %s", w.key.Algorithm, t.sum)
	w.says(Authenticator, "cut at %d → %s", t.offset, spaced(uint64(t.number)))
	w.crosses(Authenticator, You, "%s", group(w.code))
	return nil
}

// truncation is RFC 4226, 5.3, with what is worth showing of it.
type truncation struct {
	sum    string // first two and last byte of the HMAC
	offset int
	number uint32 // 31 bits
	code   string
}

func truncate(k vault.Key, step uint64) truncation {
	secret := k.Secret.Reveal()
	defer clear(secret)
	newHash := map[vault.Algorithm]func() hash.Hash{
		vault.SHA1: sha1.New, vault.SHA256: sha256.New, vault.SHA512: sha512.New,
	}[k.Algorithm]
	if newHash == nil {
		newHash = sha1.New
	}
	mac := hmac.New(newHash, secret)
	_ = binary.Write(mac, binary.BigEndian, step)
	sum := mac.Sum(nil)
	at := int(sum[len(sum)-1] & 0xf)
	number := binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff
	digits := min(k.Digits, 10)
	return truncation{
		sum:    fmt.Sprintf("%02x %02x … %02x", sum[0], sum[1], sum[len(sum)-1]),
		offset: at,
		number: number,
		code:   fmt.Sprintf("%0*d", digits, uint64(number)%uint64(math.Pow10(digits))),
	}
}

// spaced writes a number in groups of three, with blanks.
func spaced(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return s
}

// tail is the end of a step's number: enough to tell neighbors apart.
func tail(step uint64) string { return fmt.Sprintf("%03d", step%1000) }

// group writes six digits as people read them.
func group(code string) string {
	if len(code) != 6 {
		return code
	}
	return code[:3] + " " + code[3:]
}
