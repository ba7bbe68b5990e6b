package tui

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/hinshun/vt10x"

	"twofold/qr"
	"twofold/vault"
)

// seen is the screen as an emulated terminal shows it, in a theme's colors, with cells of 8 by 16 pixels.
func (d *desk) seen(ink, ground color.Color) image.Image {
	d.t.Helper()
	w, h := d.model.width, d.model.height
	screen := vt10x.New(vt10x.WithSize(w, h))
	if _, err := screen.Write([]byte(strings.ReplaceAll(d.model.View().Content, "\n", "\r\n"))); err != nil {
		d.t.Fatal(err)
	}
	paint := func(c vt10x.Color, other color.Color) color.Color {
		switch c {
		case 16:
			return color.Black
		case 231:
			return color.White
		}
		return other
	}
	img := image.NewRGBA(image.Rect(0, 0, w*8, h*16))
	fill := func(r image.Rectangle, c color.Color) {
		draw.Draw(img, r, image.NewUniform(c), image.Point{}, draw.Src)
	}
	for y := range h {
		for x := range w {
			cell, at := screen.Cell(x, y), image.Pt(x*8, y*16)
			fill(image.Rect(0, 0, 8, 16).Add(at), paint(cell.BG, ground))
			for glyph, part := range map[rune]image.Rectangle{'▀': image.Rect(0, 0, 8, 8), '▄': image.Rect(0, 8, 8, 16), '█': image.Rect(0, 0, 8, 16)} {
				if cell.Char == glyph {
					fill(part.Add(at), paint(cell.FG, ink))
				}
			}
		}
	}
	return img
}

func (d *desk) reads(want string, ink, ground color.Color) {
	d.t.Helper()
	results, err := qr.DecodeImage(d.seen(ink, ground))
	if err != nil || len(results) != 1 || results[0].Text != want {
		d.t.Fatalf("%d codes are read from the screen: %v", len(results), err)
	}
}

const korLink = "otpauth://totp/KOR:ada@example.com?secret=" + rfcSecret + "&issuer=KOR&algorithm=SHA1&digits=6&period=30"

func TestQRCodeForAPhone(t *testing.T) {
	light, dark := color.Gray{230}, color.Gray{25}
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}, {300, 120}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			d := newDesk(t, size[0], size[1], nil).furnish().start()
			d.press("/kor", "esc", "Q")
			d.shows("Show the secret of KOR", "⏎ show", "Esc keep hidden")
			d.press("x", "?", "l") // none of these is a yes
			d.shows("Show the secret of KOR", "GitHub")
			d.press("enter")
			d.shows("Esc hides it, 60 s", "KOR · ada@example.com")
			d.hides("GitHub", "Twofold")
			d.reads(korLink, light, dark)
			d.reads(korLink, dark, light)
			d.press("esc")
			d.shows("GitHub", "▌   KOR")
			if d.model.codes.Showing() {
				t.Error("it is still shown")
			}
		})
	}
}

func TestQRCodeWithoutColors(t *testing.T) {
	d := newDesk(t, 80, 24, nil).furnish().start()
	d.send(tea.ColorProfileMsg{Profile: colorprofile.ASCII})
	d.press("/kor", "esc", "Q", "y")
	if strings.Contains(d.model.View().Content, "48;5;") {
		t.Error("colors are set")
	}
	d.reads(korLink, color.Gray{230}, color.Gray{25})
	d.send(tea.BackgroundColorMsg{Color: color.White})
	d.reads(korLink, color.Gray{25}, color.Gray{230})
}

func TestQRCodeIsHidden(t *testing.T) {
	shown := func(change func(*Options, *desk)) *desk {
		d := newDesk(t, 100, 40, change).furnish().start()
		d.press("/kor", "esc", "Q", "enter")
		d.shows("hides it")
		return d
	}
	d := shown(nil)
	d.later(59 * time.Second)
	d.shows("hides it, 1 s")
	d.later(time.Second)
	d.hides("hides it")
	d.shows("The QR code was hidden after a minute.")

	d = shown(nil)
	d.press("j") // any key
	d.hides("hides it")
	d.shows("▌   KOR")

	d = shown(nil)
	d.press("l")
	d.shows("Locked.")
	d.press("enter")
	d.hides("hides it")

	d = shown(func(o *Options, _ *desk) { o.LockAfter = 30 * time.Second })
	d.later(30 * time.Second)
	d.shows("Locked.")
	d.press("enter")
	d.shows("GitHub")

	d = shown(nil)
	d.paste(newLink)
	d.shows("Wikipedia")
	d.press("esc")
	d.hides("hides it")
}

func TestQRCodeIsKeptHidden(t *testing.T) {
	d := newDesk(t, 100, 40, nil).furnish().start()
	d.press("Q", "esc")
	d.hides("Show the secret", "hides it")
	d.press("Q", "n", "enter") // the last copies
	d.hides("hides it")
	if d.copied() != codeAt(t, d.now) {
		t.Errorf("copied %s", d.copied())
	}
}

// A window without room says how much it takes, and a larger one draws at once.
func TestQRCodeNeedsRoom(t *testing.T) {
	d := newDesk(t, 40, 12, nil).furnish().start()
	d.press("/kor", "esc", "Q", "enter")
	d.shows("needs a window of 45", "columns and 24 lines", "Make it larger", "Esc hides it")
	d.send(tea.WindowSizeMsg{Width: 45, Height: 24})
	d.reads(korLink, color.Gray{230}, color.Gray{25})
}

// An answer that comes after the person went on shows nothing.
func TestLateQRCodeIsNotShown(t *testing.T) {
	d := newDesk(t, 100, 40, nil).furnish().start()
	d.press("/kor", "esc", "Q")
	m, late := d.model.Update(tea.KeyPressMsg{Code: tea.KeyEnter})
	d.model = m.(Model)
	d.press("tab")
	d.run(late)
	d.press("tab")
	d.hides("hides it")
}

func TestQRCodeOfWhatCannotBeRead(t *testing.T) {
	v := newMany(t, 3)
	v.fail = map[string]error{"1": vault.ErrSecretMissing}
	d := deskOf(t, v)
	d.press("home", "Q", "enter")
	d.hides("hides it")
	d.shows("No QR code: ")
}
