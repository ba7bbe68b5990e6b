package capture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"iter"
	"math"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"time"

	"twofold/qr"
)

// Bounds on a PDF: pages that are looked at, pixels of each, and the time for drawing and reading all of them. An A1
// poster still has 144 dots an inch.
const (
	MaxPages      = 100
	maxPagePixels = 16 << 20
	maxPagesTime  = time.Minute
	dotsPerInch   = 150 // a code of two centimeters has two pixels a module and more
)

// Errors of [Pages], found by errors.Is.
var (
	ErrNoPoppler = errors.New("reading a PDF needs the program pdftoppm, which is not here")
	ErrBadPDF    = errors.New("this PDF cannot be drawn")
)

// Page is a page of a PDF as it was drawn.
type Page struct {
	Number int // counted from 1
	Of     int // pages that the file has, with those after the first hundred
	Image  *image.Gray
}

// Pages draws the first hundred pages of a PDF, one when it is asked for, through poppler's pdftoppm. The PDF and the
// pages stay in memory; a page is cleared when the next one is asked for. The minute that it has is for what is done
// with the pages, too.
//
// An error with a page's number is about that page, and others may follow. The errors are [ErrNoPoppler], [ErrBadPDF],
// [qr.ErrNotAll] and those of ctx.
func Pages(ctx context.Context, pdf []byte) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		for _, program := range []string{"pdftoppm", "pdfinfo"} {
			if _, err := exec.LookPath(program); err != nil {
				yield(Page{}, ErrNoPoppler)
				return
			}
		}
		limited, cancel := context.WithTimeout(ctx, maxPagesTime)
		defer cancel()
		pages, areas, err := layout(limited, pdf)
		if err != nil {
			if ctx.Err() != nil {
				err = ctx.Err()
			}
			yield(Page{}, err)
			return
		}
		for n := 1; n <= pages; n++ {
			page := Page{Number: n, Of: pages}
			if n > MaxPages {
				yield(Page{Of: pages}, fmt.Errorf("%w: the pages after the first %d of %d", qr.ErrNotAll, MaxPages, pages))
				return
			}
			page.Image, err = drawPage(limited, pdf, n, areas[n])
			if ctx.Err() != nil {
				err = ctx.Err()
			} else if limited.Err() != nil {
				err = fmt.Errorf("%w: page %d and those after it, since %v were over", qr.ErrNotAll, n, maxPagesTime)
			}
			if limited.Err() != nil {
				yield(Page{Of: pages}, err)
				return
			}
			goOn := yield(page, err)
			if page.Image != nil {
				clear(page.Image.Pix) // it shows secrets
				page.Image = nil
				runtime.GC() // programs that end at once let garbage grow, and pages are large
			}
			if !goOn {
				return
			}
		}
	}
}

var (
	pageCount = regexp.MustCompile(`(?m)^Pages:\s+([0-9]+)`)
	pageSize  = regexp.MustCompile(`(?m)^Page\s+([0-9]+) size:\s+([0-9.]+) x ([0-9.]+)`)
)

// layout is how many pages a PDF has, and the areas of the first hundred, in square points.
func layout(ctx context.Context, pdf []byte) (pages int, areas map[int]float64, err error) {
	out, err := poppler(ctx, pdf, 1<<20, "pdfinfo", "-f", "1", "-l", strconv.Itoa(MaxPages), "-")
	if err != nil {
		return 0, nil, err
	}
	found := pageCount.FindSubmatch(out)
	if found == nil {
		return 0, nil, fmt.Errorf("%w: it is damaged, or no PDF", ErrBadPDF)
	}
	if pages, err = strconv.Atoi(string(found[1])); err != nil || pages == 0 {
		return 0, nil, fmt.Errorf("%w: it has no pages", ErrBadPDF)
	}
	areas = map[int]float64{}
	for _, m := range pageSize.FindAllSubmatch(out, -1) {
		number, _ := strconv.Atoi(string(m[1]))
		width, _ := strconv.ParseFloat(string(m[2]), 64)
		height, _ := strconv.ParseFloat(string(m[3]), 64)
		areas[number] = width * height
	}
	return pages, areas, nil
}

// resolution is in dots per inch: the usual one, or less for a page as large as a wall. The area is in square points.
func resolution(area float64) float64 {
	const pointsPerInch = 72
	if area <= 0 {
		return dotsPerInch
	}
	return min(dotsPerInch, pointsPerInch*math.Sqrt(maxPagePixels/area))
}

// drawPage draws one page in gray. What its crop box leaves out is not drawn: the area is that of the box.
func drawPage(ctx context.Context, pdf []byte, number int, area float64) (*image.Gray, error) {
	const rounding = maxPagePixels / 64
	page, dots := strconv.Itoa(number), strconv.FormatFloat(resolution(area), 'f', 3, 64)
	out, err := poppler(ctx, pdf, maxPagePixels+rounding, "pdftoppm", "-q", "-gray", "-cropbox", "-r", dots, "-f", page, "-l", page, "-")
	if err != nil {
		return nil, err
	}
	return parsePGM(out)
}

// parsePGM takes a gray picture as poppler writes it, "P5", width, height and 255 on lines of their own. It keeps the
// bytes as the picture's.
func parsePGM(data []byte) (*image.Gray, error) {
	var width, height int
	pixels := data
	for range 3 { // lines
		_, rest, found := bytes.Cut(pixels, []byte("\n"))
		if !found {
			return nil, fmt.Errorf("%w: nothing came of it", ErrBadPDF)
		}
		pixels = rest
	}
	head := len(data) - len(pixels)
	if head > 64 {
		return nil, fmt.Errorf("%w: its picture cannot be read", ErrBadPDF)
	}
	if _, err := fmt.Sscanf(string(data[:head]), "P5\n%d %d\n255\n", &width, &height); err != nil {
		return nil, fmt.Errorf("%w: its picture cannot be read", ErrBadPDF)
	}
	if width <= 0 || height <= 0 || width > len(pixels) || height > len(pixels)/width {
		return nil, fmt.Errorf("%w: its picture is cut off", ErrBadPDF)
	}
	return &image.Gray{Pix: pixels[:width*height], Stride: width, Rect: image.Rect(0, 0, width, height)}, nil
}

// poppler runs one of poppler's programs over the PDF, which it hands over through a pipe. More than most bytes of
// answer end it.
func poppler(ctx context.Context, pdf []byte, most int, name string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	out, talk := &bounded{most: most, over: cancel}, &bounded{most: maxTalk}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin, cmd.WaitDelay = bytes.NewReader(pdf), afterwards
	cmd.Stdout, cmd.Stderr = out, talk
	inGroup(cmd)
	err := cmd.Run()
	switch {
	case err == nil:
		return out.kept.Bytes(), nil
	case bytes.Contains(talk.kept.Bytes(), []byte("password")):
		return nil, fmt.Errorf("%w: it is under a password", ErrBadPDF)
	case out.full:
		return nil, fmt.Errorf("%w: it is too large", ErrBadPDF)
	}
	return nil, fmt.Errorf("%w: it is damaged, or no PDF", ErrBadPDF)
}
