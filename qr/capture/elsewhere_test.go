//go:build unix

package capture

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"twofold/qr"
)

// Here programs of the test's own stand in for those of macOS and Windows; they answer as those are documented to.

func macOS(t *testing.T, scripts map[string]string) system {
	t.Helper()
	s := session()
	s.os, s.lookPath = "darwin", fakes(t, scripts)
	return s
}

// screencapture is given a file that only we may read, in a folder that only we may enter, once for each display.
func TestScreenOfMacOS(t *testing.T) {
	temp, source := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", temp)
	writeFile(t, filepath.Join(source, "1.png"), pngOf(t, "the first display"))
	writeFile(t, filepath.Join(source, "2.png"), pngOf(t, enrollment))
	s := macOS(t, map[string]string{"screencapture": `
[ "$1 $2 $3 $4" = "-x -t png -D" ] || { echo "usage: $*" >&2; exit 2; }
[ -f "` + source + `/$5.png" ] || { echo "could not create image from display" >&2; exit 1; }
ls -ld "$(dirname "$6")" "$6" | cut -c 1-10 >>"` + source + `/modes"
cat "` + source + `/$5.png" >"$6"`})
	pictures, err := s.screen(t.Context())
	if err != nil || len(pictures) != 2 || !shows(pictures[0], "the first display") || !shows(pictures[1], enrollment) {
		t.Fatalf("%d pictures, %v", len(pictures), err)
	}
	if pictures[1].Name != "monitor 2" {
		t.Errorf("the second is called %q", pictures[1].Name)
	}
	if modes, err := os.ReadFile(filepath.Join(source, "modes")); err != nil || string(modes) != strings.Repeat("drwx------\n-rw-------\n", 2) {
		t.Errorf("the modes were\n%s%v", modes, err)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("%v stays, %v", left, err)
	}
}

// What a Mac says to a terminal that may not see the screen, and the picture that is none.
func TestScreenOfMacOSThatMustNotBeSeen(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	for script, why := range map[string]string{
		`echo "could not create image from display" >&2; exit 1`: "screencapture: could not create image from display",
		"exit 0":                          "it left no picture",
		`echo "no picture" >"$6"`:         "read its picture",
		`rm "$6"; mkfifo "$6"`:            "not a file",
		`rm "$6"; ln -s /etc/passwd "$6"`: "not a file",
	} {
		_, err := macOS(t, map[string]string{"screencapture": script}).screen(t.Context())
		wantUnavailable(t, err, why)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("%v stays, %v", left, err)
	}
}

func TestClipboardOfMacOS(t *testing.T) {
	picture := pngOf(t, enrollment)
	path := filepath.Join(t.TempDir(), "picture")
	writeFile(t, path, picture)
	writeFile(t, path+".hex", []byte("«data PNGf"+strings.ToUpper(hex.EncodeToString(picture))+"»\n"))
	const noPicture = `echo "execution error: Can’t make some data into the expected type. (-1700)" >&2; exit 1`
	const pbpaste = `[ "$LC_ALL" = en_US.UTF-8 ] && printf '이메일'`
	for _, c := range []struct {
		name    string
		scripts map[string]string
		text    string
		picture bool
	}{
		{"osascript", map[string]string{"pbpaste": "", "osascript": `[ "$*" = "-e the clipboard as «class PNGf»" ] && cat "` + path + `.hex"`}, "", true},
		{"pngpaste", map[string]string{"pbpaste": "", "pngpaste": `[ "$*" = "-" ] && cat "` + path + `"`, "osascript": "exit 1"}, "", true},
		{"a text", map[string]string{"pbpaste": pbpaste, "pngpaste": `echo "No image data found" >&2; exit 1`, "osascript": noPicture}, "이메일", false},
		{"a text alone", map[string]string{"pbpaste": pbpaste}, "이메일", false},
		{"something else of osascript", map[string]string{"pbpaste": pbpaste, "osascript": "echo «data PNGf12zz»"}, "이메일", false},
		{"nothing", map[string]string{"pbpaste": "", "osascript": noPicture}, "", false},
	} {
		clip, err := macOS(t, c.scripts).clipboard(t.Context())
		if err != nil || clip.Text != c.text || (clip.Picture != nil) != c.picture {
			t.Errorf("%s: %q and a picture of %d bytes, %v", c.name, clip.Text, len(clip.Picture), err)
		}
		if c.picture && string(clip.Picture) != string(picture) {
			t.Errorf("%s: the picture is another", c.name)
		}
	}
	_, err := macOS(t, map[string]string{"pbpaste": "echo no pasteboard >&2; exit 1"}).clipboard(t.Context())
	wantUnavailable(t, err, "pbpaste: no pasteboard")
}

// onWSL answers by PowerShell; the script that it is given comes encoded.
func onWSL(t *testing.T, answer string) system {
	t.Helper()
	path := filepath.Join(t.TempDir(), "answer")
	writeFile(t, path, []byte(answer))
	s := session("WSL_DISTRO_NAME=Debian", "WAYLAND_DISPLAY=wayland-0")
	s.lookPath = fakes(t, map[string]string{"powershell.exe": `
[ "$1 $2 $3 $6" = "-NoProfile -NonInteractive -STA -EncodedCommand" ] || exit 2
[ $# = 7 ] && printf %s "$7" | base64 -d | tr -d '\0' | grep -q System.Windows.Forms || exit 3
cat "` + path + `"`})
	return s
}

func line(kind string, data []byte) string {
	return kind + " " + base64.StdEncoding.EncodeToString(data) + "\r\n"
}

func TestScreenOfWSL(t *testing.T) {
	s := onWSL(t, "Welcome, all of you.\r\n"+line("picture", blackPNG(t, 50, 40))+line("picture", pngOf(t, enrollment)))
	pictures, err := s.screen(t.Context())
	if err != nil || len(pictures) != 2 || !shows(pictures[1], enrollment) {
		t.Fatalf("%d pictures, %v", len(pictures), err)
	}
	for answer, why := range map[string]string{
		"":                                    "it sees no monitor",
		"picture ???\r\n":                     "read its answer",
		line("picture", []byte("no picture")): "read its picture",
		line("picture", blackPNG(t, 9, 9)):    "one color",
	} {
		_, err := onWSL(t, answer).screen(t.Context())
		wantUnavailable(t, err, why)
	}
}

func TestClipboardOfWSL(t *testing.T) {
	picture := pngOf(t, enrollment)
	clip, err := onWSL(t, line("text", []byte("이메일"))+line("picture", picture)).clipboard(t.Context())
	if err != nil || clip.Text != "이메일" {
		t.Errorf("%q, %v", clip.Text, err)
	}
	if found, err := qr.Decode(clip.Picture); err != nil || found[0].Text != enrollment {
		t.Errorf("its picture: %v", err)
	}
	if clip, err := onWSL(t, "").clipboard(t.Context()); err != nil || clip.Text != "" || clip.Picture != nil {
		t.Errorf("an empty one has %+v, %v", clip, err)
	}
}

func writeFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A header may claim more than is read; nothing is unpacked then.
func TestPicturesAreBounded(t *testing.T) {
	huge := blackPNG(t, 8, 8)
	copy(huge[16:24], []byte{0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff}) // width and height of the IHDR
	binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
	_, err := onWSL(t, line("picture", huge)).screen(t.Context())
	wantUnavailable(t, err, "65535 x 65535, at most 64 megapixels")
}
