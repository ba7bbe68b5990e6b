package transfer

import (
	"strings"
	"testing"
)

func TestWhatATextIs(t *testing.T) {
	const hidden = "hunter2secret"
	for text, want := range map[string]string{
		"https://Example.com/?secret=" + hidden:                   "a link to a web page (example.com)",
		"http://ada:" + hidden + "@example.com/":                  "a link to a web page (example.com)",
		"https://" + hidden + "/":                                 "a link to a web page",
		"HTTPS://192.0.2.1:8443/x":                                "a link to a web page (192.0.2.1)",
		"https://play.google.com/store/apps/details?id=x":         "app store",
		"https://m-1234.duosecurity.com/activate/" + hidden:       "Duo Mobile",
		"duo://" + hidden + "-YXBpLTEyMzQ":                        "Duo Mobile",
		hidden + "-YXBpLTEyMzQuZHVvc2VjdXJpdHkuY29t":              "Duo Mobile",
		"oktaverify://ada/?t=" + hidden + "&s=https://x.okta.com": "Okta Verify",
		"phonefactor://activate_account?code=" + hidden:           "Microsoft Authenticator",
		"FIDO:/1234567890":                                        "passkey",
		"WIFI:T:WPA;S:home;P:" + hidden + ";;":                    "wireless network",
		"BEGIN:VCARD\r\nFN:" + hidden:                             "a contact",
		"MECARD:N:" + hidden + ";;":                               "a contact",
		"mailto:" + hidden + "@example.com":                       "e-mail address",
		"tel:+4912345":                                            "telephone",
		"GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ":                 "bare key",
		"just some words and " + hidden:                           "plain text",
		"4711":                                                    "a number",
		"":                                                        "empty",
		"\x00\x01" + hidden:                                       "data of another program",
		"foo-bar://" + hidden:                                     "begins with foo-bar://",
		"BCD\n002\n1\nSCT\n" + hidden:                             "bank transfer",
	} {
		got := What(text)
		if !strings.Contains(got, want) || strings.Contains(strings.ToLower(got), hidden) || strings.Contains(got, "GEZD") {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
