package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"io"
	"os"

	"twofold/qr"
	"twofold/qr/capture"
	"twofold/tui/paste"
)

var errDebugOne = errors.New("--debug looks at one picture: a file, - or --screen")

// debug explains one picture and touches no vault: a line a step, and a picture of what was found where.
func (a *app) debug(ctx context.Context, args []string, f scanFlags) error {
	look, err := a.explain(ctx, args, f)
	if err != nil {
		return err
	}
	for _, step := range look.Steps {
		if _, err := fmt.Fprintln(a.Out, step); err != nil {
			return err
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, look.Picture); err != nil {
		return err
	}
	defer clear(out.Bytes())
	if err := writePrivate(f.debug, out.Bytes()); err != nil {
		return err
	}
	fmt.Fprintf(a.Err, "Wrote %s: green is read, blue is where a code was tried. It shows the code: delete it when you are done.\n", printable(f.debug))
	if len(look.Results) == 0 {
		return qr.ErrNoCode
	}
	return nil
}

func (a *app) explain(ctx context.Context, args []string, f scanFlags) (qr.Look, error) {
	switch {
	case f.debug == "-":
		return qr.Look{}, usageError{"twofold scan", errors.New("--debug writes a picture FILE, and not to standard output")}
	case f.clipboard || f.json || f.raw, f.screen == (len(args) == 1), len(args) > 1:
		return qr.Look{}, usageError{"twofold scan", errDebugOne}
	case f.screen:
		pictures, err := capture.Screen(ctx)
		if err != nil {
			return qr.Look{}, err
		}
		return firstRead(pictures, func(p capture.Picture) (qr.Look, error) { return qr.Explain(p.Image) })
	}
	source := args[0]
	if path, ok := capture.FileURL(source); ok {
		source = path
	}
	data, err := a.pictureBytes(ctx, source)
	defer func() { clear(data) }()
	if text := string(data[:min(len(data), 128)]); err == nil && paste.StartsWell(text) {
		data, err = explainable(data)
	}
	if err != nil {
		return qr.Look{}, fmt.Errorf("%s: %w", scanned{source: source}.where(), err)
	}
	if !capture.IsPDF(data) {
		return qr.ExplainFile(data)
	}
	return explainPages(ctx, data)
}

// explainable is the picture in a text that has one data: address.
func explainable(text []byte) ([]byte, error) {
	defer clear(text)
	f := paste.Recognize(string(text))
	if len(f.Pictures) != 1 {
		return nil, fmt.Errorf("%w: it is a text", qr.ErrNotAPicture)
	}
	return capture.DataURL(f.Pictures[0])
}

// explainPages explains the first page of a PDF that has a code, else the first.
func explainPages(ctx context.Context, data []byte) (first qr.Look, err error) {
	for page, err := range capture.Pages(ctx, data) {
		if err != nil {
			return first, err
		}
		look, err := qr.Explain(page.Image)
		if err != nil || len(look.Results) > 0 {
			return look, err
		}
		if page.Number == 1 {
			first = look
		}
	}
	return first, nil
}

// firstRead explains the first of several pictures that has a code, else the first.
func firstRead[T any](pictures []T, explain func(T) (qr.Look, error)) (first qr.Look, err error) {
	for i, p := range pictures {
		look, err := explain(p)
		if err != nil {
			return look, err
		}
		if len(look.Results) > 0 {
			return look, nil
		}
		if i == 0 {
			first = look
		}
	}
	return first, nil
}

// pictureBytes reads a file or standard input. A pipe or a terminal may keep it waiting, until ctx is done.
func (a *app) pictureBytes(ctx context.Context, source string) ([]byte, error) {
	return a.fileBytes(ctx, source, qr.MaxFileSize)
}

// fileBytes is pictureBytes of any file: at most so many bytes, and one more where there are.
func (a *app) fileBytes(ctx context.Context, source string, most int64) ([]byte, error) {
	return await(ctx, func() ([]byte, error) {
		in := a.In
		if source != "-" {
			f, err := os.Open(source)
			if err != nil {
				return nil, errors.Unwrap(err)
			}
			defer f.Close()
			in = f
		}
		data, err := io.ReadAll(io.LimitReader(in, most+1))
		if err != nil {
			return data, fmt.Errorf("read it: %w", err)
		}
		return data, nil
	})
}
