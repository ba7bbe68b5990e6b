package web

import (
	"fmt"
	"net/http"

	"twofold/qr"
	"twofold/verifier"
)

// smallestPicture is how wide a QR code is shown at least, in CSS pixels.
const smallestPicture = 240

// picture is the QR code of an enrollment.
type picture struct {
	symbol qr.Symbol
	module int // CSS pixels a module, whole, so that no module is wider than another
}

func pictureOf(uri verifier.Secret) (picture, error) {
	symbol, err := qr.Encode(uri.RevealText())
	if err != nil {
		return picture{}, fmt.Errorf("draw key URI: %w", err) // the errors of qr never quote the text
	}
	side := symbol.PixelSize(1)
	return picture{symbol: symbol, module: (smallestPicture + side - 1) / side}, nil
}

// Side is the width and height to show it at, in CSS pixels.
func (p picture) Side() int { return p.symbol.PixelSize(p.module) }

func (h *handler) png(w http.ResponseWriter, r *http.Request) {
	h.picture(w, r, "image/png", func(p picture) ([]byte, error) {
		return p.symbol.PNG(2 * p.module) // for screens with two pixels a CSS pixel
	})
}

func (h *handler) svg(w http.ResponseWriter, r *http.Request) {
	h.picture(w, r, "image/svg+xml", func(p picture) ([]byte, error) {
		return p.symbol.SVGTitled("QR code for your authenticator app"), nil
	})
}

// picture serves the QR code of the enrollment that the browser's flow waits
// to have confirmed, and that of no other.
func (h *handler) picture(w http.ResponseWriter, r *http.Request, kind string, draw func(picture) ([]byte, error)) {
	p, ok := h.current(w, r)
	if !ok {
		return
	}
	if p.Enrollment == nil {
		h.refuse(w, r, &verifier.Refusal{Cause: verifier.CauseFlowElsewhere})
		return
	}
	drawn, err := pictureOf(p.Enrollment.URI)
	var bytes []byte
	if err == nil {
		bytes, err = draw(drawn)
	}
	if err != nil {
		h.fault(w, r, err)
		return
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(bytes) // the browser may be gone
}
