package transfer

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestPicturesOfAPage(t *testing.T) {
	text := base64.StdEncoding.EncodeToString
	page := "\ufeff<!DOCTYPE html>\n<HTML><head><style>b {}</style></head><body><img src=\"data:image/png;base64," + text([]byte("one")) + "\" alt=\"QR Code\">" +
		"<img src='data:image/svg+xml,%3Csvg%3E'><img src=\"data:image/gif;base64,\n " + text([]byte("three!"))[:4] + "\r\n" + text([]byte("three!"))[4:] + "\">" +
		"<div style='background: url(data:image/jpeg;base64," + strings.ReplaceAll(text([]byte("\xfb\xef\xbe\xff")), "+", "&#43;") + ")'></div>" +
		"<img src='data:image/png;base64,!!!'><img src='https://example.com/x.png'></body></html>"
	var got []string
	for _, p := range PagePictures([]byte(page)) {
		got = append(got, string(p))
	}
	if strings.Join(got, "|") != "one|three!|\xfb\xef\xbe\xff" {
		t.Errorf("%q", got)
	}
	for _, other := range []string{"", "<html>", "<html>data:image/png;base64,AAAA", "text with \"data:image/png;base64,AAAA\"", "<xml a='data:image/png;base64,AAAA'>"} {
		if got := PagePictures([]byte(other)); got != nil {
			t.Errorf("%q: %q", other, got)
		}
	}
	if got := PagePictures([]byte("<html>" + strings.Repeat("'data:image/png;base64,AAAA'", mostPictures+10))); len(got) != mostPictures {
		t.Errorf("%d pictures", len(got))
	}
}
