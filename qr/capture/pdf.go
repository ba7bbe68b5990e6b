package capture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"time"
)

// Bounds on a PDF: pages that are drawn, their pictures' bytes in all, pixels along a page's longer side, and the time
// for it.
const (
	MaxPages      = 100
	maxPagesSize  = 512 << 20
	maxPagePixels = 8000
	maxPagesTime  = time.Minute
	dotsPerInch   = 150 // a code of two centimeters has two pixels a module and more
)

// Errors of [Pages], found by errors.Is.
var (
	ErrNoPoppler = errors.New("reading a PDF needs the program pdftoppm, which is not here")
	ErrBadPDF    = errors.New("this PDF cannot be drawn")
)

// Pages draws the first hundred pages of a PDF, each to a PNG file, through poppler's pdftoppm. The PDF and the
// pictures stay in memory. It gives up after a minute; errors are [ErrNoPoppler], [ErrBadPDF] and those of ctx.
func Pages(ctx context.Context, pdf []byte) ([][]byte, error) {
	if _, err := exec.LookPath("pdftoppm"); err != nil {
		return nil, ErrNoPoppler
	}
	limited, cancel := context.WithTimeout(ctx, maxPagesTime)
	defer cancel()
	out, err := poppler(limited, pdf, "pdftoppm", "-q", "-png", "-r", strconv.Itoa(resolution(limited, pdf)), "-l", strconv.Itoa(MaxPages), "-")
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case limited.Err() != nil:
		return nil, fmt.Errorf("%w within %v", ErrBadPDF, maxPagesTime)
	}
	pages := cutPNGs(out)
	if len(pages) == 0 {
		return nil, err
	}
	return pages, nil // what was drawn before the damage counts
}

var pageSize = regexp.MustCompile(`(?m)^Page .*size:\s+([0-9.]+) x ([0-9.]+)`)

// resolution is in dots per inch: the usual one, or less for a document with a page as large as a wall.
func resolution(ctx context.Context, pdf []byte) int {
	const pointsPerInch = 72
	out, err := poppler(ctx, pdf, "pdfinfo", "-l", strconv.Itoa(MaxPages), "-")
	if err != nil {
		return dotsPerInch // pdftoppm says what is wrong
	}
	dots := float64(dotsPerInch)
	for _, sides := range pageSize.FindAllSubmatch(out, -1) {
		for _, side := range sides[1:] {
			if points, err := strconv.ParseFloat(string(side), 64); err == nil && points > 0 {
				dots = min(dots, maxPagePixels*pointsPerInch/points)
			}
		}
	}
	return max(1, int(dots))
}

// poppler runs one of poppler's programs over the PDF, which it hands over through a pipe.
func poppler(ctx context.Context, pdf []byte, name string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	out, talk := &bounded{most: maxPagesSize, over: cancel}, &bounded{most: maxTalk}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin, cmd.WaitDelay = bytes.NewReader(pdf), afterwards
	cmd.Stdout, cmd.Stderr = out, talk
	inGroup(cmd)
	if err := cmd.Run(); err != nil {
		if bytes.Contains(talk.kept.Bytes(), []byte("password")) {
			return out.kept.Bytes(), fmt.Errorf("%w: it is under a password", ErrBadPDF)
		}
		return out.kept.Bytes(), fmt.Errorf("%w: it is damaged, or no PDF", ErrBadPDF)
	}
	return out.kept.Bytes(), nil
}

// cutPNGs takes apart files that were written one after the other. One that is cut off is left out.
func cutPNGs(out []byte) [][]byte {
	const signature, end = "\x89PNG\r\n\x1a\n", "\x00\x00\x00\x00IEND\xaeB`\x82"
	var files [][]byte
	for bytes.HasPrefix(out, []byte(signature)) {
		at := bytes.Index(out, []byte(end))
		if at < 0 {
			break
		}
		at += len(end)
		files = append(files, out[:at:at])
		out = out[at:]
	}
	return files
}
