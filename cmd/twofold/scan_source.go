package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"twofold/qr"
	"twofold/qr/capture"
	"twofold/tui/paste"
)

// scanned is one code, and what it was found in.
type scanned struct {
	source  string // a path, "-", a monitor's name; untrusted
	code    capture.Code
	monitor bool
}

// found is "Found in " and where.
func (s scanned) found() string {
	if s.monitor {
		return "Found on " + s.where()
	}
	return "Found in " + s.where()
}

// where is "shot.png, upper left, 300x300 px".
func (s scanned) where() string {
	source := printable(s.source)
	if s.source == "-" {
		source = "standard input"
	}
	if s.code.Bounds.Empty() {
		return source
	}
	return source + ", " + s.code.Where()
}

var (
	errNoPictures = errors.New("no picture is in this folder")
	// errPicturesSkipped ends a scan that read some of the pictures named, and not all.
	errPicturesSkipped = errors.New("not every picture could be read")
	// errPictureInArguments does not quote the argument, as errSecretInArguments.
	errPictureInArguments = errors.New("a picture does not belong on the command line: other programs can read it there, with the secret in it")
	errWebPicture         = errors.New("pictures are not fetched from the web")
	errClipboardEmpty     = errors.New("there is nothing in it")
	errNoCodeInText       = errors.New("neither a picture nor a link that enrolls")
)

// lookout gathers what is found in all the places of one scan.
type lookout struct {
	found   []scanned
	failed  []error
	skipped error // set when a place that was named itself could not be read, and not just lay in a folder
}

func (l *lookout) take(source string, named bool, codes []capture.Code, err error) {
	for _, c := range codes {
		l.found = append(l.found, scanned{source: source, code: c})
	}
	lost := errors.Is(err, qr.ErrNotAll) // and codes with it, perhaps
	if err == nil || len(codes) > 0 && !lost {
		return
	}
	var unavailable *capture.Unavailable
	if !errors.As(err, &unavailable) && !errors.Is(err, capture.ErrRefused) { // these name it themselves
		err = fmt.Errorf("%s: %w", scanned{source: source}.where(), err)
	}
	l.failed = append(l.failed, err)
	if named || lost {
		l.skipped = errPicturesSkipped
	}
}

// lookAround reads every code in the places named. A place that cannot be read is named and skipped when there are codes
// in others.
func (a *app) lookAround(ctx context.Context, args []string, f scanFlags) (found []scanned, skipped, err error) {
	var l lookout
	sources, err := a.picturePaths(&l, args)
	if err != nil {
		return nil, nil, err
	}
	tell, done := a.progress("Looking at pictures")
	for i, source := range sources {
		if ctx.Err() != nil {
			done()
			return nil, nil, ctx.Err()
		}
		if tell != nil {
			tell(i+1, len(sources))
		}
		codes, err := a.readSource(ctx, source)
		l.take(source, slices.Contains(args, source), codes, err)
	}
	done()
	if err := a.lookElsewhere(ctx, &l, f); err != nil {
		return nil, nil, err
	}
	switch {
	case ctx.Err() != nil:
		return nil, nil, ctx.Err()
	case len(l.found) == 0 && len(l.failed) == 0:
		return nil, nil, fmt.Errorf("%s: %w", printable(filterOf(args)), errNoPictures)
	case len(l.found) == 0:
		return nil, nil, l.nothing()
	}
	a.saySkipped(l.failed)
	return l.found, l.skipped, nil
}

// nothing is why nothing was found: every cause, or of many the first that is not just a picture without a code.
func (l *lookout) nothing() error {
	if len(l.failed) <= maxNamed {
		return errors.Join(l.failed...)
	}
	for _, err := range l.failed {
		if !errors.Is(err, qr.ErrNoCode) {
			return fmt.Errorf("%w; and %d more in which nothing was found", err, len(l.failed)-1)
		}
	}
	return fmt.Errorf("%w in any of %d pictures", qr.ErrNoCode, len(l.failed))
}

// saySkipped names what was not read beside what was. Many pictures without a code are only counted.
func (a *app) saySkipped(failed []error) {
	codeless := func(err error) bool { return errors.Is(err, qr.ErrNoCode) && !errors.Is(err, qr.ErrNotAll) }
	without := 0
	for _, err := range failed {
		if codeless(err) {
			without++
		}
	}
	for _, err := range failed {
		if without <= maxNamed || !codeless(err) {
			fmt.Fprintf(a.Err, "skipped: %v\n", err)
		}
	}
	if without > maxNamed {
		fmt.Fprintf(a.Err, "skipped: %s without a QR code\n", count(without, "picture"))
	}
}

// picturePaths replaces addresses by paths, and folders by the pictures directly in them. A folder that cannot be read is
// one place that failed.
func (a *app) picturePaths(l *lookout, args []string) ([]string, error) {
	var paths []string
	for i, arg := range args {
		if path, ok := capture.FileURL(arg); ok {
			args[i], arg = path, path
		} else if lower := strings.ToLower(arg); strings.HasPrefix(lower, "https://") || strings.HasPrefix(lower, "http://") {
			return nil, errWebPicture
		}
		info, err := os.Stat(arg)
		if arg == "-" || err != nil || !info.IsDir() {
			paths = append(paths, arg)
			continue
		}
		inside, err := capture.PicturesIn(arg)
		if err != nil {
			l.take(arg, true, nil, cmp.Or(errors.Unwrap(err), err))
			continue
		}
		paths = append(paths, inside...)
		fmt.Fprintf(a.Err, "Looking at %s in %s.\n", count(len(inside), "picture"), printable(arg))
	}
	return paths, nil
}

// readSource reads a file or standard input.
func (a *app) readSource(ctx context.Context, source string) ([]capture.Code, error) {
	data, err := a.pictureBytes(ctx, source)
	defer clear(data)
	if err != nil {
		return nil, err
	}
	if paste.StartsWell(string(data[:min(len(data), 128)])) {
		return codesIn(ctx, paste.Recognize(string(data)))
	}
	return capture.Codes(ctx, data)
}

// codesIn is what a text says that came in place of a picture: links, and the pictures in data: addresses. Of several
// it goes on after one that cannot be read.
func codesIn(ctx context.Context, f paste.Found) ([]capture.Code, error) {
	var (
		codes  []capture.Code
		missed error
	)
	for _, link := range f.Links {
		codes = append(codes, capture.Code{Text: link})
	}
	for _, address := range f.Pictures {
		data, err := capture.DataURL(address)
		if err == nil {
			var more []capture.Code
			more, err = capture.Codes(ctx, data)
			codes = append(codes, more...)
		}
		clear(data)
		missed = cmp.Or(missed, err)
	}
	return codes, lostBeside(codes, missed)
}

// lostBeside is the error with what was found in several places of which one could not be read.
func lostBeside(codes []capture.Code, missed error) error {
	if missed == nil || len(codes) == 0 || errors.Is(missed, qr.ErrNotAll) {
		return missed
	}
	return fmt.Errorf("%w: %w", qr.ErrNotAll, missed)
}
