package transfer

import (
	"bytes"
	"encoding/base64"
	"html"
	"strings"
)

// mostPictures bounds what is taken out of one page.
const mostPictures = 10_000

// PagePictures gives the pictures that a web page holds in itself, in their order: Ente Auth, Stratum and others print
// their QR codes so, and no text of them. What the codes say, one a line, is a file to be recognized. Nil when the
// content is no web page or has none; at most 10,000 are given.
func PagePictures(page []byte) [][]byte {
	if !isPage(page) {
		return nil
	}
	var pictures [][]byte
	rest := page
	for len(pictures) < mostPictures {
		_, after, found := bytes.Cut(rest, []byte("data:image/"))
		if !found {
			break
		}
		rest = after
		end := bytes.IndexAny(rest, "\"'<>)")
		if end < 0 {
			break
		}
		kind, data, found := strings.Cut(string(rest[:end]), ",")
		rest = rest[end:]
		if !found || !strings.HasSuffix(strings.ToLower(strings.TrimSpace(kind)), ";base64") {
			continue
		}
		data = strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "", "%2B", "+", "%2F", "/", "%3D", "=").Replace(html.UnescapeString(data))
		if picture, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(data, "=")); err == nil && len(picture) > 0 {
			pictures = append(pictures, picture)
		}
	}
	return pictures
}

// isPage tells a web page by how it begins.
func isPage(data []byte) bool {
	head := strings.ToLower(string(data[:min(len(data), 2048)]))
	return strings.HasPrefix(strings.TrimSpace(strings.TrimPrefix(head, "\ufeff")), "<") && strings.Contains(head, "<html")
}

// isPageOfURIs tells a web page that prints key URIs.
func isPageOfURIs(data []byte) bool {
	return isPage(data) && bytes.Contains(data, []byte("otpauth://"))
}

// pageLines are the key URIs of a page, each once, one a line. Each ends where its markup does.
func pageLines(page string) string {
	var b strings.Builder
	seen := map[string]bool{}
	for rest := page; ; {
		at := strings.Index(rest, "otpauth://")
		if at < 0 {
			return b.String()
		}
		rest = rest[at:]
		end := strings.IndexAny(rest, "<>\"'\r\n")
		if end < 0 {
			end = len(rest)
		}
		if uri := html.UnescapeString(rest[:end]); !seen[uri] {
			seen[uri] = true
			b.WriteString(strings.NewReplacer("\r", " ", "\n", " ").Replace(uri) + "\n")
		}
		rest = rest[end:]
	}
}
