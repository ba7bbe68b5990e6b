package capture

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"image"
	"net/url"
	"strings"
	"testing"

	"twofold/qr"
)

func picture(t *testing.T, text string) []byte {
	t.Helper()
	symbol, err := qr.Encode(text)
	if err != nil {
		t.Fatal(err)
	}
	data, err := symbol.PNG(4)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestCodesAreFoundInPicturesAndPages(t *testing.T) {
	found, err := Codes(context.Background(), picture(t, "one"))
	if err != nil || len(found) != 1 || found[0].Text != "one" || !strings.HasPrefix(found[0].Where(), "filling the picture, ") {
		t.Errorf("%+v, %v", found, err)
	}
	needPoppler(t)
	found, err = Codes(context.Background(), pdf(t, 800, "one", "two"))
	if err != nil || len(found) != 2 || found[1].Text != "two" || !strings.HasPrefix(found[1].Where(), "page 2, upper left, ") {
		t.Errorf("%+v, %v", found, err)
	}
	blank := bytes.ReplaceAll(pdf(t, 800, "one"), []byte("re f"), []byte("re n"))
	if _, err = Codes(context.Background(), blank); !errors.Is(err, qr.ErrNoCode) || err.Error() != "no QR code found on its page" {
		t.Errorf("%v", err)
	}
}

func TestWhereInWords(t *testing.T) {
	at := func(x, y, side int) Code {
		return Code{Bounds: image.Rect(x, y, x+side, y+side), Picture: image.Rect(0, 0, 1920, 1080)}
	}
	onSecond := at(0, 0, 100)
	onSecond.Picture = image.Rect(-1920, 0, 0, 1080)
	onSecond.Bounds = image.Rect(-200, 500, -100, 600)
	for want, code := range map[string]Code{
		"upper left, 300x300 px":    at(40, 40, 300),
		"in the middle, 100x100 px": at(900, 500, 100),
		"lower right, 200x200 px":   at(1700, 880, 200),
		"at the top, 90x90 px":      at(930, 0, 90),
		"on the right, 100x100 px":  onSecond,
	} {
		if got := code.Where(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := (Code{Page: 2, Frame: 3}).Where(); got != "page 2, frame 3, filling the picture, 0x0 px" {
		t.Error(got)
	}
}

func TestDataURLs(t *testing.T) {
	file := picture(t, "inside")
	body := base64.StdEncoding.EncodeToString(file)
	for name, text := range map[string]string{
		"plain":      "data:image/png;base64," + body,
		"capitals":   " DATA:Image/PNG;Base64," + body + "\n",
		"charset":    "data:image/png;charset=utf-8;base64," + body,
		"percent":    "data:image/png;base64," + url.QueryEscape(body),
		"no padding": "data:image/png;base64," + strings.TrimRight(body, "="),
		"folded":     "data:image/png;base64," + body[:40] + "\r\n" + body[40:],
	} {
		data, err := DataURL(text)
		if err != nil || string(data) != string(file) {
			t.Errorf("%s: %d bytes, %v", name, len(data), err)
		}
	}
	for want, text := range map[string]string{
		"SVG":            "data:image/svg+xml;base64," + body,
		"not data:image": "data:text/plain;base64," + body,
		"cut off":        "data:image/png;base64," + body[:41] + "!",
		"does not begin": "https://example.com/" + body,
	} {
		if _, err := DataURL(text); !errors.Is(err, ErrDataURL) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), body[:20]) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func FuzzDataURL(f *testing.F) {
	f.Add("data:image/png;base64,iVBORw0KGgo=")
	f.Add("data:image/png;base64,%69VBO")
	f.Fuzz(func(t *testing.T, text string) {
		data, err := DataURL(text)
		if err != nil && (!errors.Is(err, ErrDataURL) || data != nil) {
			t.Errorf("%v with %d bytes", err, len(data))
		}
		if err == nil {
			again, err := DataURL("data:image/png;base64," + base64.StdEncoding.EncodeToString(data))
			if err != nil || string(again) != string(data) {
				t.Errorf("is not read back: %v", err)
			}
		}
		if path, ok := FileURL(text); ok && path == "" {
			t.Error("an empty path")
		}
	})
}
