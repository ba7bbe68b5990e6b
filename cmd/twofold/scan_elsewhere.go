package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"twofold/qr"
	"twofold/qr/capture"
	"twofold/tui/paste"
)

// lookElsewhere is --screen and --clipboard. What keeps one from being looked at ends the scan where nothing else was
// asked for.
func (a *app) lookElsewhere(ctx context.Context, l *lookout, f scanFlags) error {
	if f.clipboard {
		codes, err := a.codesInClipboard(ctx)
		l.take("the clipboard", true, codes, err)
	}
	if !f.screen || ctx.Err() != nil {
		return ctx.Err()
	}
	pictures, err := capture.Screen(ctx)
	if err != nil {
		l.take("the screen", true, nil, err)
		return nil
	}
	for _, p := range pictures {
		codes, err := capture.CodesIn(p.Image)
		before := len(l.found)
		l.take(cmp.Or(p.Name, "the screen"), len(pictures) == 1, codes, err)
		for i := range l.found[before:] {
			l.found[before+i].monitor = true
		}
	}
	return nil
}

// codesInClipboard reads its picture, and where no code is in that, its text: programs put both there.
func (a *app) codesInClipboard(ctx context.Context) ([]capture.Code, error) {
	clip, err := capture.Clipboard(ctx)
	defer clear(clip.Picture)
	if err != nil {
		return nil, err
	}
	if len(clip.Picture) > 0 {
		codes, err := capture.Codes(ctx, clip.Picture)
		if len(codes) > 0 || clip.Text == "" || ctx.Err() != nil {
			return codes, err
		}
		if codes, failed := a.codesInCopied(ctx, clip.Text); len(codes) > 0 {
			return codes, failed
		}
		return nil, err
	}
	if strings.TrimSpace(clip.Text) == "" {
		return nil, errClipboardEmpty
	}
	return a.codesInCopied(ctx, clip.Text)
}

// codesInCopied is what a copied text is about: links, data: addresses, and files or folders by address or path.
func (a *app) codesInCopied(ctx context.Context, text string) ([]capture.Code, error) {
	f := paste.Copied(text)
	if !f.Any() {
		return nil, errNoCodeInText
	}
	codes, missed := codesIn(ctx, f)
	for _, path := range f.Paths {
		more, err := a.readNamed(ctx, path)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		codes = append(codes, more...)
		if err != nil {
			missed = cmp.Or(missed, fmt.Errorf("%s: %w", printable(path), err))
		}
	}
	return codes, lostBeside(codes, missed)
}

var errNoRegularFile = errors.New("it is neither a file nor a folder")

// readNamed reads a file that not the person has named, but what was copied: no device, and nothing that waits; or the
// pictures in a folder.
func (a *app) readNamed(ctx context.Context, path string) ([]capture.Code, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, errors.Unwrap(err)
	case info.IsDir():
		return a.readFolder(ctx, path)
	case !info.Mode().IsRegular():
		return nil, errNoRegularFile
	}
	return a.readSource(ctx, path)
}

// readFolder reads the pictures directly in a folder. Those without a code are passed over.
func (a *app) readFolder(ctx context.Context, dir string) ([]capture.Code, error) {
	paths, err := capture.PicturesIn(dir)
	if err != nil {
		return nil, cmp.Or(errors.Unwrap(err), err)
	}
	if len(paths) == 0 {
		return nil, errNoPictures
	}
	var (
		codes  []capture.Code
		missed error
	)
	for _, path := range paths {
		more, err := a.readSource(ctx, path)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		codes = append(codes, more...)
		if err != nil && (!errors.Is(err, qr.ErrNoCode) || errors.Is(err, qr.ErrNotAll)) {
			missed = cmp.Or(missed, fmt.Errorf("%s: %w", printable(path), err))
		}
	}
	if len(codes) == 0 && missed == nil {
		return nil, fmt.Errorf("%w in any of %s", qr.ErrNoCode, count(len(paths), "picture"))
	}
	return codes, lostBeside(codes, missed)
}
