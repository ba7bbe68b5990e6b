package transfer

import (
	"context"
	"encoding/json"
	"io"
	"net/url"
	"strings"
	"time"

	"twofold/vault"
)

// ente is the export of Ente Auth: key URIs with what else it knows of an account in the parameter codeDisplay, as
// lines, as a web page, or encrypted.
var ente = Format{
	Name: "ente", Title: "Ente Auth", Files: "text or a web page of otpauth:// texts, or JSON when encrypted",
	Is: func(p *Probe) bool {
		return p.Has("kdfParams", "encryptedData", "encryptionNonce") || otpauth.Is(p) && hasCodeDisplay(p.Data)
	},
	Read:   readEnte,
	Write:  writeEnte,
	Lacks:  room{tags: true, pin: true, note: true, use: true, trash: true}.lacks,
	Locked: MayBeLocked,
}

func hasCodeDisplay(data []byte) bool { return strings.Contains(string(data), "codeDisplay=") }

// enteDisplay is the value of codeDisplay.
type enteDisplay struct {
	Pinned   truth  `json:"pinned"`
	Trashed  truth  `json:"trashed"`
	LastUsed number `json:"lastUsedAt"` // in microseconds since 1970
	Taps     number `json:"tapCount"`
	Tags     words  `json:"tags"`
	Note     word   `json:"note"`
}

func readEnte(ctx context.Context, in Input) (Export, error) {
	data := in.Data
	if (&Probe{Data: data}).Has("encryptedData") {
		plain, err := openEnte(ctx, in)
		if err != nil {
			return Export{}, err
		}
		defer clear(plain)
		data = plain
	}
	now := time.Now().UTC().Truncate(time.Second)
	return readURIs(data, func(line string, k *vault.Key) { readDisplay(line, k, now) })
}

// readDisplay adds what Ente has beside the key. An account in its trash goes into ours, as of now: Ente does not say
// since when it is there.
func readDisplay(line string, k *vault.Key, now time.Time) {
	_, query, _ := strings.Cut(line, "?")
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		if !strings.EqualFold(name, "codeDisplay") {
			continue
		}
		text, err := url.QueryUnescape(value)
		var d enteDisplay
		if err != nil || deep([]byte(text)) || json.Unmarshal([]byte(text), &d) != nil {
			return
		}
		k.Tags, k.Pinned, k.Note, k.Uses = plainTags(d.Tags), bool(d.Pinned), plainNote(string(d.Note)), d.Taps.count()
		if micros := d.LastUsed.value; micros > 0 && micros < 1<<60 {
			k.LastUsed = time.UnixMicro(int64(micros)).UTC() //nolint:gosec // bounded above
		}
		if d.Trashed {
			k.Removed = now
		}
		return
	}
}

func writeEnte(ctx context.Context, out io.Writer, keys []vault.Key, o Output) error {
	if o.Password.Len() == 0 {
		return writeLines(out, keys, enteLine)
	}
	var plain strings.Builder
	if err := writeLines(&plain, keys, enteLine); err != nil {
		return err
	}
	return sealEnte(ctx, out, []byte(plain.String()), o.Password)
}

func enteLine(k vault.Key) string {
	micros := int64(0)
	if !k.LastUsed.IsZero() {
		micros = k.LastUsed.UnixMicro()
	}
	display, err := json.Marshal(map[string]any{
		"pinned": k.Pinned, "trashed": !k.Removed.IsZero(), "lastUsedAt": micros, "tapCount": k.Uses,
		"tags": append([]string{}, k.Tags...), "note": k.Note, "position": 0, "iconSrc": "", "iconID": "",
	})
	if err != nil { // which no such map gives
		return k.RevealURI()
	}
	return k.RevealURI() + "&codeDisplay=" + strings.ReplaceAll(url.QueryEscape(string(display)), "+", "%20")
}
