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
		pages, sides, err := layout(limited, pdf)
		if err != nil {
			yield(Page{}, cmpErr(ctx, limited, err))
			return
		}
		for n := 1; n <= pages; n++ {
			page := Page{Number: n, Of: pages}
			if n > MaxPages {
				yield(Page{Of: pages}, fmt.Errorf("%w: the pages after the first %d of %d", qr.ErrNotAll, MaxPages, pages))
				return
			}
			page.Image, err = drawPage(limited, pdf, n, sides[n])
			if over := limited.Err(); over != nil {
				yield(Page{Of: pages}, cmpErr(ctx, limited, fmt.Errorf("%w: page %d and those after it, since %v were over", qr.ErrNotAll, n, maxPagesTime)))
				return
			}
			goOn := yield(page, err)
			if page.Image != nil {
				clear(page.Image.Pix) // it shows secrets
			}
			if !goOn {
				return
			}
		}
	}
}
