package main

import (
	"errors"
	"testing"

	"twofold/qr"
	"twofold/qr/capture"
)

// Input without an end is read up to the bound, and is too large then.
func TestReaderStopsAtTheBound(t *testing.T) {
	endless := &endlessReader{}
	a := &app{stdio: stdio{In: endless}}
	data, err := a.pictureBytes(t.Context(), "-")
	if err == nil {
		_, err = capture.Codes(t.Context(), data)
	}
	if !errors.Is(err, qr.ErrTooLarge) {
		t.Errorf("endless input: %v", err)
	}
	if endless.read > qr.MaxFileSize+1<<20 {
		t.Errorf("%d bytes were read", endless.read)
	}
}

// endlessReader gives zeros for ever.
type endlessReader struct{ read int }

func (r *endlessReader) Read(p []byte) (int, error) {
	clear(p)
	r.read += len(p)
	return len(p), nil
}
