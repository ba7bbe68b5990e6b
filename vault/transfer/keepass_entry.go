package transfer

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"twofold/vault"
)

// take adds every key that an entry has. Programs write one in several ways at once, for others to read: one secret of
// an entry is taken once, from what says most of it.
func (k *keepassEntry) take(e *Export) {
	title, user := k.values["Title"], k.values["UserName"]
	in := entry{
		issuer: title, label: heldBeside(title, user), note: k.values["Notes"],
		tags: strings.FieldsFunc(k.tags, func(r rune) bool { return r == ';' || r == ',' }),
	}
	var own Export
	for _, name := range k.names {
		value := strings.TrimSpace(k.values[name])
		switch lower := strings.ToLower(name); {
		case value == "":
		case lower == "otp" || strings.HasPrefix(lower, "otp_") || strings.HasPrefix(lower, "otp "):
			takeKeePassOTP(&own, value, in)
		}
	}
	if value := k.values["TOTP Seed"]; strings.TrimSpace(value) != "" {
		own.take(withSettings(in, value, k.values["TOTP Settings"]))
	}
	k.takeVariants(&own, in, "TimeOtp", "totp")
	k.takeVariants(&own, in, "HmacOtp", "hotp")
	var taken Export
	for _, key := range own.Keys {
		if !slices.ContainsFunc(taken.Keys, func(other vault.Key) bool { return other.Type == key.Type && other.Secret.Equal(key.Secret) }) {
			taken.Keys = append(taken.Keys, key)
		}
	}
	e.Keys = append(e.Keys, taken.Keys...)
	for _, a := range own.Aside {
		e.refuse(a.Name, a.Reason)
	}
}

// takeKeePassOTP reads an otpauth text, or what the plug-in KeeOtp writes. The names that a person sees are those of
// the entry; the text's are for one without any, and KeePassXC has none for an empty user.
func takeKeePassOTP(e *Export, text string, in entry) {
	if !strings.Contains(text, "://") && strings.Contains(strings.ToLower(text), "key=") {
		e.take(keeOTP(text, in))
		return
	}
	before := len(e.Keys)
	e.takeText(text, in)
	if len(e.Keys) > before && strings.TrimSpace(in.issuer+in.label) != "" {
		k := &e.Keys[before]
		k.Issuer, k.Label = splitName(plainName([]byte(in.issuer)), plainName([]byte(in.label)))
	}
}

// keeOTP reads key=..&size=..&step=..&otpHashMode=.., in which the key is percent-encoded.
func keeOTP(text string, in entry) entry {
	values := map[string]string{}
	for part := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(part, "=")
		if plain, err := url.PathUnescape(value); err == nil {
			value = plain
		}
		values[strings.ToLower(strings.TrimSpace(name))] = strings.TrimSpace(value)
	}
	in.kind, in.algorithm = values["type"], values["otphashmode"]
	in.digits, in.period = numeral(values["size"]), numeral(values["step"])
	in.counter = loose(values["counter"]).counter()
	return withSecret(in, values["key"], values["encoding"])
}

// withSettings reads the pair of old plug-ins: 30;6, or 30;S for Steam.
func withSettings(in entry, seed, settings string) entry {
	step, rest, _ := strings.Cut(settings, ";")
	size, _, _ := strings.Cut(rest, ";")
	in.secret, in.period = seed, numeral(step)
	if strings.EqualFold(strings.TrimSpace(size), "S") {
		in.kind = "steam"
	} else {
		in.digits = numeral(size)
	}
	return in
}

// takeVariants reads what KeePass itself writes, since 2.47 for TOTP.
func (k *keepassEntry) takeVariants(e *Export, in entry, prefix, kind string) {
	for _, encoding := range []string{"-Base32", "-Hex", "-Base64", ""} {
		secret := k.values[prefix+"-Secret"+encoding]
		if strings.TrimSpace(secret) == "" {
			continue
		}
		in.kind, in.algorithm = kind, k.values[prefix+"-Algorithm"]
		in.digits, in.period = numeral(k.values[prefix+"-Length"]), numeral(k.values[prefix+"-Period"])
		in.counter = loose(k.values[prefix+"-Counter"]).counter()
		if encoding == "" {
			encoding = "-utf8"
		}
		e.take(withSecret(in, secret, encoding[1:]))
		return
	}
}

// withSecret reads a secret in one of the ways in which KeePass and its plug-ins write it; base32 unless said.
func withSecret(in entry, secret, encoding string) entry {
	var err error
	switch strings.ToLower(encoding) {
	case "hex":
		in.raw, err = hex.DecodeString(strings.ReplaceAll(secret, " ", ""))
	case "base64":
		in.raw, err = base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.TrimSpace(secret), "="))
	case "utf8", "utf-8":
		in.raw = []byte(secret)
	default:
		in.secret = secret
	}
	if err != nil {
		in.raw = []byte{} // refused as empty
	}
	return in
}

// loose is a number in a text.
func loose(text string) (n number) {
	_ = n.UnmarshalJSON([]byte(strconv.Quote(text)))
	return n
}

func numeral(text string) int { return loose(text).orUsual() }
