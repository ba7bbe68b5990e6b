package vault

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxKeyURI bounds the text of a key URI, in bytes. Exporters append icons and
// notes; a QR code ends at 2953.
const maxKeyURI = 8 << 10

// Key is an account together with its secret: what a key URI carries.
type Key struct {
	Account
	Secret Secret
}

// Validate says what keeps the key from giving codes: ErrEmptySecret or a
// *ParameterError.
func (k Key) Validate() error {
	if k.Secret.Len() == 0 {
		return ErrEmptySecret
	}
	return k.validate()
}

// KeyURIError says which part of a key URI is not as it must be. It never
// quotes the secret.
type KeyURIError struct {
	Part   string // "scheme", "type", "secret", "digits" and so on
	Reason string
}

func (e *KeyURIError) Error() string { return "key URI: " + e.Part + ": " + e.Reason }

// ParseKeyURI reads an otpauth:// text as real issuers and exporters write it,
// at most 8 KiB long. Every refusal is a *KeyURIError. It reads so:
//
//   - The label is split at its first colon, raw or %3A; where the issuer
//     parameter is what the label begins with, at the colon after that.
//   - Of an issuer before the label and another one in the parameter the first
//     is taken, as Aegis and Stratum do; the other is not kept.
//   - A label of one word is the account, not the issuer.
//   - A plus in the parameters is a blank, in the label it is a plus.
//   - The word null and an empty value mean the default: SHA1, 6 digits, 30 s,
//     counter 0.
//   - Steam is the type steam, encoder=steam, a parameter steam without a value,
//     the issuer Steam with digits=5 and no encoder, or steam://SECRET.
//   - What it does not know (image, icon and others) is ignored, never fetched.
//   - A known parameter given twice with different values is refused.
func ParseKeyURI(text string) (Key, error) {
	if len(text) > maxKeyURI {
		return Key{}, refuse("text", "is longer than %d bytes", maxKeyURI)
	}
	// A byte order mark is what Windows puts in front of a piped or saved text.
	text = strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok {
		return Key{}, refuse("scheme", "is missing; such a text begins with otpauth://")
	}
	switch strings.ToLower(scheme) {
	case "otpauth":
		return parseOTPAuth(rest)
	case "steam":
		return parseSteam(rest)
	case "otpauth-migration":
		return Key{}, refuse("scheme", "an export of Google Authenticator, which holds many accounts, is not one key")
	case "motp":
		return Key{}, refuse("scheme", "mOTP is not supported")
	}
	return Key{}, refuse("scheme", "must be otpauth")
}

func refuse(part, reason string, args ...any) error {
	return &KeyURIError{Part: part, Reason: fmt.Sprintf(reason, args...)}
}

// parseSteam reads what Bitwarden and Proton write: steam://SECRET.
func parseSteam(rest string) (Key, error) {
	text, err := unescape("secret", strings.TrimSuffix(rest, "/"))
	if err != nil {
		return Key{}, err
	}
	secret, err := uriSecret(text)
	if err != nil {
		return Key{}, err
	}
	return Key{Account: Account{Type: Steam, Issuer: "Steam", Algorithm: SHA1, Digits: steamDigits, Period: steamPeriod}, Secret: secret}, nil
}

func parseOTPAuth(rest string) (Key, error) {
	front, query, _ := strings.Cut(rest, "?")
	host, path, _ := strings.Cut(front, "/")
	p, err := parseParameters(query)
	if err != nil {
		return Key{}, err
	}
	var a Account
	switch strings.ToLower(host) {
	case "totp":
		a.Type = TOTP
	case "hotp":
		a.Type = HOTP
	case "steam":
		a.Type = Steam
	case "yaotp":
		return Key{}, refuse("type", "codes of Yandex are not supported")
	case "":
		return Key{}, refuse("type", "is missing; it is totp or hotp")
	default:
		return Key{}, refuse("type", "must be totp, hotp or steam")
	}
	if err := p.name(&a, path); err != nil {
		return Key{}, err
	}
	if err := p.encoder(&a); err != nil {
		return Key{}, err
	}
	if err := p.numbers(&a); err != nil {
		return Key{}, err
	}
	if a.Algorithm, err = p.algorithm(); err != nil {
		return Key{}, err
	}
	if err := a.validate(); err != nil {
		return Key{}, uriError(err)
	}
	text, given := p["secret"]
	if !given {
		return Key{}, refuse("secret", "is missing")
	}
	secret, err := uriSecret(text)
	if err != nil {
		return Key{}, err
	}
	return Key{Account: a, Secret: secret}, nil
}

// uriError gives an error of Account.validate the type of this file.
func uriError(err error) error {
	if e, ok := err.(*ParameterError); ok { //nolint:errorlint // validate returns nothing else
		return refuse(e.Part, "%s", e.Reason)
	}
	return refuse("text", "%v", err)
}

func uriSecret(text string) (Secret, error) {
	s, err := ParseSecret(text)
	if err != nil {
		return Secret{}, refuse("secret", "%s", strings.TrimPrefix(strings.TrimPrefix(err.Error(), "the secret "), "secret "))
	}
	return s, nil
}

// parameters are the ones that mean something here, unescaped, by lower-case name.
type parameters map[string]string

func parseParameters(query string) (parameters, error) {
	p := parameters{}
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		switch name {
		case "algo":
			name = "algorithm"
		case "secret", "issuer", "algorithm", "digits", "period", "counter", "encoder", "steam":
		default:
			continue
		}
		value, err := unescape(name, strings.ReplaceAll(value, "+", " "))
		if err != nil {
			return nil, err
		}
		if old, twice := p[name]; twice && old != value {
			return nil, refuse(name, "is given twice")
		}
		p[name] = value
	}
	return p, nil
}

// unescape undoes percent-encoding. A blank or any other character that should
// have been encoded stands for itself.
func unescape(part, s string) (string, error) {
	if strings.IndexByte(s, '%') >= 0 {
		out := make([]byte, 0, len(s))
		for i := 0; i < len(s); i++ {
			if s[i] != '%' {
				out = append(out, s[i])
				continue
			}
			if i+2 >= len(s) {
				return "", refuse(part, "has a %% without two hexadecimal digits after it")
			}
			b, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
			if err != nil {
				return "", refuse(part, "has a %% without two hexadecimal digits after it")
			}
			out = append(out, byte(b))
			i += 2
		}
		s = string(out)
	}
	if !utf8.ValidString(s) {
		return "", refuse(part, "is not UTF-8 text")
	}
	return s, nil
}

// name finds issuer and label.
func (p parameters) name(a *Account, path string) error {
	label, err := unescape("label", path)
	if err != nil {
		return err
	}
	issuer := strings.TrimSpace(p["issuer"])
	a.Issuer, a.Label = issuer, strings.TrimSpace(label)
	if after, ok := strings.CutPrefix(strings.TrimLeftFunc(label, unicode.IsSpace), issuer+":"); ok && issuer != "" {
		a.Label = strings.TrimSpace(after)
		return nil
	}
	if before, after, ok := strings.Cut(label, ":"); ok {
		a.Label = strings.TrimSpace(after)
		if before = strings.TrimSpace(before); before != "" {
			a.Issuer = before
		}
	}
	return nil
}

// encoder finds out whether it is Steam after all.
func (p parameters) encoder(a *Account) error {
	_, flag := p["steam"]
	switch e := p.value("encoder"); {
	case strings.EqualFold(e, "steam"):
		flag = true
	case e != "":
		return refuse("encoder", "must be steam or left out")
	}
	if _, said := p["encoder"]; !said && a.Type == TOTP && strings.EqualFold(a.Issuer, "steam") && p.value("digits") == "5" {
		flag = true
	}
	if !flag {
		return nil
	}
	if a.Type == HOTP {
		return refuse("encoder", "Steam codes are not counter-based")
	}
	a.Type = Steam
	return nil
}

// value is a parameter, empty where it stands for the default.
func (p parameters) value(name string) string {
	v := strings.TrimSpace(p[name])
	if strings.EqualFold(v, "null") {
		return ""
	}
	return v
}

func (p parameters) numbers(a *Account) error {
	a.Digits, a.Period = DefaultDigits, DefaultPeriod
	if a.Type == Steam {
		a.Digits, a.Period = steamDigits, steamPeriod
	}
	if a.Type == HOTP {
		a.Period = 0 // one beside a counter is ignored: Ente writes it
	}
	if v := p.value("digits"); v != "" {
		n, ok := number(v)
		if !ok || n > maxDigits {
			return refuse("digits", "must be a number from %d to %d", minDigits, maxDigits)
		}
		a.Digits = int(n)
	}
	if v := p.value("period"); v != "" && a.Type != HOTP {
		n, ok := number(v)
		if !ok || n > maxPeriod {
			return refuse("period", "must be a number of seconds from 1 to %d", maxPeriod)
		}
		a.Period = int(n)
	}
	if v := p.value("counter"); v != "" && a.Type == HOTP {
		n, ok := number(v)
		if !ok {
			return refuse("counter", "must be a number from 0 to 2^63-1")
		}
		a.Counter = n
	}
	return nil
}

// number reads 1 to 19 decimal digits, and no sign.
func number(s string) (uint64, bool) {
	for _, r := range s {
		if r < '0' || r > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseUint(s, 10, 63)
	return n, err == nil
}

func (p parameters) algorithm() (Algorithm, error) {
	v := p.value("algorithm")
	if v == "" {
		return SHA1, nil
	}
	a, ok := ParseAlgorithm(v)
	if !ok {
		return "", refuse("algorithm", "must be SHA1, SHA256 or SHA512")
	}
	return a, nil
}

// ParseAlgorithm reads the names that programs have for SHA1, SHA256 and
// SHA512: sha1, SHA-256, HmacSHA512, HMAC-SHA-1 and so on.
func ParseAlgorithm(name string) (Algorithm, bool) {
	plain := strings.ToUpper(strings.NewReplacer("-", "", "_", "", " ", "").Replace(name))
	switch a := Algorithm(strings.TrimPrefix(plain, "HMAC")); a {
	case SHA1, SHA256, SHA512:
		return a, true
	}
	return "", false
}
