package transfer

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"twofold/vault"
)

// gauth is ~/.config/gauth.csv of the program gauth: lines of a name, a colon and the key, or of a key URI. It may be
// encrypted by openssl enc, as its manual says.
var gauth = Format{
	Name: "gauth", Title: "gauth", Files: "the text gauth.csv, or what openssl enc -aes-128-cbc -md sha256 made of it",
	Is:   isGauth,
	Read: readGauth,
}

const opensslMagic = "Salted__"

func isGauth(p *Probe) bool { return p.Begins(opensslMagic) || isGauthText(p) }

func isGauthText(p *Probe) bool {
	named := false
	return p.everyLine(func(line string) bool {
		_, secret, ok := gauthLine(line)
		ok = ok && len(secret) >= 16 // a shorter one may be a word
		named = named || ok
		return ok || isURI(line)
	}) && named
}

func readGauth(ctx context.Context, in Input) (Export, error) {
	if (&Probe{Data: in.Data}).Begins(opensslMagic) {
		plain, err := unlock(ctx, in, ErrPasswordOrFile, func(password []byte) ([]byte, bool, error) {
			plain, ok := openOpenSSL(in.Data, password)
			return plain, ok && isGauthText(&Probe{Data: plain}), nil
		})
		if err != nil {
			return Export{}, err
		}
		defer clear(plain)
		in.Data = plain
	}
	lines, err := textLines(in.Data)
	if err != nil {
		return Export{}, err
	}
	var e Export
	for _, l := range lines {
		switch name, secret, ok := gauthLine(l.text); {
		case ok:
			e.take(entry{label: name, secret: secret})
		case isURI(l.text):
			k, err := vault.ParseKeyURI(l.text)
			if err != nil {
				e.refuse(uriName(l.text), fmt.Sprintf("line %d: %s", l.number, strings.TrimPrefix(err.Error(), "key URI: ")))
				continue
			}
			e.Keys = append(e.Keys, k)
		default:
			e.refuse("", fmt.Sprintf("line %d: it is not a name, a colon and a key", l.number))
		}
	}
	return e.done()
}

// gauthLine parts a line at its last colon: no key has one.
func gauthLine(line string) (name, secret string, ok bool) {
	at := strings.LastIndexByte(line, ':')
	if at < 0 || isURI(line) {
		return "", "", false
	}
	name, secret = strings.TrimSpace(line[:at]), strings.TrimSpace(line[at+1:])
	return name, secret, name != "" && isBase32(strings.NewReplacer(" ", "", "-", "").Replace(secret))
}

// openOpenSSL derives key and vector by one round of SHA-256, as openssl enc does unless it is told better.
func openOpenSSL(data, password []byte) ([]byte, bool) {
	data = data[len(opensslMagic):]
	const salt = 8
	if len(data) < salt {
		return nil, false
	}
	h := sha256.New()
	h.Write(password)
	h.Write(data[:salt])
	sum := h.Sum(nil)
	defer clear(sum)
	return openCBC(sum[:16], sum[16:], data[salt:])
}
