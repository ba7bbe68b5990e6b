package capture

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	"net/url"
	"strings"

	"twofold/qr"
)

// Code is a QR code, and where it was.
type Code struct {
	Text    string
	Bounds  image.Rectangle // of the code
	Picture image.Rectangle // of the picture, the frame or the page that it is in
	Page    int             // of a PDF, counted from 1; 0 for any other file
	Frame   int             // of an animated picture, counted from 1; 0 for any other
}

// Codes reads every QR code in a file's bytes: a picture that [qr.Decode] knows, or a PDF. Errors are those of
// [qr.DecodeFrames] and [Pages]; beside codes it is [qr.ErrNotAll], or that of ctx.
func Codes(ctx context.Context, data []byte) ([]Code, error) {
	if !IsPDF(data) {
		return frameCodes(ctx, data)
	}
	if len(data) > qr.MaxFileSize {
		return nil, fmt.Errorf("%w: more than %d MiB", qr.ErrTooLarge, qr.MaxFileSize>>20)
	}
	return pageCodes(ctx, data)
}

// pageCodes reads the pages of a PDF one after the other.
func pageCodes(ctx context.Context, data []byte) ([]Code, error) {
	var (
		found  []Code
		missed error // the first part that was not looked at
		looked int
	)
	for page, err := range Pages(ctx, data) {
		var more []Code
		if err == nil {
			more, err = CodesIn(page.Image)
		}
		switch {
		case ctx.Err() != nil:
			return found, ctx.Err()
		case err == nil, errors.Is(err, qr.ErrNoCode):
			looked++
		case errors.Is(err, qr.ErrNotAll):
			missed = cmp.Or(missed, err)
		case page.Number > 0 && page.Of > 1:
			missed = cmp.Or(missed, fmt.Errorf("%w: page %d: %w", qr.ErrNotAll, page.Number, err))
		default:
			missed = cmp.Or(missed, err)
		}
		for _, c := range more {
			c.Page = page.Number
			found = append(found, c)
		}
	}
	switch {
	case len(found) > 0 || looked == 0:
		return found, missed
	case missed != nil:
		return nil, fmt.Errorf("%w on %d pages; %w", qr.ErrNoCode, looked, missed)
	case looked == 1:
		return nil, fmt.Errorf("%w on its page", qr.ErrNoCode)
	}
	return nil, fmt.Errorf("%w on its %d pages", qr.ErrNoCode, looked)
}

// IsPDF tells by a file's first bytes.
func IsPDF(data []byte) bool { return bytes.HasPrefix(data, []byte("%PDF-")) }

func frameCodes(ctx context.Context, data []byte) ([]Code, error) {
	frames, err := qr.DecodeFrames(ctx, data)
	var found []Code
	for _, f := range frames {
		for _, r := range f.Results {
			found = append(found, Code{Text: r.Text, Bounds: r.Bounds, Picture: f.Bounds, Frame: f.Number})
		}
	}
	return found, err
}

// CodesIn reads every QR code in a picture that is in memory. Errors are those of [qr.DecodeImage].
func CodesIn(img image.Image) ([]Code, error) {
	results, err := qr.DecodeImage(img)
	found := make([]Code, len(results))
	for i, r := range results {
		found[i] = Code{Text: r.Text, Bounds: r.Bounds, Picture: img.Bounds()}
	}
	return found, err
}

// Where says it in words: "page 2, upper left, 300x300 px".
func (c Code) Where() string {
	var words []string
	if c.Page > 0 {
		words = append(words, fmt.Sprintf("page %d", c.Page))
	}
	if c.Frame > 0 {
		words = append(words, fmt.Sprintf("frame %d", c.Frame))
	}
	return strings.Join(append(words, c.place(), fmt.Sprintf("%dx%d px", c.Bounds.Dx(), c.Bounds.Dy())), ", ")
}

// places are the ninths of a picture.
var places = [3][3]string{
	{"upper left", "at the top", "upper right"},
	{"on the left", "in the middle", "on the right"},
	{"lower left", "at the bottom", "lower right"},
}

func (c Code) place() string {
	width, height := c.Picture.Dx(), c.Picture.Dy()
	if width <= 0 || height <= 0 || 2*c.Bounds.Dx() > width && 2*c.Bounds.Dy() > height {
		return "filling the picture"
	}
	third := func(from, to, start, size int) int { return min(2, max(0, 3*((from+to)/2-start)/size)) }
	x := third(c.Bounds.Min.X, c.Bounds.Max.X, c.Picture.Min.X, width)
	y := third(c.Bounds.Min.Y, c.Bounds.Max.Y, c.Picture.Min.Y, height)
	return places[y][x]
}

// ErrDataURL is in every refusal of [DataURL].
var ErrDataURL = errors.New("this data: address holds no picture that can be read")

// IsDataURL tells whether a text is a data: address (RFC 2397), whatever it holds.
func IsDataURL(text string) bool {
	text = strings.TrimSpace(text)
	return len(text) > 5 && strings.EqualFold(text[:5], "data:")
}

// DataURL gives the file in a data:image/...;base64 address. Errors are [ErrDataURL] and repeat nothing of it.
func DataURL(text string) ([]byte, error) {
	if !IsDataURL(text) {
		return nil, fmt.Errorf("%w: it does not begin with data: and a kind", ErrDataURL)
	}
	kind, body, found := strings.Cut(strings.TrimSpace(text)[5:], ",")
	kind = strings.ToLower(strings.ReplaceAll(kind, " ", ""))
	switch {
	case !found:
		return nil, fmt.Errorf("%w: it is cut off", ErrDataURL)
	case strings.HasPrefix(kind, "image/svg"):
		return nil, fmt.Errorf("%w: it is a drawing, SVG", ErrDataURL)
	case !strings.HasPrefix(kind, "image/"), !strings.HasSuffix(kind, ";base64"):
		return nil, fmt.Errorf("%w: it is not data:image/...;base64", ErrDataURL)
	}
	if strings.Contains(body, "%") {
		var err error
		if body, err = url.PathUnescape(body); err != nil {
			return nil, fmt.Errorf("%w: it is cut off", ErrDataURL)
		}
	}
	body = strings.NewReplacer("\r", "", "\n", "", "\t", "", " ", "", "-", "+", "_", "/").Replace(body)
	data, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(body, "="))
	if err != nil {
		return nil, fmt.Errorf("%w: it is cut off", ErrDataURL)
	}
	return data, nil
}
