package transfer

import (
	"encoding/base64"
	"net/netip"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What says of what kind a text is that enrolls no account, as the end of "this is ...". Of the text itself it repeats
// the host of a web address alone, and never anything that could be a secret.
func What(text string) string {
	text = strings.TrimSpace(text)
	if kind, ok := whatByScheme(text); ok {
		return kind
	}
	switch {
	case text == "":
		return "an empty text"
	case looksBase32(text):
		return "a text that may be a bare key"
	case strings.ContainsFunc(text, func(r rune) bool { return r == utf8.RuneError || unicode.IsControl(r) && !unicode.IsSpace(r) }):
		return "data of another program"
	case isDigits(text):
		return "a number"
	case looksDuo(text):
		return duoMobile
	}
	return "plain text"
}

const duoMobile = "a code for the app Duo Mobile alone"

// schemes are what is in QR codes of this world, by how the text begins. The first that fits wins.
var schemes = []struct{ begins, is string }{
	{"otpauth:", "an enrollment that is not complete"},
	{googleScheme, "an export of Google Authenticator"},
	{"phonefactor:", "a code for the app Microsoft Authenticator alone, which shows no digits for it; on that page choose another app"},
	{"msauth:", "a code for the app Microsoft Authenticator alone; on that page choose another app"},
	{"microsoft-authenticator:", "a code for the app Microsoft Authenticator alone; on that page choose another app"},
	{"fido:", "a sign-in by passkey, for a phone's camera"},
	{"duo://", duoMobile},
	{"oktaverify:", "a code for the app Okta Verify alone"},
	{"com-okta-authenticator:", "a code for the app Okta Verify alone"},
	{"motp:", "an account of mOTP, which is not supported"},
	{"tiqr", "a code for the app Tiqr alone"},
	{"pia://", "a code for the app privacyIDEA Authenticator alone"},
	{"steam:", "an account of Steam that is not complete"},
	{"wifi:", "the access to a wireless network"},
	{"begin:vcard", "a contact"},
	{"mecard:", "a contact"},
	{"bizcard:", "a contact"},
	{"begin:vcalendar", "a date for a calendar"},
	{"begin:vevent", "a date for a calendar"},
	{"mailto:", "an e-mail address"},
	{"matmsg:", "an e-mail to be sent"},
	{"smtp:", "an e-mail to be sent"},
	{"tel:", "a telephone number"},
	{"sms:", "a text message to be sent"},
	{"smsto:", "a text message to be sent"},
	{"geo:", "a place on the map"},
	{"market:", "a link to an app store"},
	{"bitcoin:", "a payment"},
	{"ethereum:", "a payment"},
	{"bcd\n", "a bank transfer"},
	{"spc\n", "a bank transfer"},
	{"data:", "data in itself"},
}

func whatByScheme(text string) (string, bool) {
	lower := strings.ToLower(text[:min(len(text), 40)])
	lower = strings.ReplaceAll(lower, "\r\n", "\n")
	if strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "https://") || strings.HasPrefix(lower, "www.") {
		return whatPage(text), true
	}
	for _, s := range schemes {
		if strings.HasPrefix(lower, s.begins) {
			return s.is, true
		}
	}
	scheme, _, found := strings.Cut(lower, "://")
	if found && scheme != "" && len(scheme) <= 24 && !strings.ContainsFunc(scheme, func(r rune) bool { return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz+-.", r) }) {
		return "a link for another program, which begins with " + scheme + "://", true
	}
	return "", false
}

// whatPage names services whose codes are taken for enrollments, and of all others the host.
func whatPage(text string) string {
	host := ""
	if u, err := url.Parse(text); err == nil {
		host = strings.ToLower(u.Hostname())
	}
	switch {
	case strings.HasSuffix(host, ".duosecurity.com"):
		return "a link to activate the app Duo Mobile alone (" + host + ")"
	case strings.HasSuffix(host, ".okta.com"), strings.HasSuffix(host, ".oktapreview.com"):
		return "a link for the app Okta Verify alone (" + host + ")"
	case host == "play.google.com", host == "apps.apple.com", host == "itunes.apple.com":
		return "a link to an app store (" + host + ")"
	case !plainHost(host):
		return "a link to a web page"
	}
	return "a link to a web page (" + host + ")"
}

// plainHost is a host as people have them; anything longer or odder may be a secret in disguise.
func plainHost(host string) bool {
	if host == "" || len(host) > 60 {
		return false
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return strings.Contains(host, ".") && !strings.ContainsFunc(host, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789.-", r)
	})
}

// looksDuo: an activation code, a dash, and a host of Duo in base64.
func looksDuo(text string) bool {
	_, host, found := strings.Cut(text, "-")
	if !found || len(text) > 200 {
		return false
	}
	name, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(host, "="))
	return err == nil && strings.HasSuffix(string(name), ".duosecurity.com")
}

// looksBase32: length, digits and groups of four tell a key from words.
func looksBase32(text string) bool {
	n := 0
	for _, group := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '-' }) {
		if len(group) > 4 && len(group) < 16 {
			return false
		}
		for _, r := range strings.ToUpper(strings.TrimRight(group, "=")) {
			if (r < 'A' || r > 'Z') && (r < '2' || r > '7') {
				return false
			}
			n++
		}
	}
	return n >= 16 && n <= 128 && strings.ContainsAny(text, "234567")
}

func isDigits(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < '0' || r > '9' })
}
