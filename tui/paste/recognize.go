// Package paste tells what a text is about that a person has pasted, copied or piped: links that enroll, pictures, or
// files that should be pictures.
//
// It promises that nothing is opened: the answer depends on the text alone. What is in the links and the files it
// leaves to others. The command line and the interface ask it, and so understand the same.
package paste

import (
	"path/filepath"
	"strings"
	"unicode"

	"twofold/qr/capture"
)

// Found is what a pasted text turned out to be: links to accounts, pictures, or
// files that should be pictures. All empty: none of it.
type Found struct {
	Links    []string // otpauth:// texts, steam:// and parts of exports
	Pictures []string // data: addresses
	Paths    []string // of pictures, not yet looked at
}

// Any tells whether anything was found.
func (f Found) Any() bool { return len(f.Links)+len(f.Pictures)+len(f.Paths) > 0 }

// migration begins a part of an export of Google Authenticator.
const migration = "otpauth-migration://"

const (
	maxPaste = 1 << 20 // bytes; more is no list of links
	// MaxFound is how many links, and how many paths, are taken of one text.
	MaxFound = 200
	mark     = "\uFEFF" // of the byte order, which editors put before a text
)

// Recognize tells what a paste anywhere in the program is about. Links count
// wherever they stand on a line. Paths are taken as terminals write them when a
// file is dropped: bare, quoted, with backslashes, as file:// addresses, one or
// several; and only with the ending of a picture, so that ordinary text stays text.
func Recognize(pasted string) Found {
	var f Found
	if len(pasted) > maxPaste && !StartsWell(pasted) {
		return f
	}
	folded := false // the line before belongs to a data: address, which may go on
	for line := range strings.FieldsFuncSeq(pasted, func(r rune) bool { return r == '\n' || r == '\r' }) {
		line = trim(line)
		switch i := linkStart(line); {
		case line == "":
		case capture.IsDataURL(line):
			if folded = len(f.Pictures) < MaxFound; folded {
				f.Pictures = append(f.Pictures, line)
			}
		case folded && isBase64(line):
			f.Pictures[len(f.Pictures)-1] += line
		case i >= 0:
			if folded = false; len(f.Links) < MaxFound {
				f.Links = append(f.Links, strings.Trim(line[i:], `"'<>`))
			}
		default:
			folded = false
			f.Paths = append(f.Paths, paths(line)...)
		}
	}
	if len(f.Paths) > MaxFound {
		f.Paths = f.Paths[:MaxFound]
	}
	return f
}

// Copied is [Recognize] of what was copied on purpose: one path alone may then be of anything, a folder too.
func Copied(text string) Found {
	f := Recognize(text)
	if p := Unquote(trim(text)); !f.Any() && len(p) <= 4096 && rooted(p) {
		f.Paths = []string{p}
	}
	return f
}

// StartsWell tells a text that begins with a link that enrolls or a data: address. Files with such a text are no
// pictures.
func StartsWell(text string) bool {
	start, _, _ := strings.Cut(trim(text[:min(len(text), 128)]), "\n")
	return capture.IsDataURL(start) || linkStart(start) == 0
}

func trim(text string) string {
	return strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), mark))
}

func isBase64(line string) bool {
	return !strings.ContainsFunc(line, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune("+/=-_%", r)
	})
}

// linkStart is where a link begins: at the start, or after what people copy
// along with it. Its end is the line's, because labels hold raw blanks.
func linkStart(line string) int {
	lower := strings.ToLower(line[:min(len(line), maxPaste)])
	if i := strings.Index(lower, "otpauth://"); i >= 0 {
		return i
	}
	if secret, ok := strings.CutPrefix(lower, "steam://"); ok && len(secret) >= 16 && !strings.Contains(secret, "/") {
		return 0 // Steam's other links are commands to it
	}
	return strings.Index(lower, migration)
}

// PartOfLink tells a text that may hold a secret: a link, or what is left of
// one of which the beginning or the middle got lost on the way. Such a text is
// never repeated.
func PartOfLink(text string) bool {
	lower := strings.ToLower(text)
	for _, sign := range []string{"otpauth", "data:image", "secret=", "secret%3d", "&issuer=", "&digits=", "&period=", "&algorithm=", "&counter="} {
		if strings.Contains(lower, sign) {
			return true
		}
	}
	return false
}

// paths are the pictures a line names. The line as a whole comes first: a bare
// path may hold blanks.
func paths(line string) []string {
	if p, ok := Path(line); ok {
		return []string{p}
	}
	var out []string
	for _, word := range shellWords(line) {
		p, ok := Path(word)
		if !ok {
			return nil // one word that is none: this is text, not a drop
		}
		out = append(out, p)
	}
	return out
}

// Path is the file a text names, if it looks like a picture's path.
func Path(text string) (string, bool) {
	p := Unquote(trim(text))
	if _, address := capture.FileURL(trim(text)); address {
		return p, rooted(p) // no ordinary text: a folder's, perhaps
	}
	if !capture.NamedAsPicture(p) && !strings.EqualFold(filepath.Ext(p), ".pdf") {
		return "", false
	}
	return p, rooted(p)
}

// rooted paths are not mistaken for words: /x.png, ~/x.png, ./x.png, C:\x.png, \\server\x.png.
func rooted(p string) bool {
	switch {
	case strings.ContainsFunc(p, unicode.IsControl):
		return false
	case filepath.IsAbs(p), strings.HasPrefix(p, "./"), strings.HasPrefix(p, "../"), strings.HasPrefix(p, "~/"):
		return multiple(p) == 1
	}
	return len(p) > 3 && (p[1] == ':' && (p[2] == '\\' || p[2] == '/') || strings.HasPrefix(p, `\\`))
}

// multiple counts what would be several paths on one line.
func multiple(p string) int {
	n := 1
	for _, before := range []string{" /", " ~/", " ./"} {
		n += strings.Count(p, before)
	}
	return n
}

// Unquote undoes what terminals do to a dropped file's path: quotes,
// backslashes before odd characters, file:// with percent signs.
func Unquote(s string) string {
	if len(s) >= 2 && (s[0] == '\'' || s[0] == '"') && s[len(s)-1] == s[0] && len(shellWords(s)) == 1 {
		q := s[0]
		inner := s[1 : len(s)-1]
		if q == '\'' {
			return strings.ReplaceAll(inner, `'\''`, `'`)
		}
		if onWindows(inner) {
			return inner
		}
		return unescape(inner)
	}
	if path, ok := capture.FileURL(s); ok {
		return path
	}
	if len(s) > 7 && strings.EqualFold(s[:7], "file://") {
		return s
	}
	if onWindows(s) {
		return s
	}
	return unescape(s)
}

// onWindows: the backslashes in C:\Users and \\server\share are the path, and hide nothing.
func onWindows(s string) bool {
	return len(s) > 2 && s[1] == ':' || strings.HasPrefix(s, `\\`)
}

func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// shellWords splits at blanks outside quotes and backslashes, keeping both for
// Unquote to undo.
func shellWords(s string) []string {
	var out []string
	var word strings.Builder
	var quote byte
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && quote != '\'' && i+1 < len(s):
			word.WriteByte(c)
			i++
			word.WriteByte(s[i])
			continue
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == ' ' || c == '\t'):
			if word.Len() > 0 {
				out = append(out, word.String())
				word.Reset()
			}
			continue
		}
		word.WriteByte(c)
	}
	if word.Len() > 0 {
		out = append(out, word.String())
	}
	return out
}
