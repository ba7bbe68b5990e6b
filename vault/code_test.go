package vault

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestHOTPOfRFC4226(t *testing.T) {
	k := mustParse(t, "otpauth://hotp/x?secret="+rfcSecret)
	for n, want := range []string{
		"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
	} {
		k.Counter = uint64(n)
		c, err := k.Code(time.Time{})
		if err != nil || c.Reveal() != want || c.Counter != k.Counter || !c.ValidUntil.IsZero() {
			t.Errorf("counter %d: %s %v", n, c.Reveal(), err)
		}
	}
}

func TestTOTPOfRFC6238(t *testing.T) {
	// The key is as long as the hash: erratum 2866 of the RFC.
	seed := "1234567890123456789012345678901234567890123456789012345678901234"
	for at, want := range map[int64][3]string{
		59:          {"94287082", "46119246", "90693936"},
		1111111109:  {"07081804", "68084774", "25091201"},
		1111111111:  {"14050471", "67062674", "99943326"},
		1234567890:  {"89005924", "91819424", "93441116"},
		2000000000:  {"69279037", "90698825", "38618901"},
		20000000000: {"65353130", "77737706", "47863826"},
	} {
		for i, a := range []Algorithm{SHA1, SHA256, SHA512} {
			s, _ := NewSecret([]byte(seed[:[]int{20, 32, 64}[i]]))
			k := Key{Account: Account{Type: TOTP, Algorithm: a, Digits: 8, Period: 30}, Secret: s}
			c, err := k.Code(time.Unix(at, 0))
			if err != nil || c.Reveal() != want[i] {
				t.Errorf("%s at %d: %s %v", a, at, c.Reveal(), err)
			}
			if c.Step() != uint64(at/30) || c.ValidFrom.Unix() != at/30*30 || c.ValidUntil.Sub(c.ValidFrom) != 30*time.Second {
				t.Errorf("%d: step %d from %v to %v", at, c.Step(), c.ValidFrom, c.ValidUntil)
			}
		}
	}
}

// The 31 bits of RFC 4226 section 5.3 for counter 0 and 1 of the RFC's key are
// 1284755224 and 1094287082 (appendix D): each length is the end of that.
func TestEveryLengthOfCode(t *testing.T) {
	k := mustParse(t, "otpauth://hotp/x?secret="+rfcSecret)
	for n, full := range []string{"1284755224", "1094287082", "0137359152", "1726969429", "1640338314", "0868254676"} {
		for digits := minDigits; digits <= maxDigits; digits++ {
			k.Counter, k.Digits = uint64(n), digits
			c, err := k.Code(time.Time{})
			if err != nil || c.Reveal() != full[10-digits:] {
				t.Errorf("%d digits of counter %d: %s %v", digits, n, c.Reveal(), err)
			}
		}
	}
}

// The five symbols follow from the 31 bits by hand: 1284755224 modulo 26 is 2,
// then 49413662 modulo 26 is 20 and so on, in Steam's alphabet.
func TestSteamCodes(t *testing.T) {
	const alphabet = "23456789BCDFGHJKMNPQRTVWXY"
	k := mustParse(t, "otpauth://steam/Steam:me?secret="+rfcSecret)
	for step, bits := range []int{1284755224, 1094287082, 137359152, 1726969429} {
		want := ""
		for range 5 {
			want += string(alphabet[bits%26])
			bits /= 26
		}
		c, err := k.Code(time.Unix(int64(step)*30+29, 0))
		if err != nil || c.Reveal() != want {
			t.Errorf("step %d: %s, not %s; %v", step, c.Reveal(), want, err)
		}
	}
}

func TestNoCodesFromNonsense(t *testing.T) {
	good := mustParse(t, "otpauth://totp/x?secret="+rfcSecret)
	for name, change := range map[string]func(*Key){
		"no secret": func(k *Key) { k.Secret = Secret{} },
		"period":    func(k *Key) { k.Period = 0 },
		"negative":  func(k *Key) { k.Period = -30 },
		"long":      func(k *Key) { k.Period = 86401 },
		"digits 3":  func(k *Key) { k.Digits = 3 },
		"digits 11": func(k *Key) { k.Digits = 11 },
		"algorithm": func(k *Key) { k.Algorithm = "MD5" },
		"type":      func(k *Key) { k.Type = "motp" },
		"steam":     func(k *Key) { k.Type = Steam },
		"counter":   func(k *Key) { k.Type, k.Period, k.Counter = HOTP, 0, 1<<63 },
	} {
		k := good
		change(&k)
		if c, err := k.Code(theTime()); err == nil {
			t.Errorf("%s: %s", name, c.Reveal())
		}
	}
	if _, err := good.Code(time.Unix(-1, 0)); !errors.Is(err, ErrBeforeEpoch) {
		t.Error(err)
	}
	if c, err := good.Code(time.Unix(0, 0)); err != nil || c.Reveal() != "755224" {
		t.Error(err)
	}
}

func TestOathtoolAgreesOn200Accounts(t *testing.T) {
	need(t, "oathtool")
	const seed = 20260713
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	periods := []int{1, 10, 15, 20, 30, 50, 60, 90, 3600, 86400}
	for n := range 200 {
		raw := make([]byte, 10+r.IntN(55))
		for i := range raw {
			raw[i] = byte(r.Uint32())
		}
		s, err := NewSecret(raw)
		if err != nil {
			t.Fatal(err)
		}
		k := Key{Secret: s, Account: Account{Type: TOTP, Algorithm: SHA1, Digits: 6 + r.IntN(3)}}
		at := time.Unix(r.Int64N(1<<33), 0).UTC()
		args := []string{"-b", "-d", strconv.Itoa(k.Digits)}
		if r.IntN(4) == 0 { // oathtool has SHA1 alone for HOTP
			k.Type, k.Counter = HOTP, r.Uint64N(1<<40)
			args = append(args, "--hotp", "-c", strconv.FormatUint(k.Counter, 10))
		} else {
			k.Algorithm = []Algorithm{SHA1, SHA256, SHA512}[r.IntN(3)]
			k.Period = periods[r.IntN(len(periods))]
			args = append(args, "--totp="+strings.ToLower(string(k.Algorithm)), "-s", fmt.Sprintf("%ds", k.Period),
				"-N", at.Format("2006-01-02 15:04:05 UTC"))
		}
		out, err := exec.CommandContext(t.Context(), "oathtool", append(args, s.RevealBase32())...).CombinedOutput() // a made-up secret
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		c, err := k.Code(at)
		if err != nil || c.Reveal() != strings.TrimSpace(string(out)) {
			t.Errorf("account %d, %+v at %v: %s, oathtool %s; %v", n, k.Account, at, c.Reveal(), out, err)
		}
	}
}
