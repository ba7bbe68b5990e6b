package main

import (
	"fmt"
	"os"

	"golang.org/x/term"

	"twofold/qr"
	"twofold/vault"
)

// roomError says that the terminal has no room for a code.
type roomError struct{ cols, rows int }

func (e roomError) Error() string {
	return fmt.Sprintf("the code does not fit into this terminal: it needs %d columns and %d lines", e.cols, e.rows)
}

// revealQR draws a key for a phone: as large as a terminal has room for, and as text into anything else.
func (a *app) revealQR(key vault.Key) error {
	symbol, err := qr.Encode(key.RevealURI())
	if err != nil {
		return err
	}
	text := symbol.HalfBlocks()
	if out, ok := terminal(a.Out); ok {
		if text, err = a.drawn(symbol, out); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintln(a.Out, text)
	return err
}

// drawn is the symbol for a terminal, without its last line end: the lines under it are the shell's. A picture is
// larger and clearer than text; half blocks go everywhere.
func (a *app) drawn(symbol qr.Symbol, out *os.File) (string, error) {
	cols, rows, err := term.GetSize(int(out.Fd()))
	if err != nil || cols == 0 || rows == 0 { // nobody knows: as it was drawn by terminals of paper
		cols, rows = symbol.TerminalSize()
		rows++
	}
	can := a.abilities(out)
	if picture, ok, err := pictureOf(symbol, can, sides{cols * can.cell.width, (rows - 2) * can.cell.height}); ok || err != nil {
		return picture, err
	}
	blocks, ok := symbol.Blocks(cols, rows-1)
	if !ok {
		cols, rows = symbol.TerminalSize()
		return "", roomError{cols, rows + 1}
	}
	text := blocks.Colored()
	if a.dumb() || a.getenv("NO_COLOR") != "" {
		text = blocks.Plain(!can.light)
	}
	return text[:len(text)-1], nil
}

// pictureOf is the symbol as the picture that the terminal shows, if it does; none is so small that modules are
// single pixels.
func pictureOf(symbol qr.Symbol, can abilities, room sides) (text string, ok bool, err error) {
	if can.largest != (sides{}) && !can.kitty {
		room = sides{min(room.width, can.largest.width), min(room.height, can.largest.height)}
	}
	scale := symbol.PixelScale(room.width, room.height)
	switch {
	case scale < 2:
		return "", false, nil
	case can.kitty:
		text, err = symbol.Kitty(scale)
	case can.sixel:
		text, err = symbol.Sixel(scale)
	default:
		return "", false, nil
	}
	return text, err == nil, err
}

// pngScale is the pixels a module of a file: phones are at ease with it, and so are printers.
const pngScale = 8

// savePNG writes a key as a picture that only its owner can read. It replaces nothing.
func (a *app) savePNG(key vault.Key, name string) error {
	if err := writeCode(name, key.RevealURI()); err != nil {
		return err
	}
	fmt.Fprintf(a.Err, "Wrote %s. Whoever has it can log in as you: delete it once it is scanned.\n", printable(name))
	return nil
}

// writeCode writes the QR code of a text as a new picture that only its owner can read.
func writeCode(name, text string) error {
	symbol, err := qr.Encode(text)
	if err != nil {
		return err
	}
	picture, err := symbol.PNG(pngScale)
	if err != nil {
		return err
	}
	defer clear(picture)
	return writePrivate(name, picture)
}
