package capture

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// selectionProgram lists the forms that the clipboard's content can be had in, and writes one of them.
type selectionProgram struct {
	name  way
	list  []string
	write []string // the form's name follows
	empty []string // what it says of an empty clipboard, which it counts as a failure
}

var (
	wlPaste = selectionProgram{
		name: byWlPaste, list: []string{"--list-types"}, write: []string{"--no-newline", "--type"},
		empty: []string{"Nothing is copied", "No selection"},
	}
	xclip = selectionProgram{
		name: byXclip, list: []string{"-selection", "clipboard", "-out", "-target", "TARGETS"},
		write: []string{"-selection", "clipboard", "-out", "-target"},
		empty: []string{"target TARGETS not available", "There is no owner"},
	}
)

// The forms that are asked for, the best one first. PNG loses nothing, and every browser offers it.
var (
	pictureForms = []string{"image/png", "image/bmp", "image/webp", "image/gif", "image/jpeg"}
	textForms    = []string{"text/plain;charset=utf-8", "UTF8_STRING", "text/plain", "STRING", "TEXT"}
)

// selection reads the clipboard of Wayland or of X11. What one program offers may come as a text, as a
// picture, or both; a form that it offers and then does not give is left out where the other came.
func (s system) selection(ctx context.Context, p selectionProgram) (Clip, error) {
	listed, err := s.output(ctx, string(p.name), p.list...)
	if failed := (*exitError)(nil); errors.As(err, &failed) && p.saysEmpty(failed.said) {
		return Clip{}, nil
	}
	if err != nil {
		return Clip{}, err
	}
	forms := strings.Fields(strings.ReplaceAll(string(listed), "; charset", ";charset"))
	picture, pictureErr := s.form(ctx, p, forms, pictureForms)
	text, textErr := s.form(ctx, p, forms, textForms)
	if err := errors.Join(pictureErr, textErr); err != nil && len(picture) == 0 && len(text) == 0 {
		return Clip{}, err
	}
	defer clear(text)
	return Clip{Text: string(text), Picture: picture}, nil
}

// form has the best of the wanted forms written, if there is any.
func (s system) form(ctx context.Context, p selectionProgram, offered, wanted []string) ([]byte, error) {
	for _, form := range wanted {
		if slices.Contains(offered, form) {
			return s.output(ctx, string(p.name), append(slices.Clone(p.write), form)...)
		}
	}
	return nil, nil
}

func (p selectionProgram) saysEmpty(said string) bool {
	return slices.ContainsFunc(p.empty, func(words string) bool { return strings.Contains(said, words) })
}

// xsel reads X11's clipboard as well, but texts only.
func (s system) xsel(ctx context.Context) (Clip, error) {
	text, err := s.output(ctx, string(byXsel), "--clipboard", "--output")
	defer clear(text)
	return Clip{Text: string(text)}, err
}
