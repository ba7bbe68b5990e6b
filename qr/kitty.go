package qr

import (
	"encoding/base64"
	"strings"
)

// kittyChunk is how much of a picture one escape code carries at most.
const kittyChunk = 4096

// Kitty draws the symbol for terminals that speak kitty's graphics protocol: a PNG in escape codes, scale pixels a
// module. The terminal answers nothing to them, and leaves the cursor in the picture's last row.
//
// https://sw.kovidgoyal.net/kitty/graphics-protocol/
func (s Symbol) Kitty(scale int) (string, error) {
	picture, err := s.PNG(scale)
	if err != nil {
		return "", err
	}
	data := base64.StdEncoding.EncodeToString(picture)
	var out strings.Builder
	control := "a=T,f=100,q=2," // transmit and show, PNG, never answer
	for {
		chunk := data[:min(len(data), kittyChunk)]
		data = data[len(chunk):]
		more := "m=1"
		if data == "" {
			more = "m=0"
		}
		out.WriteString("\x1b_G" + control + more + ";" + chunk + "\x1b\\")
		if data == "" {
			return out.String(), nil
		}
		control = ""
	}
}
