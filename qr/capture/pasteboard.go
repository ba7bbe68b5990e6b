package capture

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
)

// pngClass is macOS's name for a PNG on the pasteboard; osascript prints one as «data PNGf89504E47…».
const pngClass = "PNGf"

// pasteboard reads macOS's clipboard. pbpaste gives its text. Its picture comes from pngpaste where
// somebody has installed that, and from osascript, which every Mac has; both fail where there is none.
func (s system) pasteboard(ctx context.Context) (Clip, error) {
	text, err := s.output(ctx, string(byPbpaste))
	if err != nil {
		return Clip{}, err
	}
	defer clear(text)
	clip := Clip{Text: string(text)}
	if s.has("pngpaste") {
		if clip.Picture, err = s.output(ctx, "pngpaste", "-"); err == nil {
			return clip, nil
		}
	}
	if s.has("osascript") {
		if clip.Picture, err = s.scriptedPicture(ctx); err != nil && ctx.Err() != nil {
			return Clip{}, ctx.Err()
		}
	}
	return clip, nil
}

func (s system) scriptedPicture(ctx context.Context) ([]byte, error) {
	printed, err := s.output(ctx, "osascript", "-e", "the clipboard as «class "+pngClass+"»")
	if err != nil {
		return nil, err
	}
	defer clear(printed)
	_, rest, ok := bytes.Cut(printed, []byte("data "+pngClass))
	digits, _, closed := bytes.Cut(rest, []byte("»"))
	if !ok || !closed {
		return nil, errors.New("osascript printed no picture")
	}
	picture := make([]byte, hex.DecodedLen(len(digits)))
	if _, err := hex.Decode(picture, digits); err != nil {
		return nil, errors.New("osascript printed no picture")
	}
	return picture, nil
}
