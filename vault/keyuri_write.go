package vault

import (
	"strconv"
	"strings"
)

// RevealURI writes the complete otpauth:// text, secret and all, with the issuer
// both before the label and as a parameter, and blanks as %20. ParseKeyURI reads
// it back as the same type, names, parameters and secret; what a key URI does
// not carry (id, tags, note, times) is left out.
func (k Key) RevealURI() string {
	var b strings.Builder
	b.WriteString("otpauth://" + string(k.Type) + "/")
	switch {
	case k.Issuer != "":
		b.WriteString(escape(k.Issuer) + ":")
	case strings.Contains(k.Label, ":"):
		b.WriteString(":") // an empty issuer, lest the label be split
	}
	b.WriteString(escape(k.Label))
	b.WriteString("?secret=" + k.Secret.RevealBase32())
	if k.Issuer != "" {
		b.WriteString("&issuer=" + escape(k.Issuer))
	}
	b.WriteString("&algorithm=" + string(k.Algorithm) + "&digits=" + strconv.Itoa(k.Digits))
	if k.Type == HOTP {
		b.WriteString("&counter=" + strconv.FormatUint(k.Counter, 10))
	} else {
		b.WriteString("&period=" + strconv.Itoa(k.Period))
	}
	switch {
	case k.Type == Steam:
		b.WriteString("&encoder=steam") // for the readers that do not know the type
	case k.Type == TOTP && k.Digits == steamDigits && strings.EqualFold(k.Issuer, "steam"):
		b.WriteString("&encoder=null") // lest it be taken for Steam's own codes
	}
	return b.String()
}

// escape leaves the unreserved characters of RFC 3986 section 2.3 and the @ of
// mail addresses, which section 3.3 allows in a path and a query.
func escape(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~@", c) >= 0:
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}
