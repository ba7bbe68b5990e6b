package tui

import (
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"google.golang.org/protobuf/encoding/protowire"

	"twofold/qr"
	"twofold/qr/capture"
)

// part is the link of one part of an export of Google Authenticator, of so many accounts named NAME1 and so on.
func part(batch, index, of, accounts int, name string) string {
	number := func(b []byte, n protowire.Number, value int) []byte {
		return protowire.AppendVarint(protowire.AppendTag(b, n, protowire.VarintType), uint64(value))
	}
	text := func(b []byte, n protowire.Number, value string) []byte {
		return protowire.AppendBytes(protowire.AppendTag(b, n, protowire.BytesType), []byte(value))
	}
	var payload []byte
	for i := range accounts {
		label := fmt.Sprintf("%s%d", name, i+1)
		payload = text(payload, 1, string(text(text(text(nil, 1, (label + "12345678901234567890")[:20]), 2, label), 3, "Acme")))
	}
	for n, value := range []int{1, of, index, batch} {
		payload = number(payload, protowire.Number(n+2), value)
	}
	return "otpauth-migration://offline?data=" + url.QueryEscape(base64.StdEncoding.EncodeToString(payload))
}

// sight is what a fake screen or clipboard has.
type sight struct {
	pictures []capture.Picture
	clip     capture.Clip
	err      error
}

func (s *sight) offer(o *Options, _ *desk) {
	o.LookAtScreen = func(context.Context) ([]capture.Picture, error) { return s.pictures, s.err }
	o.LookAtClipboard = func(context.Context) (capture.Clip, error) { return s.clip, s.err }
}

// shown is a monitor that shows a code.
func shown(t *testing.T, name, text string) capture.Picture {
	t.Helper()
	f, err := os.Open(picture(t, "x.png", text))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return capture.Picture{Name: name, Image: img}
}

func TestPartsOfAnExportComeOneAfterTheOther(t *testing.T) {
	d := newDesk(t, 80, 24, nil).furnish().start()
	d.paste(part(7, 1, 3, 2, "b"))
	d.shows("2 accounts found, 2 to be added", "Acme · b1", "Of the export with Acme · b1, parts 1 and 3 of 3 are missing.", "Bring what is missing", "p picture")
	d.paste(part(7, 1, 3, 2, "b")) // once more: it is known
	d.shows("2 accounts found")
	d.paste(picture(t, "first.png", part(7, 0, 3, 1, "a")))
	d.shows("3 accounts found, 3 to be added", "part 3 of 3 is missing.")
	d.paste("/nowhere/x.png") // a miss loses nothing
	d.shows("3 accounts found", "x.png: no such file.")
	d.press("p", "/nowhere/y.png", "enter")
	d.shows("Which picture?", "No such file.")
	d.press("esc")
	d.shows("3 accounts found")
	d.press("p", picture(t, "last.png", part(7, 2, 3, 1, "c")), "enter")
	d.shows("4 accounts found, 4 to be added", "Acme · c1")
	d.hides("missing")
	d.press("enter")
	d.shows("Added 4 accounts.", "10 accounts")
}

// TestPartsAreForgottenOnLeaving, and what is there can be added without the rest.
func TestPartsAreForgottenOnLeaving(t *testing.T) {
	d := newDesk(t, 80, 24, nil).furnish().start()
	d.paste(part(7, 1, 2, 2, "b"))
	d.press("esc")
	d.shows("GitHub")
	d.paste(part(7, 0, 2, 1, "a"))
	d.hides("Acme · b1")
	d.shows("Acme · a1", "part 2 of 2 is missing.", "⏎ add")
	d.press("enter")
	d.shows("Added Acme · a1.", "7 accounts")
}

func TestManyAccountsAreAddedAtOnce(t *testing.T) {
	d := newDesk(t, 80, 24, nil).furnish().start()
	var links []string
	for i := range 20 {
		links = append(links, part(1, i, 20, 10, fmt.Sprintf("n%d-", i)))
	}
	d.paste(strings.Join(links, "\n"))
	d.shows("200 accounts found, 200 to be added")
	d.press("enter")
	d.shows("Added 200 accounts.", "206 accounts")
}

// TestOneOfTheTrashIsAddedBesideOthers: as it would be alone.
func TestOneOfTheTrashIsAddedBesideOthers(t *testing.T) {
	d := newDesk(t, 80, 24, nil).start()
	a := d.add(newLink, nil)
	if err := d.vault.Remove(context.Background(), a.ID); err != nil {
		t.Fatal(err)
	}
	d.paste(newLink + "\n" + strings.Replace(newLink, "Wikipedia", "Other", 2))
	d.press("enter")
	d.shows("Added 2 accounts.")
}

func TestScreenIsLookedAt(t *testing.T) {
	s := &sight{}
	s.pictures = []capture.Picture{shown(t, "monitor 1", "https://example.com"), shown(t, "monitor 2", newLink)}
	d := newDesk(t, 80, 24, s.offer).furnish().start()
	d.press("a")
	d.shows("s  from the screen", "c  from the clipboard")
	d.press("s")
	d.shows("2 codes found, 1 to be added", "[x] Wikipedia", "a link to a web page (example.com)", "on monitor 2, filling the picture")
	d.press("enter")
	d.shows("Added Wikipedia")

	s.pictures = []capture.Picture{{Image: image.NewGray(image.Rect(0, 0, 64, 64))}}
	d.press("a", "s")
	d.shows("Nothing to add", "There is no QR code on the screen.", "s screen")
	s.err = &capture.Unavailable{What: "the screen", Why: "it is dark", Instead: []string{"name a file: twofold scan FILE", "light a candle, and try again"}}
	d.press("s")
	d.shows("The screen cannot be read: it is dark. Light a candle, and try again.")
	s.err = capture.ErrRefused
	d.press("s")
	d.shows("The desktop was not allowed to show the screen.")
	d.press("esc")
	d.shows("GitHub")
}

func TestClipboardIsLookedAt(t *testing.T) {
	file, err := os.ReadFile(picture(t, "x.png", newLink))
	if err != nil {
		t.Fatal(err)
	}
	path := picture(t, "a b.png", newLink)
	for name, row := range map[string]struct {
		clip capture.Clip
		want string
	}{
		"picture":  {capture.Clip{Picture: file}, "Found in the clipboard, filling the picture"},
		"both":     {capture.Clip{Picture: []byte("GIF89a"), Text: newLink}, "Found in the clipboard"},
		"link":     {capture.Clip{Text: newLink}, "Found in the clipboard"},
		"address":  {capture.Clip{Text: "file://" + strings.ReplaceAll(path, " ", "%20")}, "Found in a b.png"},
		"data":     {capture.Clip{Text: "data:image/png;base64," + base64.StdEncoding.EncodeToString(file)}, "Found in the pasted picture"},
		"words":    {capture.Clip{Text: "just words"}, "Neither a picture nor a link that enrolls is in the clipboard."},
		"nothing":  {capture.Clip{}, "The clipboard is empty"},
		"no file":  {capture.Clip{Text: "/nowhere/a.png"}, "No such file."},
		"no codes": {capture.Clip{Picture: []byte("GIF89a")}, "Not a picture that can be read"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 80, 24, (&sight{clip: row.clip}).offer).furnish().start()
			d.press("a", "c")
			d.shows(row.want)
			if strings.HasPrefix(row.want, "Found") {
				d.press("enter")
				d.shows("Added Wikipedia")
			}
		})
	}
}

// TestReadingCanBeLeft: the screen stays alive while something is read, says what, and an answer that comes late is
// dropped.
func TestReadingCanBeLeft(t *testing.T) {
	var asked context.Context
	d := newDesk(t, 80, 24, func(o *Options, _ *desk) {
		o.LookAtScreen = func(ctx context.Context) ([]capture.Picture, error) {
			asked = ctx
			return nil, ctx.Err()
		}
	}).furnish().start()
	d.press("a")
	m, cmd := d.model.Update(tea.KeyPressMsg{Code: 's', Text: "s"})
	d.model = m.(Model)
	d.shows("Looking at the screen…")
	d.press("esc")
	d.shows("GitHub")
	d.run(cmd)
	d.shows("GitHub")
	if asked == nil || asked.Err() == nil {
		t.Error("the reading was not told to end")
	}
}

func TestPastedPictureIsRead(t *testing.T) {
	file, err := os.ReadFile(picture(t, "x.png", newLink))
	if err != nil {
		t.Fatal(err)
	}
	address := "data:image/png;base64," + base64.StdEncoding.EncodeToString(file)
	d := newDesk(t, 80, 24, nil).furnish().start()
	d.paste(address)
	d.shows("Found in the pasted picture", "Wikipedia · ada@example.com")
	d.press("esc")
	d.paste(address[:len(address)/2+1] + "!")
	d.shows("Nothing to add", "it is cut off")
	d.hides(address[30:50])
}

// TestDroppedFilesAreReadOneAfterTheOther says how far it is.
func TestDroppedFilesAreReadOneAfterTheOther(t *testing.T) {
	a, b := picture(t, "a.png", newLink), picture(t, "b.png", "https://example.com")
	d := newDesk(t, 80, 24, nil).furnish().start()
	m, cmd := d.model.Update(tea.PasteMsg{Content: a + " " + b})
	d.model = m.(Model)
	d.shows("Reading a.png… 1 of 2")
	m, cmd = d.model.Update(cmd())
	d.model = m.(Model)
	d.shows("Reading b.png… 2 of 2")
	d.run(cmd)
	d.shows("2 codes found")
}

// TestDroppedPathsInManySpellings: terminals and file managers each have their own.
func TestDroppedPathsInManySpellings(t *testing.T) {
	dir := t.TempDir()
	symbol, err := qr.Encode(newLink)
	if err != nil {
		t.Fatal(err)
	}
	data, err := symbol.PNG(4)
	if err != nil {
		t.Fatal(err)
	}
	for name, spell := range map[string]func(string) string{
		"it's ä.png":        func(p string) string { return "'" + strings.ReplaceAll(p, "'", `'\''`) + "'" },
		"two  blanks.png":   func(p string) string { return p },
		"100%.png":          func(p string) string { return p },
		"percent #%20.png":  func(p string) string { return (&url.URL{Scheme: "file", Path: p}).String() },
		`back\slash.png`:    func(p string) string { return "'" + p + "'" },
		"dollar$`x.png":     func(p string) string { return strings.NewReplacer("$", `\$`, "`", "\\`").Replace(p) },
		"CAPITALS.PNG":      func(p string) string { return p + "\r" },
		"localhost.png":     func(p string) string { return "file://localhost" + p },
		"double \"q\".png":  func(p string) string { return `"` + strings.ReplaceAll(p, `"`, `\"`) + `"` },
		"a /b looking.webp": func(p string) string { return strings.ReplaceAll(p, " ", `\ `) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, strings.ReplaceAll(name, "/", "_"))
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			d := newDesk(t, 120, 24, nil).furnish().start()
			d.paste(spell(path))
			d.shows("Found in "+filepath.Base(path), "Wikipedia · ada@example.com")
		})
	}
}

// TestAddingManyIsWaitedFor: Esc does not abandon what is half stored.
func TestAddingManyIsWaitedFor(t *testing.T) {
	d := newDesk(t, 80, 24, nil).furnish().start()
	d.paste(part(7, 0, 1, 10, "a"))
	m, cmd := d.model.Update(tea.KeyPressMsg{Code: tea.KeyEnter})
	d.model = m.(Model)
	d.shows("Adding…")
	d.later(time.Second)
	d.press("esc", "enter")
	d.shows("Adding…", "10 accounts found")
	d.run(cmd)
	d.shows("Added 10 accounts.", "16 accounts")
}

func TestTypedFolderIsRead(t *testing.T) {
	path := picture(t, "a.png", newLink)
	dir := filepath.Dir(path)
	if err := os.WriteFile(filepath.Join(dir, "b.png"), []byte("no picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, 80, 24, nil).furnish().start()
	d.press("a", "p", dir, "enter")
	d.shows("Found in a.png", "Wikipedia · ada@example.com")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	d.press("esc", "enter")
	d.shows("Which picture?", "No QR code found in the picture of this folder.")
}
