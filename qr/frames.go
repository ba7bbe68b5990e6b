package qr

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"image"
	"image/draw"
	"image/gif"
	"io"
	"iter"
	"time"
)

// Bounds on an animated picture: frames that are unpacked, their pixels in all, and the time after which no further
// one is begun. A screen recording of a minute is within them where much of it stands still.
const (
	maxFrames      = 1000
	maxFramePixels = 8 * MaxPixels
	maxFrameTime   = 20 * time.Second
)

// Frame is one picture of a file, with the codes in it that no earlier one had.
type Frame struct {
	Number  int             // counted from 1; 0 where the file holds one picture alone
	Bounds  image.Rectangle // of the whole picture
	Results []Result
}

// ErrNotAll is beside what was found where a part of a file was not looked at. Its text names the part.
var ErrNotAll = errors.New("not all was looked at")

// DecodeFrames is [Decode] that tells in which frame of an animated picture a code was. Only frames with codes come
// back. Where a frame is damaged, or a bound is reached, [ErrNotAll] comes with them. When ctx is done it stops before
// the next frame, with what was found and the error of ctx.
func DecodeFrames(ctx context.Context, data []byte) ([]Frame, error) {
	var (
		found  []Frame
		missed error // the first part that was not looked at
		looked int
		seen   = map[string]bool{}
		began  = time.Now()
	)
	for frame, err := range pictures(data) {
		if ctx.Err() != nil {
			return found, ctx.Err()
		}
		if err != nil {
			missed = cmp.Or(missed, err)
			continue
		}
		if looked > 0 && time.Since(began) > maxFrameTime {
			missed = cmp.Or(missed, fmt.Errorf("frame %d and those after it, since %v were over", frame.number, maxFrameTime))
			break
		}
		bounds := frame.image.Bounds() // taken now: the picture is let go of while its codes are read
		results, err := DecodeImage(frame.image)
		if err != nil && !errors.Is(err, ErrNoCode) {
			missed = cmp.Or(missed, err)
			continue
		}
		looked++
		if frame.number > 0 {
			results = unseen(results, seen)
		}
		if len(results) > 0 {
			found = append(found, Frame{frame.number, bounds, results})
		}
	}
	if ctx.Err() != nil {
		return found, ctx.Err()
	}
	return found, verdict(len(found), looked, missed)
}

// verdict is the error beside what was found.
func verdict(found, looked int, missed error) error {
	switch {
	case found > 0 && missed == nil:
		return nil
	case found > 0:
		return fmt.Errorf("%w: %w", ErrNotAll, missed)
	case looked == 0 && missed != nil:
		return missed
	case missed != nil:
		return fmt.Errorf("%w in any of %d frames; %w: %w", ErrNoCode, looked, ErrNotAll, missed)
	case looked > 1:
		return fmt.Errorf("%w in any of %d frames", ErrNoCode, looked)
	}
	return ErrNoCode
}

// unseen are the results whose texts are new, which it remembers.
func unseen(results []Result, seen map[string]bool) []Result {
	var fresh []Result
	for _, r := range results {
		if !seen[r.Text] {
			seen[r.Text] = true
			fresh = append(fresh, r)
		}
	}
	return fresh
}

// picture is one frame as a viewer would show it. The image is valid until the next one is asked for.
type picture struct {
	number int
	image  image.Image
}

// pictures gives the one picture of a file, or the frames of an animated one. An error stands for frames that cannot be
// given; others may follow.
func pictures(data []byte) iter.Seq2[picture, error] {
	return func(yield func(picture, error) bool) {
		if f, _ := sniff(data); f.name == "GIF" && len(data) <= MaxFileSize {
			pieces, short := cutGIF(data)
			if len(pieces) > 1 && !animate(pieces, data, yield) {
				return
			}
			if len(pieces) == 1 {
				img, err := parse(data)
				if !yield(picture{image: img}, err) {
					return
				}
			}
			if len(pieces) > 0 {
				if short != nil {
					yield(picture{}, short)
				}
				return
			}
		}
		img, err := parse(data)
		yield(picture{image: img}, err)
	}
}

// animate composes the frames of a GIF, one after the other on one canvas, as their disposal methods say. Frames that
// change nothing are passed over. It is false when the rest is not asked for, or would be of no use.
func animate(pieces []gifPiece, data []byte, yield func(picture, error) bool) bool {
	config, err := gif.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		yield(picture{}, fmt.Errorf("%w: damaged GIF: %w", ErrNotAPicture, err))
		return false
	}
	if err := checkSize(config.Width, config.Height); err != nil {
		yield(picture{}, err)
		return false
	}
	canvas := image.NewRGBA(image.Rect(0, 0, config.Width, config.Height))
	seed, seen := maphash.MakeSeed(), map[uint64]bool{}
	pixels := 0
	for i, piece := range pieces {
		if pixels += len(canvas.Pix) / 4; pixels > maxFramePixels {
			yield(picture{}, fmt.Errorf("frame %d and those after it, which are too large together", i+1))
			return false
		}
		frame, err := piece.decode()
		if err != nil {
			if !yield(picture{}, fmt.Errorf("frame %d: %w", i+1, err)) {
				return false
			}
			continue
		}
		dispose := piece.disposal(canvas, frame.Bounds())
		draw.Draw(canvas, frame.Bounds(), frame, frame.Bounds().Min, draw.Over)
		if sum := maphash.Bytes(seed, canvas.Pix); !seen[sum] {
			seen[sum] = true
			if !yield(picture{i + 1, canvas}, nil) {
				return false
			}
		}
		dispose()
	}
	return true
}

// gifPiece is what it takes to unpack one frame of a GIF alone: so no more than one is in memory.
type gifPiece struct {
	head, control, frame []byte // slices of the file
}

// decode unpacks the frame.
func (p gifPiece) decode() (img image.Image, err error) {
	defer func() {
		if r := recover(); r != nil {
			img, err = nil, fmt.Errorf("%w: damaged GIF: %v", ErrNotAPicture, r)
		}
	}()
	img, err = gif.Decode(io.MultiReader(bytes.NewReader(p.head), bytes.NewReader(p.control), bytes.NewReader(p.frame), bytes.NewReader([]byte{gifTrailer})))
	if err != nil {
		return nil, fmt.Errorf("%w: damaged GIF: %w", ErrNotAPicture, err)
	}
	return img, nil
}

// disposal is what happens to the frame's part of the canvas before the next one; it is asked for before the frame is
// drawn.
func (p gifPiece) disposal(canvas *image.RGBA, part image.Rectangle) func() {
	method := byte(0)
	if len(p.control) > 3 {
		method = p.control[3] >> 2 & 7
	}
	switch method {
	case gif.DisposalBackground: // which viewers take for nothing at all
		return func() { draw.Draw(canvas, part, image.Transparent, image.Point{}, draw.Src) }
	case gif.DisposalPrevious:
		before := image.NewRGBA(part)
		draw.Draw(before, part, canvas, part.Min, draw.Src)
		return func() { draw.Draw(canvas, part, before, part.Min, draw.Src) }
	}
	return func() {}
}

// Blocks of a GIF file, section 15 and following of its specification of 1989.
const (
	gifExtension = 0x21
	gifControl   = 0xF9 // an extension's label
	gifFrame     = 0x2C
	gifTrailer   = 0x3B
)

// cutGIF finds the frames of a GIF without unpacking any. Of a file that is cut off, or has too many, it gives those
// before, and an error that names the others.
func cutGIF(data []byte) (pieces []gifPiece, short error) {
	const header = 13
	if len(data) < header {
		return nil, nil
	}
	at := header + gifColors(data[10])
	if at > len(data) {
		return nil, nil
	}
	var control []byte
	head := data[:at]
	for at < len(data) && data[at] != gifTrailer {
		start := at
		switch {
		case data[at] == gifExtension:
			at = skipGIF(data, at+2)
		case data[at] == gifFrame && len(pieces) == maxFrames:
			return pieces, fmt.Errorf("the frames after the first %d", maxFrames)
		case data[at] == gifFrame && at+10 <= len(data):
			at = skipGIF(data, at+10+gifColors(data[at+9])+1)
		default:
			at = -1
		}
		switch {
		case at < 0:
			return pieces, fmt.Errorf("what comes after frame %d: %w: damaged GIF", len(pieces), ErrNotAPicture)
		case data[start] == gifFrame:
			pieces, control = append(pieces, gifPiece{head, control, data[start:at]}), nil
		case data[start+1] == gifControl:
			control = data[start:at]
		}
	}
	return pieces, nil
}

// gifColors is the size of the color table that the flags announce, in bytes.
func gifColors(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// skipGIF is where a chain of sub-blocks ends, or -1 when it does not.
func skipGIF(data []byte, at int) int {
	for at < len(data) {
		size := int(data[at])
		at += 1 + size
		if size == 0 {
			return at
		}
	}
	return -1
}
