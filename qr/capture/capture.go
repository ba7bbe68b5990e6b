// Package capture takes pictures of the screen, and takes what the clipboard holds.
//
// It promises three things. A way that cannot work here says so as an [Unavailable], with the ways that
// do. Whatever answers (a program, a desktop portal, a display) has a deadline, and a bound on what it
// may hand over. And a picture of the screen may be one of somebody's secret: no copy of it stays on the
// disk, and none is ever an argument of a program.
//
// It leaves to others what the pictures show (see qr.DecodeImage and qr.Decode) and who asked for them.
// Nothing here draws, stores or remembers.
package capture

import (
	"context"
	"errors"
	"image"
	"strings"
)

// Picture is one picture that was taken: of one monitor, or of all of them where the system gives no
// others. Its size is at most qr.MaxPixels.
type Picture struct {
	Name  string // for people, such as "monitor 2"; empty for the only one
	Image image.Image
}

// Clip is what the clipboard holds, in the forms that matter here; an empty clipboard is the zero Clip.
type Clip struct {
	Text    string // always valid UTF-8
	Picture []byte // a picture file (PNG, JPEG, ...) of at most qr.MaxFileSize bytes, for qr.Decode
}

// ErrRefused is what [Screen] returns when the desktop asked the person, and the answer was no. Nothing
// else is tried then.
var ErrRefused = errors.New("the desktop was not allowed to take a picture of the screen")

// Unavailable says what cannot work here, and why. Both Screen and Clipboard return it, as a pointer.
type Unavailable struct {
	What    string   // "the screen", "the clipboard"
	Why     string   // a clause
	Instead []string // whole sentences, each a way that does work, the best one first
}

func (u *Unavailable) Error() string { return u.What + " cannot be read: " + u.Why }

// Screen takes a picture of every monitor. On Wayland the desktop may ask the person first, which is
// waited for; cancel ctx to stop that.
//
// The errors are an [*Unavailable], [ErrRefused], and ctx's own.
func Screen(ctx context.Context) ([]Picture, error) { return here().screen(ctx) }

// Clipboard takes the text and the picture that the clipboard holds.
//
// The errors are an [*Unavailable], and ctx's own.
func Clipboard(ctx context.Context) (Clip, error) { return here().clipboard(ctx) }

// screen goes through the ways to a picture until one works.
func (s system) screen(ctx context.Context) ([]Picture, error) {
	ways, err := s.screenWays()
	if err != nil {
		return nil, err
	}
	var why []string
	for _, w := range ways {
		pictures, err := s.screenBy(ctx, w)
		if err == nil && !blank(pictures) {
			return name(pictures), nil
		}
		if err == nil {
			err = errBlank
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if final := (*finalError)(nil); errors.As(err, &final) || errors.Is(err, ErrRefused) {
			return nil, err
		}
		why = append(why, string(w)+": "+err.Error())
	}
	return nil, s.noScreen(strings.Join(why, "; "))
}

// finalError ends the search for a way that works: the person has to know about it.
type finalError struct{ error }

// clipboard goes through the programs that read the clipboard until one works.
func (s system) clipboard(ctx context.Context) (Clip, error) {
	ways, err := s.clipboardWays()
	if err != nil {
		return Clip{}, err
	}
	var why []string
	for _, w := range ways {
		clip, err := s.clipboardBy(ctx, w)
		if err == nil {
			clip.Text = strings.ToValidUTF8(clip.Text, "\uFFFD")
			return clip, nil
		}
		if ctx.Err() != nil {
			return Clip{}, ctx.Err()
		}
		why = append(why, string(w)+": "+err.Error())
	}
	return Clip{}, s.noClipboard(strings.Join(why, "; "))
}
