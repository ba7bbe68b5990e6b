package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"twofold/qr/capture"
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

// codesInClipboard reads its picture, else its text: a link, a data: address, or the address of a file.
func (a *app) codesInClipboard(ctx context.Context) ([]capture.Code, error) {
	clip, err := capture.Clipboard(ctx)
	defer clear(clip.Picture)
	switch {
	case err != nil:
		return nil, err
	case len(clip.Picture) > 0:
		return capture.Codes(ctx, clip.Picture)
	}
	if strings.TrimSpace(clip.Text) == "" {
		return nil, errClipboardEmpty
	}
	first, _, _ := strings.Cut(strings.TrimSpace(clip.Text), "\n")
	if path, ok := capture.FileURL(first); ok {
		return a.readNamed(ctx, path)
	}
	return codesInText(ctx, clip.Text)
}

var errNoRegularFile = errors.New("is not a file that can be read")

// readNamed reads a file that not the person has named, but what was copied: no device, and nothing that waits.
func (a *app) readNamed(ctx context.Context, path string) ([]capture.Code, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, errors.Unwrap(err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s %w", printable(path), errNoRegularFile)
	}
	return a.readSource(ctx, path)
}
