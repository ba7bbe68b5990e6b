package tui

import (
	"bytes"
	"errors"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"twofold/qr"
	"twofold/tui/widget"
)

const newLink = "otpauth://totp/Wikipedia:ada@example.com?issuer=Wikipedia&secret=" + rfcSecret

// picture writes a QR picture of a text into a folder of the test's.
func picture(t *testing.T, name, text string) string {
	t.Helper()
	symbol, err := qr.Encode(text)
	if err != nil {
		t.Fatal(err)
	}
	data, err := symbol.PNG(6)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPastedLinkIsAddedAfterOneConfirmation(t *testing.T) {
	d := newDesk(t, 80, 24, nil).furnish().start()
	d.paste("  " + newLink + "\n")
	d.shows("Found in the link", "Wikipedia · ada@example.com", "time-based, 6 digits, 30 s, SHA1",
		widget.Group(codeAt(t, d.now)), "19 s", "This account is new.", "⏎ add", "Esc leave it")
	if n := len(d.vault.Accounts()); n != 6 {
		t.Fatalf("%d accounts before the confirmation", n)
	}
	d.later(19 * time.Second)
	d.shows(widget.Group(codeAt(t, d.now))) // the code lives
	d.press("enter")
	d.shows("Added Wikipedia · ada@example.com.", "▌   Wikipedia", "7 accounts")
}

func TestLeavingAddsNothing(t *testing.T) {
	d := newDesk(t, 80, 24, nil).furnish().start()
	d.paste(newLink)
	d.press("esc")
	d.shows("GitHub")
	if n := len(d.vault.Accounts()); n != 6 {
		t.Fatalf("%d accounts after leaving", n)
	}
}

func TestDroppedPictureIsReadHoweverTheTerminalWritesIt(t *testing.T) {
	path := picture(t, "screen shot (1).png", newLink)
	for name, pasted := range map[string]string{
		"bare":         path,
		"single quote": "'" + path + "'",
		"double quote": `"` + path + `"`,
		"backslashes":  strings.NewReplacer(" ", `\ `, "(", `\(`, ")", `\)`).Replace(path) + " ",
		"file address": "file://" + strings.ReplaceAll(path, " ", "%20") + "\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 80, 24, nil).furnish().start()
			d.paste(pasted)
			d.shows("Found in screen shot (1).png", "Wikipedia · ada@example.com")
		})
	}
}

func TestSeveralPicturesAreListedAndChosen(t *testing.T) {
	a := picture(t, "a.png", newLink)
	b := picture(t, "b.png", "otpauth://totp/KOR:ada@example.com?issuer=KOR&secret="+rfcSecret)
	c := picture(t, "c.png", "https://example.com")
	d := newDesk(t, 80, 24, nil).furnish().start()
	d.paste(a + " '" + b + "' " + c + " /nowhere/x.png")
	d.shows("3 codes found, 1 to be added", "[x] Wikipedia", "=   KOR", "there already",
		"a link to a web page (example.com)", "x.png: no such file.")
	d.press("space")
	d.shows("0 to be added", "[ ] Wikipedia")
	d.press("enter")
	if n := len(d.vault.Accounts()); n != 6 {
		t.Fatalf("%d accounts, none was chosen", n)
	}
	d.press("space", "enter")
	d.shows("Added Wikipedia")
}

// TestNarrowTerminalLosesNeitherTheWayOutNorTheReason: lines are cut at 40 columns, and the chosen one's reason is whole.
func TestNarrowTerminalLosesNeitherTheWayOutNorTheReason(t *testing.T) {
	a := picture(t, "a.png", newLink)
	b := picture(t, "b.png", "https://example.com")
	d := newDesk(t, 40, 24, nil).furnish().start()
	d.press("a")
	d.shows("Esc back")
	d.press("esc")
	d.paste("'" + a + "' '" + b + "'")
	d.shows("2 codes found", "Esc leave it")
	d.hides("(example.com)")
	d.press("down")
	d.shows("(example.com)", "b.png")
}

func TestDuplicateIsSeenBeforeAdding(t *testing.T) {
	d := newDesk(t, 80, 24, nil).furnish().start()
	d.paste("otpauth://totp/KOR:ada@example.com?issuer=KOR&secret=" + rfcSecret)
	d.shows("You have this account already")
	d.hides("⏎ add")
	d.press("esc")
	d.paste("otpauth://totp/KOR:ada@example.com?issuer=KOR&secret=JBSWY3DPEHPK3PXP")
	d.shows("with this name and another secret")
	d.press("enter")
	d.shows("Added KOR", "7 accounts")
}

func TestNonsenseIsNamed(t *testing.T) {
	d := newDesk(t, 80, 24, nil).furnish().start()
	d.paste("otpauth://totp/x?secret=not+base32!")
	d.shows("Not an account:")
	d.hides("not+base32", "⏎ add")
	d.press("esc")
	d.paste("otpauth-migration://offline?data=CjEK")
	d.shows("this export of Google Authenticator cannot be read", "is damaged or cut off")
	d.hides("CjEK")
	d.press("esc")
	d.paste("just some words, and /no/picture.txt")
	d.shows("GitHub") // ordinary text does nothing to the list
}

func TestTypedKeyShowsItsCodeAndItsMistakes(t *testing.T) {
	d := newDesk(t, 80, 24, nil).furnish().start()
	d.press("a", "k", "gezd gnbv g0")
	d.shows(`Character 12, '0', can't be in a key`, "Is it the letter O?")
	d.press("backspace", "y3tqojqgezdgnbvgy3tqojq")
	d.shows(widget.Group(codeAt(t, d.now)), "Compare it with what the page accepts.")
	d.press("enter")
	d.shows("Give it an issuer or an account name.")
	d.press("Acme", "tab", "ada", "tab", "right")
	d.shows("counter-based", "755 224", "counter 0")
	d.hides("Period")
	d.press("enter")
	d.shows("Add this account?", "Acme · ada", "This account is new.")
	d.press("enter")
	d.shows("Added Acme · ada.")
}

func TestTypedPathIsRead(t *testing.T) {
	path := picture(t, "code.png", newLink)
	d := newDesk(t, 80, 24, nil).furnish().start()
	d.press("a", "p", "enter")
	d.shows("Type the path of a picture first.")
	d.press("/nowhere.png", "enter")
	d.shows("No such file.", "/nowhere.png", "⏎ read it") // and can be mended
	d.press("esc", "p", "'"+path+"'", "enter")
	d.shows("Found in code.png")
	d.press("esc")
	d.shows("Which picture?") // back where it came from
	d.press("enter", "enter")
	d.shows("Added Wikipedia")
}

// TestLinkInThePathFieldIsNeverRepeated: without bracketed paste, a pasted link
// arrives as typed letters, at times without its beginning.
func TestLinkInThePathFieldIsNeverRepeated(t *testing.T) {
	secret := func(d *desk) {
		t.Helper()
		for i := range len(rfcSecret) - 4 {
			d.hides(rfcSecret[i:i+5], strings.ToLower(rfcSecret[i:i+5]))
		}
	}
	for _, piece := range []string{
		newLink[4:], newLink[7:], newLink[10:], "secret=" + rfcSecret, "SECRET=" + rfcSecret, "otpauth", "otpauth:/totp/x?s=" + rfcSecret,
		"/" + newLink[4:], "'" + newLink[8:] + "'", rfcSecret + "&issuer=KOR", "/a?secret=" + rfcSecret + ".png", "secret%3D" + rfcSecret,
	} {
		for _, paste := range []bool{false, true} {
			d := newDesk(t, 120, 24, nil).furnish().start()
			d.press("a", "p")
			if paste {
				d.paste(piece)
			} else {
				d.press(piece)
			}
			secret(d)
			d.press("enter")
			if paste && !strings.HasSuffix(piece, ".png") {
				d.shows("Type the path of a picture first.")
			} else if !paste {
				d.shows("Which picture?", "That looks like a link, not a picture. Paste it whole.")
			}
			secret(d)
		}
	}
	d := newDesk(t, 80, 24, nil).furnish().start()
	d.press("a", "p", newLink, "enter")
	d.shows("Found in the link", "Wikipedia · ada@example.com", "⏎ add")
	d.press("esc")
	d.shows("Which picture?", "for example ~/Pictures/qr.png")
	d.press(rfcSecret, "enter") // the field shows it, and nothing more
	if n := strings.Count(d.text(), rfcSecret); n != 1 {
		t.Errorf("a typed key is shown %d times:\n%s", n, d.text())
	}
}

// TestKeysTypedAheadGoToTheScreenThatComes: over a slow line several keys
// arrive at once, before any command has answered.
func TestKeysTypedAheadGoToTheScreenThatComes(t *testing.T) {
	d := newDesk(t, 80, 24, nil).furnish().start()
	for _, r := range "apx" {
		m, _ := d.model.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
		d.model = m.(Model)
	}
	d.shows("Which picture?", "   x")
	d.hides("Remove")
}

func TestOnePictureMayHoldSeveralCodes(t *testing.T) {
	page := image.NewGray(image.Rect(0, 0, 1200, 600))
	draw.Draw(page, page.Bounds(), image.White, image.Point{}, draw.Src)
	for i, text := range []string{newLink, "otpauth://totp/KOR:ada@example.com?issuer=KOR&secret=" + rfcSecret} {
		f, err := os.Open(picture(t, "one.png", text))
		if err != nil {
			t.Fatal(err)
		}
		symbol, _, err := image.Decode(f)
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		draw.Draw(page, symbol.Bounds().Add(image.Pt(40+600*i, 40)), symbol, image.Point{}, draw.Src)
	}
	path := filepath.Join(t.TempDir(), "both.png")
	var b bytes.Buffer
	if err := errors.Join(png.Encode(&b, page), os.WriteFile(path, b.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, 80, 24, nil).furnish().start()
	d.paste("file://" + path)
	d.shows("2 accounts found, 1 to be added", "Wikipedia · ada@example.com", "=   KOR · ada@example.com")
	d.press("enter")
	d.shows("Added Wikipedia · ada@example.com.")
}
