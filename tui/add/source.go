package add

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"twofold/qr"
	"twofold/qr/capture"
	"twofold/tui/paste"
	"twofold/tui/widget"
)

// Sources are where pictures come from besides files. One that is nil is not offered.
type Sources struct {
	Screen    func(context.Context) ([]capture.Picture, error)
	Clipboard func(context.Context) (capture.Clip, error)
}

// source is one thing to be read, in a command.
type source struct {
	doing string // "Looking at the screen"
	name  string // of a file, for notes; empty where doing says enough
	open  func(context.Context) ([]found, error)
	far   *far // of a folder; may be nil
}

// far counts the pictures of a folder that were read, for the clock's ticks to show.
type far struct{ done, of atomic.Int64 }

// found is a text that may enroll, and where it was: "in shot.png, upper left, 300x300 px".
type found struct{ text, from string }

// sourcesOf are those of a paste, links first: they are here already.
func sourcesOf(f paste.Found) []source {
	var out []source
	if len(f.Links) > 0 {
		out = append(out, source{doing: "Reading", open: func(context.Context) ([]found, error) {
			texts := make([]found, len(f.Links))
			for i, link := range f.Links {
				texts[i] = found{text: link}
			}
			return texts, nil
		}})
	}
	for _, address := range f.Pictures {
		out = append(out, source{doing: "Reading the picture", open: func(ctx context.Context) ([]found, error) {
			data, err := capture.DataURL(address)
			if err != nil {
				return nil, err
			}
			return pictured(ctx, "in the pasted picture", data)
		}})
	}
	for _, path := range f.Paths {
		base := widget.Truncate(widget.Clean(filepath.Base(path)), 36) // where in it is worth more than its end
		so := new(far)
		out = append(out, source{doing: "Reading " + base, name: path, far: so, open: func(ctx context.Context) ([]found, error) {
			data, err := readFile(path)
			if errors.Is(err, errFolder) {
				return folder(ctx, path, so)
			}
			if err != nil {
				return nil, err
			}
			return pictured(ctx, "in "+base, data)
		}})
	}
	return out
}

// folder reads the pictures directly in it. Those without a code are passed over: nobody named them.
func folder(ctx context.Context, dir string, so *far) ([]found, error) {
	paths, err := capture.PicturesIn(home(dir))
	if err != nil {
		return nil, err
	}
	var (
		out    []found
		missed error // the first thing that was not looked at
	)
	paths, all := paths[:min(len(paths), paste.MaxFound)], len(paths)
	so.of.Store(int64(len(paths)))
	for i, path := range paths {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		so.done.Store(int64(i + 1))
		base := widget.Truncate(widget.Clean(filepath.Base(path)), 36)
		data, err := readFile(path)
		if err != nil {
			missed = cmp.Or(missed, fmt.Errorf("%w: %s: %s", qr.ErrNotAll, base, wordRead(err)))
			continue
		}
		texts, err := pictured(ctx, "in "+base, data)
		if errors.Is(err, qr.ErrNotAll) {
			missed = cmp.Or(missed, fmt.Errorf("%s: %w", base, err))
		}
		out = append(out, texts...)
	}
	if all > len(paths) {
		missed = cmp.Or(missed, fmt.Errorf("%w: the pictures after the first %d of %d", qr.ErrNotAll, len(paths), all))
	}
	return out, folderVerdict(len(out), len(paths), missed)
}

// folderVerdict is the error beside what was found.
func folderVerdict(found, pictures int, missed error) error {
	switch {
	case found > 0:
		return missed
	case pictures == 0:
		return errors.New("no picture is in this folder")
	case missed != nil:
		return fmt.Errorf("no QR code found in the pictures of this folder; %w", missed)
	case pictures == 1:
		return errors.New("no QR code found in the picture of this folder")
	}
	return fmt.Errorf("no QR code found in the %d pictures of this folder", pictures)
}

// pictured reads the codes in a picture's file.
func pictured(ctx context.Context, in string, data []byte) ([]found, error) {
	defer clear(data)
	codes, err := capture.Codes(ctx, data)
	return placed(in, codes), err
}

func placed(in string, codes []capture.Code) []found {
	out := make([]found, len(codes))
	for i, c := range codes {
		out[i] = found{c.Text, in + ", " + c.Where()}
	}
	return out
}

// screen reads every monitor.
func (s Sources) screen(ctx context.Context) ([]found, error) {
	pictures, err := s.Screen(ctx)
	if err != nil {
		return nil, err
	}
	var out []found
	for _, p := range pictures {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		codes, failed := capture.CodesIn(p.Image)
		if failed != nil && !errors.Is(failed, qr.ErrNoCode) {
			err = failed
		}
		on := "on the screen"
		if p.Name != "" {
			on = "on " + widget.Clean(p.Name)
		}
		out = append(out, placed(on, codes)...)
	}
	switch {
	case len(out) > 0:
		return out, nil
	case err != nil:
		return nil, err
	}
	return nil, errScreenEmpty
}

var (
	errFolder         = errors.New("is a folder")
	errScreenEmpty    = errors.New("there is no QR code on the screen. Is the whole code in sight, and this window beside it?")
	errClipboardEmpty = errors.New("the clipboard is empty: copy the picture with the code, or the link")
	errClipboardOther = errors.New("neither a picture nor a link that enrolls is in the clipboard")
)

// clipboard reads its picture, and where no code is in that, what its text is about: programs put both there.
func (s Sources) clipboard(ctx context.Context) ([]found, error) {
	clip, err := s.Clipboard(ctx)
	var out []found
	if err == nil && len(clip.Picture) > 0 {
		out, err = pictured(ctx, "in the clipboard", clip.Picture)
	} else if err == nil && strings.TrimSpace(clip.Text) == "" {
		err = errClipboardEmpty
	}
	if len(out) > 0 || clip.Text == "" || ctx.Err() != nil || errors.Is(err, errClipboardEmpty) {
		return out, err
	}
	for _, src := range sourcesOf(paste.Copied(clip.Text)) {
		more, failed := src.open(ctx)
		out = append(out, more...)
		if failed != nil && err == nil {
			err = failed
		}
	}
	switch {
	case len(out) > 0:
		for i := range out {
			if out[i].from == "" {
				out[i].from = "in the clipboard"
			}
		}
		return out, nil
	case err != nil:
		return nil, err
	}
	return nil, errClipboardOther
}

// home replaces the ~ of shells.
func home(path string) string {
	if dir, err := os.UserHomeDir(); err == nil && strings.HasPrefix(path, "~/") {
		return filepath.Join(dir, path[2:])
	}
	return path
}

func readFile(path string) ([]byte, error) {
	path = home(path)
	info, err := os.Stat(path)
	if err != nil && len(path) > 3 && path[1] == ':' { // dropped by Windows on a Linux inside it
		path = "/mnt/" + strings.ToLower(path[:1]) + strings.ReplaceAll(path[2:], `\`, "/")
		info, err = os.Stat(path)
	}
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, errFolder
	case !info.Mode().IsRegular():
		return nil, errors.New("is not a file")
	case info.Size() > qr.MaxFileSize:
		return nil, qr.ErrTooLarge
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, qr.MaxFileSize))
}

// looksLikeLink answers what seems to be a piece of one.
const looksLikeLink = "That looks like a link, not a picture. Paste it whole."

// note says why nothing was read from a source. A typed path stands above it in its field; only those dropped together
// need their names.
func note(s source, typed bool, err error) string {
	why := wordRead(err)
	switch {
	case paste.PartOfLink(s.name) && errors.Is(err, fs.ErrNotExist):
		return looksLikeLink
	case s.name == "" || typed || paste.PartOfLink(s.name):
		return strings.ToUpper(why[:1]) + why[1:]
	}
	return widget.Clean(filepath.Base(s.name)) + ": " + why
}

// Formats is what a picture's file may be.
const Formats = "PNG, JPEG, GIF, WebP, BMP, TIFF or PDF"

func wordRead(err error) string {
	var path *fs.PathError
	var away *capture.Unavailable
	switch {
	case errors.As(err, &away):
		return widget.Clean(sentence(away.Error(), away.Instead))
	case errors.Is(err, capture.ErrRefused):
		return "the desktop was not allowed to show the screen. Try again and allow it."
	case errors.Is(err, capture.ErrNoPoppler):
		return "a PDF is read by the program pdftoppm, which is not here: install poppler-utils."
	case errors.Is(err, capture.ErrBadPDF), errors.Is(err, capture.ErrDataURL):
		return widget.Clean(err.Error()) + "."
	case errors.Is(err, qr.ErrNotAll):
		return strings.TrimRight(widget.Clean(err.Error()), ".") + "."
	case errors.Is(err, qr.ErrNoCode):
		return "no QR code found in it. The whole code with the white around it must be there, sharp and not small; a screenshot reads better than a photo."
	case errors.Is(err, qr.ErrNotAPicture):
		return "not a picture that can be read (" + Formats + ")."
	case errors.Is(err, qr.ErrTooLarge):
		return "too large a picture."
	case errors.Is(err, fs.ErrNotExist):
		return "no such file."
	case errors.Is(err, fs.ErrPermission):
		return "you may not read it."
	case errors.As(err, &path):
		return widget.Clean(path.Err.Error()) + "."
	}
	return strings.TrimRight(widget.Clean(err.Error()), ".?") + "."
}

// sentence puts a cause and the way around it together: what can be done about the cause, and what always works here.
// Ways that are commands are for the command line.
func sentence(cause string, instead []string) string {
	text := cause + ". "
	for _, way := range instead {
		if !strings.Contains(way, "twofold ") {
			text += strings.ToUpper(way[:1]) + way[1:] + ". "
			break
		}
	}
	return text + "Or save a screenshot, and drop it on this window."
}
