package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/png"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/image/tiff"
	"google.golang.org/protobuf/encoding/protowire"

	"twofold/qr"
)

// drawPictures is the command "draw FILE TEXT...": the texts' codes in one picture side by side, or in the frames of a
// GIF, the pages of a PDF, or a data: address, by the file's ending. A text "@FILE" is what is in that file; "-" is an
// empty sheet.
func drawPictures(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: draw FILE TEXT...")
	}
	var sheets []image.Image
	for _, text := range args[1:] {
		if file, ok := strings.CutPrefix(text, "@"); ok {
			text = strings.TrimSpace(ts.ReadFile(file))
		}
		sheets = append(sheets, sheet(ts, text))
	}
	var out bytes.Buffer
	switch filepath.Ext(args[0]) {
	case ".gif":
		ts.Check(gif.EncodeAll(&out, frames(sheets)))
	case ".pdf":
		document(&out, sheets)
	case ".tiff":
		ts.Check(tiff.Encode(&out, beside(sheets), nil))
	case ".png":
		ts.Check(png.Encode(&out, beside(sheets)))
	case ".txt":
		var file bytes.Buffer
		ts.Check(png.Encode(&file, beside(sheets)))
		out.WriteString("data:image/png;base64," + base64.StdEncoding.EncodeToString(file.Bytes()) + "\n")
	default:
		ts.Fatalf("what is %s?", args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), out.Bytes(), 0o600))
}

// sheet is a code of the program's own on white.
func sheet(ts *testscript.TestScript, text string) image.Image {
	const side = 480
	page := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	if text == "-" {
		return page
	}
	symbol, err := qr.Encode(text)
	ts.Check(err)
	file, err := symbol.PNG(max(2, 400/symbol.Size()))
	ts.Check(err)
	code, err := png.Decode(bytes.NewReader(file))
	ts.Check(err)
	draw.Draw(page, code.Bounds().Add(image.Pt(10, 10)), code, image.Point{}, draw.Src)
	return page
}

func beside(sheets []image.Image) image.Image {
	side := sheets[0].Bounds().Dx()
	page := image.NewGray(image.Rect(0, 0, side*len(sheets), side))
	for i, s := range sheets {
		draw.Draw(page, s.Bounds().Add(image.Pt(i*side, 0)), s, image.Point{}, draw.Src)
	}
	return page
}

func frames(sheets []image.Image) *gif.GIF {
	g := &gif.GIF{}
	for _, s := range sheets {
		g.Image, g.Delay = append(g.Image, s.(*image.Paletted)), append(g.Delay, 50)
	}
	return g
}

// document is a PDF of a page a sheet, each as one picture.
func document(out *bytes.Buffer, sheets []image.Image) {
	var offsets []int
	object := func(body string) {
		offsets = append(offsets, out.Len())
		fmt.Fprintf(out, "%d 0 obj\n%s\nendobj\n", len(offsets), body)
	}
	stream := func(head, body string) string {
		return fmt.Sprintf("<< %s /Length %d >>\nstream\n%s\nendstream", head, len(body), body)
	}
	out.WriteString("%PDF-1.4\n")
	object("<< /Type /Catalog /Pages 2 0 R >>")
	var kids string
	for i := range sheets {
		kids += fmt.Sprintf("%d 0 R ", 3+3*i)
	}
	object(fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", kids, len(sheets)))
	for _, s := range sheets {
		n, side := len(offsets), s.Bounds().Dx()
		object(fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 600] /Contents %d 0 R /Resources << /XObject << /P %d 0 R >> >> >>", n+2, n+3))
		object(stream("", "q 240 0 0 240 20 340 cm /P Do Q"))
		gray := beside([]image.Image{s}).(*image.Gray)
		object(stream(fmt.Sprintf("/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8", side, side), string(gray.Pix)))
	}
	at := out.Len()
	fmt.Fprintf(out, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, offset := range offsets {
		fmt.Fprintf(out, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, at)
}

// writeExport is the command "export FILE BATCH INDEX SIZE NAME...": one part of an export of Google Authenticator. A name
// that begins with a number of an algorithm and a slash has that one: 4/old is MD5. Every name has a secret of its own.
func writeExport(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 5 {
		ts.Fatalf("usage: export FILE BATCH INDEX SIZE NAME...")
	}
	number := func(b []byte, n protowire.Number, value int) []byte {
		return protowire.AppendVarint(protowire.AppendTag(b, n, protowire.VarintType), uint64(value))
	}
	text := func(b []byte, n protowire.Number, value string) []byte {
		return protowire.AppendBytes(protowire.AppendTag(b, n, protowire.BytesType), []byte(value))
	}
	var payload []byte
	for _, name := range args[4:] {
		algorithm := 1
		if before, after, found := strings.Cut(name, "/"); found {
			algorithm, _ = strconv.Atoi(before)
			name = after
		}
		entry := text(text(text(nil, 1, (name + "12345678901234567890")[:20]), 2, name), 3, "KOR")
		entry = number(number(number(entry, 4, algorithm), 5, 1), 6, 2)
		payload = text(payload, 1, string(entry))
	}
	payload = number(payload, 2, 1)
	for i, n := range []protowire.Number{5, 4, 3} {
		value, err := strconv.Atoi(args[1+i])
		ts.Check(err)
		payload = number(payload, n, value)
	}
	link := "otpauth-migration://offline?data=" + url.QueryEscape(base64.StdEncoding.EncodeToString(payload)) + "\n"
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(link), 0o600))
}
