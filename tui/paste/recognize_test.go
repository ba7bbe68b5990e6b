package paste

import (
	"fmt"
	"testing"
)

func TestWhatAPasteIsAbout(t *testing.T) {
	for pasted, want := range map[string]Found{
		`"C:\Users\Ada L\qr.png"`:                {Paths: []string{`C:\Users\Ada L\qr.png`}},
		`C:\Users\Ada L\qr.png`:                  {Paths: []string{`C:\Users\Ada L\qr.png`}},
		`"\\server\share\qr.png"`:                {Paths: []string{`\\server\share\qr.png`}},
		`"C:\a.png" "D:\b c.jpg"`:                {Paths: []string{`C:\a.png`, `D:\b c.jpg`}},
		"file:///C:/Users/Ada%20L/qr.png":        {Paths: []string{"C:/Users/Ada L/qr.png"}},
		"'/a.png' '/b c.png'":                    {Paths: []string{"/a.png", "/b c.png"}},
		"/a/b.png\n/c/d.TIFF":                    {Paths: []string{"/a/b.png", "/c/d.TIFF"}},
		"'/a/b c.pdf' ":                          {Paths: []string{"/a/b c.pdf"}},
		"file:///a%2Fb.png\r\nfile:///c%20d.gif": {Paths: []string{"/a/b.png", "/c d.gif"}},
		"~/qr.png":                               {Paths: []string{"~/qr.png"}},
		"data:image/png;base64,AAAA":             {Pictures: []string{"data:image/png;base64,AAAA"}},
		"steam://GEZDGNBVGY3TQOJQ":               {Links: []string{"steam://GEZDGNBVGY3TQOJQ"}},
		"steam://run/440":                        {},
		"steam://rungameid/1234567890123456":     {},
		"look at /a/b.png":                       {},
		"qr.png":                                 {},
		"file://server/a.png":                    {},
		"/a/b.txt":                               {},
		"file:///a/b%20c":                        {Paths: []string{"/a/b c"}},
		"\uFEFFdata:image/png;base64,AA\nAA\n" + "data:image/png;base64,BBBB": {Pictures: []string{"data:image/png;base64,AAAA", "data:image/png;base64,BBBB"}},
		"\uFEFFotpauth://totp/x?secret=A":                                     {Links: []string{"otpauth://totp/x?secret=A"}},
		"text: otpauth://totp/x?secret=A":                                     {Links: []string{"otpauth://totp/x?secret=A"}},
		"":                                                                    {},
	} {
		if got := Recognize(pasted); fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Errorf("%q is %q, want %q", pasted, got, want)
		}
	}
}

// TestWhatWasCopiedIsAbout: on purpose, so that a path needs no ending.
func TestWhatWasCopiedIsAbout(t *testing.T) {
	for copied, want := range map[string]Found{
		"/home/ada/Pictures\n": {Paths: []string{"/home/ada/Pictures"}},
		"'/home/ada/a b'":      {Paths: []string{"/home/ada/a b"}},
		"/a/b.png":             {Paths: []string{"/a/b.png"}},
		"/one\n/two":           {},
		"just words":           {},
	} {
		if got := Copied(copied); fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Errorf("%q is %q, want %q", copied, got, want)
		}
	}
}

func TestWhatStartsWell(t *testing.T) {
	for text, want := range map[string]bool{
		"otpauth://totp/x": true, "\uFEFF OTPAUTH://totp/x": true, "otpauth-migration://offline": true, "data:image/png,": true,
		"steam://GEZDGNBVGY3TQOJQ": true, "steam://GEZDGNBVGY3TQOJQ\nsteam://GEZDGNBVGY3TQOJQ": true, "\x89PNG otpauth://": false, "text: otpauth://": false, "": false,
	} {
		if got := StartsWell(text); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}

func FuzzRecognize(f *testing.F) {
	f.Add("\uFEFFdata:image/png;base64,AA\nAA\notpauth://totp/x")
	f.Add(`'/a b.png' file:///c%20d.gif`)
	f.Fuzz(func(t *testing.T, text string) {
		found := Copied(text)
		if len(found.Links) > MaxFound || len(found.Paths) > MaxFound || len(found.Pictures) > MaxFound {
			t.Errorf("%d links, %d pictures, %d paths", len(found.Links), len(found.Pictures), len(found.Paths))
		}
	})
}
