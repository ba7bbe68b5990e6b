//go:build unix

package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"twofold/qr"
	"twofold/qr/qrtest"
)

// What terminals were heard to answer.
const (
	kittySays  = "\x1b_Gi=31;OK\x1b\\\x1b[6;20;9t\x1b]11;rgb:0000/0000/0000\x1b\\\x1b[?62;c"
	vt340Says  = "\x1b[?2;0;480;312S\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?63;1;2;4;6;9;15;16;22;28c"
	xtermSays  = "\x1b[?2;3S\x1b]11;rgb:0000/2b2b/3636\x1b\\\x1b[?64;1;2;6;9;15;16;17;18;21;22;28c"
	linuxSays  = "\x1b[?6c"
	modelFour  = "\x1b[?4;6c"
	kittyNever = "\x1b_Gi=31;ENOTSUPPORTED:no\x1b\\\x1b[?62;4c"
)

func TestAnswersOfTerminals(t *testing.T) {
	for _, c := range []struct {
		name, answers string
		want          abilities
	}{
		{"kitty", kittySays, abilities{kitty: true, cell: sides{9, 20}}},
		{"xterm as a VT340", vt340Says, abilities{sixel: true, largest: sides{480, 312}, light: true}},
		{"xterm", xtermSays, abilities{}},
		{"Linux", linuxSays, abilities{}},
		{"a model, not an ability", modelFour, abilities{}},
		{"a refusal", kittyNever, abilities{sixel: true}},
		{"nothing", "", abilities{}},
		{"a huge cell", "\x1b[6;99999;99999t\x1b[?62c", abilities{}},
	} {
		if got := hear(c.answers); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// pause in answers is most of the time that a terminal may take.
const pause = "\x00"

const shownLink = "otpauth://totp/KOR:ada@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=KOR&algorithm=SHA1&digits=6&period=30"

// showcase is a home with one account, and its environment.
func showcase(t *testing.T) []string {
	t.Helper()
	home := t.TempDir()
	pass := filepath.Join(home, "passphrase")
	if err := os.WriteFile(pass, []byte("a passphrase for tests\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	environ := []string{
		"HOME=" + home, "TWOFOLD_HOME=" + filepath.Join(home, "twofold"), "TWOFOLD_VAULT=file",
		"TWOFOLD_PASSPHRASE_FILE=" + pass, "PATH=" + os.Getenv("PATH"),
	}
	add := exec.CommandContext(t.Context(), "twofold", "add")
	add.Env, add.Stdin = environ, strings.NewReader(shownLink+"\n")
	if out, err := add.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return environ
}

// terminalSays runs a shell command in a terminal of 100 by 50 cells of 10 by 20 pixels that answers the questions
// so, and gives all that was written to it, and what the shell read when the program had ended.
func terminalSays(t *testing.T, answers, command string, environ ...string) (written, leaked string, asked bool) {
	t.Helper()
	// What comes after the program is what a shell would take for typed.
	cmd := exec.CommandContext(t.Context(), "bash", "-c", command+`; echo "ended $?"; IFS= read -r -t 0.3 -d '' rest; printf 'left<%q>' "$rest"`)
	cmd.Env = environ
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 100, Rows: 50, X: 1000, Y: 1000})
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var all bytes.Buffer
	chunk := make([]byte, 32<<10)
	for {
		n, err := file.Read(chunk)
		all.Write(chunk[:n])
		if !asked && bytes.Contains(all.Bytes(), []byte(askKind)) {
			asked = true
			for i, part := range strings.Split(answers, pause) {
				time.Sleep(time.Duration(min(i, 1)) * answerTime * 2 / 3)
				if _, err := io.WriteString(file, part); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err != nil {
			break
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`left<(.*)>`).FindStringSubmatch(all.String())
	if found == nil || !strings.Contains(all.String(), "ended 0") {
		t.Fatalf("the program did not end well: %q", all.String()[max(0, all.Len()-500):])
	}
	return all.String(), found[1], asked
}

func TestShowAsksTheTerminal(t *testing.T) {
	need(t, "bash")
	home := showcase(t)
	const show = "twofold show kor --qr --yes"
	for _, c := range []struct {
		name, answers string
		environ       []string
		asks          bool
		draws         string
	}{
		{"kitty", kittySays, []string{"TERM=xterm-kitty"}, true, "\x1b_Ga=T,f=100"},
		{"sixels", vt340Says, []string{"TERM=xterm-256color"}, true, "\x1bP0;0;0q\"1;1;294;294"}, // 49 modules of 6 pixels, in 312
		{"sixels without a bound", "\x1b[?63;4c", []string{"TERM=foot"}, true, "\x1bP0;0;0q\"1;1;"},
		{"neither", xtermSays, []string{"TERM=xterm-256color"}, true, "\x1b[38;5;16;48;5;231m"},
		{"kitty, slow and in pieces", strings.Replace(strings.Replace(kittySays, "_G", "_"+pause+"G", 1), "[?", "["+pause+"?", 1), []string{"TERM=xterm-kitty"}, true, "\x1b_Ga=T,f=100"},
		{"silence", "", []string{"TERM=xterm-256color"}, true, "\x1b[38;5;16;48;5;231m"},
		{"NO_COLOR, dark", xtermSays, []string{"TERM=xterm-256color", "NO_COLOR=1"}, true, "██████"},
		{"dumb", "", []string{"TERM=dumb"}, false, "██████"},
		{"tmux", kittySays, []string{"TERM=tmux-256color"}, false, "\x1b[38;5;16;48;5;231m"},
		{"tmux by its variable", kittySays, []string{"TERM=xterm-256color", "TMUX=/tmp/tmux-0/default,1,0"}, false, "\x1b[38;5;16;48;5;231m"},
		{"screen", kittySays, []string{"TERM=screen"}, false, "\x1b[38;5;16;48;5;231m"},
	} {
		t.Run(c.name, func(t *testing.T) {
			begun := time.Now()
			written, leaked, asked := terminalSays(t, c.answers, show, append(home, c.environ...)...)
			if asked != c.asks {
				t.Errorf("asked: %v, want %v", asked, c.asks)
			}
			if !strings.Contains(written, c.draws) {
				t.Errorf("%q is not drawn in %q", c.draws, written)
			}
			if leaked != "''" {
				t.Errorf("the shell was left with %s", leaked)
			}
			// The deadline is a moment; this holds that there is one, on a busy machine as well.
			if took := time.Since(begun); took > patience/2 {
				t.Errorf("it took %v", took)
			}
			// Echoed, the escapes would show as ^[.
			if strings.Contains(written, "^[") {
				t.Error("the answers were echoed")
			}
		})
	}
	t.Run("a pipe", func(t *testing.T) {
		if _, _, asked := terminalSays(t, kittySays, show+" | cat", append(home, "TERM=xterm-kitty")...); asked {
			t.Error("asked, with the output in a pipe")
		}
	})
}

var kittyPart = regexp.MustCompile(`\x1b_G[^;]*;([A-Za-z0-9+/=]+)\x1b\\`)

// The picture that kitty is sent is as large as the window has room for, and reads back.
func TestShowSendsKittyAPicture(t *testing.T) {
	need(t, "bash")
	written, _, _ := terminalSays(t, kittySays, "twofold show kor --qr --yes", append(showcase(t), "TERM=xterm-kitty")...)
	var data []byte
	for _, part := range kittyPart.FindAllStringSubmatch(written[strings.Index(written, "\x1b_Ga=T"):], -1) {
		piece, err := base64.StdEncoding.DecodeString(part[1])
		if err != nil {
			t.Fatal(err)
		}
		data = append(data, piece...)
	}
	results, err := qr.Decode(data)
	if err != nil || len(results) != 1 || results[0].Text != shownLink {
		t.Fatalf("%d codes: %v", len(results), err)
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	// 100 x 48 cells of 9 x 20 pixels.
	if most := 900; config.Width > most || config.Width < most*9/10 {
		t.Errorf("%d pixels wide in a room of %d", config.Width, most)
	}
}

// A window without room is told the room that it takes, and nothing is drawn.
func TestShowNeedsRoom(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "twofold", "show", "kor", "--qr", "--yes")
	cmd.Env = append(showcase(t), "TERM=xterm-256color", "TMUX=yes")
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 80, Rows: 20})
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	out, _ := io.ReadAll(file) // which ends with an error, as terminals do
	for _, want := range []string{"does not fit into this terminal: it needs 45 columns and 24 lines", "hint: make the window larger", "--png FILE"} {
		if !bytes.Contains(out, []byte(want)) {
			t.Errorf("%q is missing in %q", want, out)
		}
	}
	if bytes.Contains(out, []byte("▄")) {
		t.Error("something was drawn")
	}
	if err := cmd.Wait(); err == nil {
		t.Error("it ended well")
	}
}

// The interface in a real terminal: Q and a yes show the code of the one account.
func TestInterfaceShowsACodeInARealTerminal(t *testing.T) {
	need(t, "Xvfb", "xterm", "xdotool")
	home := showcase(t)
	for name, look := range map[string][]string{
		"dark": {"-tn", "xterm-256color", "-bg", "black", "-fg", "gray90", "-fa", "DejaVu Sans Mono", "-fs", "8", "-geometry", "80x24+0+0"},
		// TERM is "xterm" there: sixteen colors.
		"light": {"-bg", "white", "-fg", "black", "-geometry", "120x50+0+0"},
	} {
		t.Run(name, func(t *testing.T) {
			display := qrtest.StartDisplay(t, 900, 700) // its own: what was drawn before may stay a while
			cmd := exec.CommandContext(t.Context(), "xterm", append(look, "-e", "twofold")...)
			cmd.Env = append(home, "DISPLAY="+display.Name, "LC_ALL=C.UTF-8")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() { _, _ = cmd.Process.Kill(), cmd.Wait() }()
			for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
				// Keys that come before the interface is there do nothing, so they are pressed until the code is seen.
				keys := exec.CommandContext(t.Context(), "xdotool", "mousemove", "50", "50", "key", "Q", "Return")
				keys.Env = append(home, "DISPLAY="+display.Name)
				if out, err := keys.CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
				for range 10 {
					results, _ := qr.DecodeImage(display.Picture(t, image.Rect(0, 0, 900, 700)))
					if len(results) == 1 && results[0].Text == shownLink {
						return
					}
					time.Sleep(100 * time.Millisecond)
				}
			}
			t.Fatal("no code was seen")
		})
	}
}

// The whole way: the program in a real terminal, its screen, and the decoder.
func TestShownCodeIsReadFromARealTerminal(t *testing.T) {
	need(t, "Xvfb", "xterm", "kitty")
	home := showcase(t)
	const show = "twofold show kor --qr --yes; sleep 600"
	for name, words := range map[string][]string{
		"blocks":        {"xterm", "-geometry", "80x25+0+0", "-fa", "DejaVu Sans Mono", "-fs", "8", "-e"},
		"blocks, light": {"xterm", "-geometry", "100x52+0+0", "-bg", "ivory", "-e"},
		"sixels":        {"xterm", "-geometry", "100x50+0+0", "-ti", "vt340", "-xrm", "*decTerminalID: vt340", "-e"},
		"kitty":         {"kitty", "--config", "NONE", "-o", "update_check_interval=0", "-o", "initial_window_width=800", "-o", "initial_window_height=600", "-o", "remember_window_size=no"},
	} {
		t.Run(name, func(t *testing.T) {
			display := qrtest.StartDisplay(t, 900, 700) // its own: what was drawn before may stay a while
			cmd := exec.CommandContext(t.Context(), words[0], append(words[1:], "bash", "-c", show)...)
			cmd.Env = append(home, "DISPLAY="+display.Name, "LC_ALL=C.UTF-8", "LIBGL_ALWAYS_SOFTWARE=1")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() { _, _ = cmd.Process.Kill(), cmd.Wait() }()
			var problem error
			for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
				results, err := qr.DecodeImage(display.Picture(t, image.Rect(0, 0, 900, 700)))
				if len(results) == 1 && results[0].Text == shownLink {
					return
				}
				problem = fmt.Errorf("%d codes: %w", len(results), err)
			}
			t.Fatal(problem)
		})
	}
}
