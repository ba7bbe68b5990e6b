package transfer

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"

	"twofold/vault"
)

// otpauth is a list of key URIs, one a line, as half of all programs write it. Links of Google Authenticator between
// them are read as well; comments and blank lines are passed over; lines with anything else are named.
var otpauth = Format{
	Name: "otpauth", Title: "list of otpauth:// texts", Files: "text or a web page, with otpauth:// or steam:// in each line",
	Is: func(p *Probe) bool {
		return p.Line("otpauth://") || p.Line("steam://") || p.Line("motp://") || isPageOfURIs(p.Data) || isURI(strings.Join(jsonURIs(p, 1), ""))
	},
	Read: readOTPAuth,
	Write: func(_ context.Context, out io.Writer, keys []vault.Key, _ Output) error {
		return writeLines(out, keys, vault.Key.RevealURI)
	},
	Lacks: room{}.lacks,
}

// maxURILine bounds one line, in bytes.
const maxURILine = 64 << 10

func readOTPAuth(_ context.Context, in Input) (Export, error) { return readURIs(in.Data, nil) }

// readURIs reads the lines of a list. Of each account that is taken, more reads what the program has put into its line
// beside it.
func readURIs(data []byte, more func(line string, k *vault.Key)) (Export, error) {
	var e Export
	var google GoogleExport
	lines, err := uriLines(data)
	if err != nil {
		return Export{}, err
	}
	for _, l := range lines {
		if IsGoogle(l.text) {
			if err := google.takeInto(&e, l.text); err != nil {
				e.refuse("", fmt.Sprintf("line %d: %v", l.number, err))
			}
			continue
		}
		k, err := l.key()
		if err != nil {
			e.refuse(uriName(l.text), fmt.Sprintf("line %d: %s", l.number, strings.TrimPrefix(err.Error(), "key URI: ")))
			continue
		}
		if more != nil {
			more(l.text, &k)
		}
		e.Keys = append(e.Keys, k)
	}
	google.tellMissing(&e)
	return e.done()
}

type uriLine struct {
	number int // of the line, from 1
	text   string
}

func (l uriLine) key() (vault.Key, error) {
	if len(l.text) > maxURILine {
		return vault.Key{}, fmt.Errorf("it is longer than %d KiB", maxURILine>>10)
	}
	if !isURI(l.text) {
		return vault.Key{}, fmt.Errorf("it is %s, and no otpauth:// text", What(l.text))
	}
	return vault.ParseKeyURI(withoutParameters(l.text, "codedisplay", "image", "icon"))
}

// uriLines are the lines that must hold an account: not blank, and no comment. Several may be in one, with commas
// between them; of a web page they are what begins like one.
func uriLines(data []byte) ([]uriLine, error) {
	text := string(withoutBOM(data))
	if isPageOfURIs(data) {
		text = pageLines(text)
	} else if all := jsonURIs(&Probe{Data: data}, maxEntries+1); all != nil {
		text = strings.Join(all, "\n")
	}
	var all []uriLine
	number := 0
	for line := range strings.Lines(text) {
		number++
		for _, one := range splitURIs(line) {
			one = strings.Trim(one, " \t\r\n\v\f,;\"'\ufeff\u00a0")
			if one == "" || one[0] == '#' || strings.HasPrefix(one, "//") {
				continue
			}
			if len(all) == maxEntries {
				return nil, fmt.Errorf("%w: it has more than %d lines", ErrTooLarge, maxEntries)
			}
			all = append(all, uriLine{number, one})
		}
	}
	return all, nil
}

// splitURIs parts a line before each otpauth:// that comes after a comma, a semicolon or a blank.
func splitURIs(line string) []string {
	const scheme = "otpauth://"
	lower := strings.ToLower(line)
	if len(lower) != len(line) || strings.Count(lower, scheme) < 2 {
		return []string{line}
	}
	var parts []string
	from := 0
	for at := 1; at < len(line); at++ {
		if strings.HasPrefix(lower[at:], scheme) && strings.IndexByte(",; \t", line[at-1]) >= 0 {
			parts = append(parts, line[from:at])
			from = at
		}
	}
	return append(parts, line[from:])
}

func isURI(text string) bool {
	scheme, _, found := strings.Cut(text, "://")
	return found && (strings.EqualFold(scheme, "otpauth") || strings.EqualFold(scheme, "steam") || strings.EqualFold(scheme, "motp"))
}

// uriName is the label of a text that was refused, to find it by. It is empty where that could be the secret.
func uriName(text string) string {
	scheme, rest, found := strings.Cut(text, "://")
	front, query, asked := strings.Cut(rest, "?")
	if !found || !asked || !strings.Contains(query, "=") || strings.EqualFold(scheme, "steam") {
		return ""
	}
	if strings.EqualFold(scheme, "otpauth") {
		_, front, _ = strings.Cut(front, "/")
	}
	name, err := url.PathUnescape(front)
	if err != nil || strings.Contains(strings.ToLower(name), "secret") {
		return ""
	}
	name = strings.TrimPrefix(strings.TrimSpace(name), ":")
	return name[:min(len(name), 200)]
}

// withoutParameters drops parameters that are long, and of no account.
func withoutParameters(text string, names ...string) string {
	front, query, asked := strings.Cut(text, "?")
	if !asked {
		return text
	}
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(part, "=")
		drop := false
		for _, n := range names {
			drop = drop || strings.EqualFold(strings.TrimSpace(name), n)
		}
		if !drop {
			kept = append(kept, part)
		}
	}
	return front + "?" + strings.Join(kept, "&")
}

// jsonURIs are the texts of a JSON array, or of cotp's object that has one as its items, up to most of them; nil when it
// is neither.
func jsonURIs(p *Probe, most int) []string {
	p.parse()
	if len(p.object) == 1 && p.Has("items") {
		return jsonURIs(&Probe{Data: p.object["items"]}, most)
	}
	if len(p.array) == 0 || p.array[0][0] != '"' {
		return nil
	}
	var all []string
	for _, raw := range p.array[:min(len(p.array), most)] {
		var one word
		_ = one.UnmarshalJSON(raw)
		all = append(all, strings.Join(strings.Fields(string(one)), " "))
	}
	return all
}

// writeLines writes an account a line.
func writeLines(out io.Writer, keys []vault.Key, line func(vault.Key) string) error {
	w := bufio.NewWriter(out)
	for _, k := range keys {
		if _, err := w.WriteString(line(k) + "\n"); err != nil {
			return err
		}
	}
	return w.Flush()
}
