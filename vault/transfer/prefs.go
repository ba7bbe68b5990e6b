package transfer

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// preference is a text that an app on Android keeps in its preferences.
type preference struct{ name, value string }

// maxXMLDepth is how deep preferences may be nested; a map of sets of texts is 3.
const maxXMLDepth = 8

// isPreferences tells the preferences of an app by the name of one of them.
func (p *Probe) isPreferences(name string) bool {
	data := withoutBOM(p.Data)
	return (bytes.HasPrefix(data, []byte("<?xml")) || bytes.HasPrefix(data, []byte("<map"))) &&
		bytes.Contains(data[:min(len(data), 1024)], []byte("<map")) && bytes.Contains(data, []byte(name))
}

// preferences reads the texts of an app's preferences, in their order: <map> of <string name="">. Entities of its own
// are not expanded, so that nothing grows. Errors are [ErrBadFile] and [ErrTooLarge], and quote nothing.
func preferences(data []byte) ([]preference, error) {
	damaged := fmt.Errorf("%w: it is not the XML that it should be", ErrBadFile) // the cause quotes values
	d := xml.NewDecoder(bytes.NewReader(withoutBOM(data)))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	var all []preference
	var text strings.Builder
	depth := 0
	for {
		token, err := d.RawToken()
		switch {
		case errors.Is(err, io.EOF):
			if depth != 0 {
				return nil, damaged
			}
			return all, nil
		case err != nil:
			return nil, damaged
		}
		switch token := token.(type) {
		case xml.StartElement:
			if depth++; depth > maxXMLDepth {
				return nil, fmt.Errorf("%w: its XML is nested deeper than %d", ErrBadFile, maxXMLDepth)
			}
			if depth == 2 && token.Name.Local == "string" {
				if len(all) == maxEntries {
					return nil, fmt.Errorf("%w: it has more than %d texts", ErrTooLarge, maxEntries)
				}
				all = append(all, preference{name: attribute(token, "name")})
			}
			text.Reset()
		case xml.CharData:
			if depth == 2 {
				text.Write(token)
			}
		case xml.EndElement:
			if depth--; depth < 0 {
				return nil, damaged
			}
			if depth == 1 && token.Name.Local == "string" && len(all) > 0 {
				all[len(all)-1].value = text.String()
			}
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
