package transfer

import (
	"fmt"
	"strings"
	"testing"
)

const rfcBase32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" // rfcSecret

// readAs opens a file in a format, by its name.
func readAs(t *testing.T, format string, data []byte, password string) (Export, error) {
	t.Helper()
	f, found := Find(format)
	if !found {
		t.Fatalf("no format %q", format)
	}
	return f.Open(t.Context(), Input{Data: data, Password: passwordOf(password)})
}

// names are those of the accounts that were read, and of the entries that were not, with the reasons.
func names(e Export) string {
	var all []string
	for _, k := range e.Keys {
		all = append(all, k.Name())
	}
	for _, a := range e.Aside {
		all = append(all, fmt.Sprintf("!%d %s: %s", a.Entry, a.Name, a.Reason))
	}
	return strings.Join(all, "\n")
}

// mustRead opens a file that is recognized as of a format, and in which all is well.
func mustRead(t *testing.T, format string, data []byte, password string) Export {
	t.Helper()
	f, e, err := open(t, data, password)
	if err != nil || f.Name != format {
		t.Fatalf("recognized as %q: %v", f.Name, err)
	}
	return e
}

func TestListOfURIs(t *testing.T) {
	list := "\ufeff# my accounts\r\n\r\n" +
		"otpauth://totp/KOR:ada?secret=" + rfcBase32 + "&issuer=KOR\r\n" +
		"OTPAUTH://TOTP/bob?secret=" + strings.ToLower(rfcBase32) + "&image=" + strings.Repeat("x", 9000) + "\r\n" +
		"// and these\n" +
		"just some words\n" +
		"steam://" + rfcBase32 + "\n" +
		"motp://KOR:eve?secret=0123456789abcdef\n" +
		"otpauth://totp/bad:digits?secret=" + rfcBase32 + "&digits=0\n" +
		"otpauth://hotp/no%20counter?secret=" + rfcBase32 + "\n" +
		"otpauth://totp/a?secret=" + rfcBase32 + ", otpauth://totp/b?secret=" + rfcBase32 + ",\n" +
		link(payload([4]int64{1, 1, 0, 7}, usual("migrated"))) + "\n"
	e := mustRead(t, "otpauth", []byte(list), "")
	want := `KOR:ada
bob
Steam
no counter
a
b
KOR:migrated
!3 : line 6: it is plain text, and no otpauth:// text
!5 KOR:eve: line 8: scheme: mOTP is not supported
!6 bad:digits: line 9: digits: must be 4 to 10`
	if got := names(e); got != want {
		t.Errorf("read as\n%s\nand not\n%s", got, want)
	}
	for _, k := range e.Keys {
		if string(k.Secret.Reveal()) != rfcSecret {
			t.Errorf("%s has another secret", k.Name())
		}
	}
}

// TestRefusedLineKeepsItsSecret: whatever is wrong with it.
func TestRefusedLineKeepsItsSecret(t *testing.T) {
	for _, line := range []string{
		"otpauth://" + rfcBase32, "otpauth://totp/" + rfcBase32, "otpauth://totp/x&secret=" + rfcBase32, "steam://" + rfcBase32 + "1",
		"motp://" + rfcBase32, rfcBase32, "secret " + rfcBase32, "otpauth://totp/secret=" + rfcBase32 + "?x=1", "otpauth://totp/x?secret=" + rfcBase32 + "%",
		"otpauth://totp/x?secret=" + rfcBase32 + "&secret=" + rfcBase32 + "A", "otpauth-migration://offline?data=" + rfcBase32,
	} {
		e, err := readAs(t, "otpauth", []byte(line), "")
		if err != nil || len(e.Aside) != 1 {
			t.Errorf("%s: %v, %+v", line, err, e)
		}
		if strings.Contains(names(e), rfcBase32) {
			t.Errorf("%s: the secret is in %s", line, names(e))
		}
	}
}

func TestWebPageOfURIs(t *testing.T) {
	page := "<!DOCTYPE html>\n<html><body><p>KOR</p><code>otpauth://totp/KOR:ada?secret=" + rfcBase32 + "&amp;issuer=KOR</code>" +
		"<a title='x' href=\"otpauth://totp/KOR:ada?secret=" + rfcBase32 + "&amp;issuer=KOR\"></a> otpauth://totp/a%27b?secret=" + rfcBase32 + "</body></html>"
	if got := names(mustRead(t, "otpauth", []byte(page), "")); got != "KOR:ada\na'b" {
		t.Error(got)
	}
}

func TestListsComeBackTheSame(t *testing.T) { roundTrip(t, otpauth, "") }

func FuzzOTPAuth(f *testing.F) {
	f.Add([]byte("# x\notpauth://totp/KOR:ada?secret=" + rfcBase32 + "&digits=8\r\nsteam://" + rfcBase32))
	f.Add([]byte("<html>otpauth://totp/a?secret=" + rfcBase32 + "&amp;issuer=b</html>"))
	f.Add([]byte("otpauth://totp/a?secret=" + rfcBase32 + "&codeDisplay=%7B%22tags%22%3A%5B%22x%22%5D%7D,otpauth://x"))
	fuzzRead(f, otpauth)
}

// fuzzRead holds every reader to the same: what it takes is an account that gives codes, and it stops.
func fuzzRead(f *testing.F, formats ...Format) {
	f.Helper()
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, format := range formats {
			e, err := format.Read(t.Context(), Input{Data: data, Password: passwordOf("test"), Progress: func(string) {}})
			if err != nil && len(e.Keys) > 0 {
				t.Fatalf("%s: accounts and an error: %v", format.Name, err)
			}
			for _, k := range e.Keys {
				if err := k.Validate(); err != nil {
					t.Fatalf("%s: took %q: %v", format.Name, k.Name(), err)
				}
			}
			if format.Is != nil {
				format.Is(&Probe{Data: data})
			}
		}
	})
}
