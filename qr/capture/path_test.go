package capture

import "testing"

func TestFileURLs(t *testing.T) {
	for text, want := range map[string]string{
		"file:///tmp/a.png":               "/tmp/a.png",
		" FILE:///tmp/a%20b%23%C3%A9.png": "/tmp/a b#é.png",
		"file://localhost/tmp/a.png":      "/tmp/a.png",
		"file:///tmp/what?.png":           "/tmp/what?.png",
		"file:///tmp/no%zz.png":           "",
		"file:///tmp/no%00.png":           "",
		"file://server/tmp/a.png":         "",
		"file://":                         "",
		"https://example.com/a.png":       "",
		"/tmp/a.png":                      "",
	} {
		if got, ok := FileURL(text); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", text, got, ok)
		}
	}
}
