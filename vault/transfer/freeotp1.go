package transfer

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// freeOTP1 is the file in which FreeOTP 1 keeps its tokens, in Android's own shape.
var freeOTP1 = Format{
	Name: "freeotp1", Title: "FreeOTP 1", Files: "XML of its settings, tokens.xml",
	Is:   isFreeOTP1,
	Read: readFreeOTP1,
}

func isFreeOTP1(p *Probe) bool {
	head := withoutBOM(p.Data[:min(len(p.Data), 1024)])
	if !bytes.HasPrefix(head, []byte("<")) || !bytes.Contains(head, []byte("<map")) {
		return false
	}
	holds := func(text string) bool { return bytes.Contains(p.Data, []byte(text)) }
	return holds("label") && (holds("&quot;secret&quot;") || holds(`"secret"`) || holds("&#34;secret&#34;"))
}

// readFreeOTP1 reads the strings of the map. encoding/xml opens no entity but the five of XML, and goes by tokens, so
// that neither can be used against it.
func readFreeOTP1(_ context.Context, in Input) (Export, error) {
	var e Export
	d := xml.NewDecoder(bytes.NewReader(withoutBOM(in.Data)))
	for range maxEntries {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF):
			return e.done()
		case err != nil:
			return Export{}, fmt.Errorf("%w: it is not the XML that it should be", ErrBadFile)
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "string" {
			continue
		}
		var text string
		if err := d.DecodeElement(&text, &start); err != nil {
			return Export{}, fmt.Errorf("%w: it is not the XML that it should be", ErrBadFile)
		}
		if strings.HasPrefix(strings.TrimSpace(text), "{") {
			each(&e, list{[]byte(text)}, func(t freeOTPToken) { e.take(t.entry(t.Secret)) })
		}
	}
	return Export{}, fmt.Errorf("%w: it has more than %d elements", ErrTooLarge, maxEntries)
}
