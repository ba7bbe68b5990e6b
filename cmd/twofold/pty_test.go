//go:build unix

package main

import (
	"bytes"
	"encoding/base64"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"

	"twofold/vault"
)

// TestInterfaceInATerminal starts the interface in a real terminal with an empty HOME, pastes a link, adds the account,
// copies its code, and finds it in what the terminal is told to put on its clipboard (OSC 52).
func TestInterfaceInATerminal(t *testing.T) {
	home := t.TempDir()
	pass := filepath.Join(home, "passphrase")
	if err := os.WriteFile(pass, []byte("a passphrase for tests\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	term := startInTerminal(t, nil, "HOME="+home, "TWOFOLD_HOME="+filepath.Join(home, "twofold"),
		"TWOFOLD_VAULT=file", "TWOFOLD_PASSPHRASE_FILE="+pass)
	term.waitFor("Welcome to Twofold")

	// A period of a day: the code cannot change while the test runs, but at midnight UTC.
	const link = "otpauth://totp/KOR:ada@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=KOR&period=86400"
	key, err := vault.ParseKeyURI(link)
	if err != nil {
		t.Fatal(err)
	}
	code, err := key.Code(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	shown := code.Reveal()[:3] + " " + code.Reveal()[3:]

	term.paste(link)
	term.waitFor("KOR")
	term.waitFor(shown) // the first code, before anything is stored
	term.press("\r")
	term.waitFor("1 account")
	term.press("\r")
	clipboard := term.waitForClipboard()
	if clipboard != code.Reveal() {
		t.Errorf("the terminal's clipboard was set to something else than the code shown")
	}
	term.press("q")
	if err := term.wait(); err != nil {
		t.Errorf("after q: %v", err)
	}
	if strings.Contains(term.everything(), "GEZDGNBV") {
		t.Error("the secret was written to the terminal")
	}
}

// terminalProgram is this program in a pseudo-terminal, with a screen that can be looked at.
type terminalProgram struct {
	t       *testing.T
	file    *os.File
	process *exec.Cmd
	done    chan struct{} // closed when the terminal has been read to its end

	mu     sync.Mutex
	screen vt10x.Terminal
	output bytes.Buffer
}

// startInTerminal starts the program in a terminal of 80 by 24.
func startInTerminal(t *testing.T, args []string, environ ...string) *terminalProgram {
	t.Helper()
	return startWordsInTerminal(t, append([]string{"twofold"}, args...), environ...)
}

// startWordsInTerminal starts any command so.
func startWordsInTerminal(t *testing.T, words []string, environ ...string) *terminalProgram {
	t.Helper()
	const columns, rows = 80, 24
	cmd := exec.CommandContext(t.Context(), words[0], words[1:]...)
	cmd.Env = append(environ, "PATH="+os.Getenv("PATH"), "TERM=xterm-256color")
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: columns, Rows: rows})
	if err != nil {
		t.Fatal(err)
	}
	p := &terminalProgram{
		t: t, file: file, process: cmd, done: make(chan struct{}),
		screen: vt10x.New(vt10x.WithSize(columns, rows)),
	}
	go p.read()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-p.done
		_ = file.Close()
	})
	return p
}

// read feeds the screen until the program ends.
func (p *terminalProgram) read() {
	defer close(p.done)
	chunk := make([]byte, 32<<10)
	for {
		n, err := p.file.Read(chunk)
		p.mu.Lock()
		_, _ = p.screen.Write(chunk[:n])
		p.output.Write(chunk[:n])
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (p *terminalProgram) press(keys string) {
	p.t.Helper()
	if _, err := io.WriteString(p.file, keys); err != nil {
		p.t.Fatal(err)
	}
}

// paste types a text between the marks of a bracketed paste.
func (p *terminalProgram) paste(text string) { p.press("\x1b[200~" + text + "\x1b[201~") }

func (p *terminalProgram) look() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.screen.String()
}

func (p *terminalProgram) everything() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.output.String()
}

// patience is how long a screen may take on a busy machine.
const patience = 60 * time.Second

func (p *terminalProgram) waitFor(text string) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if strings.Contains(p.look(), text) {
			return
		}
	}
	p.t.Fatalf("the screen never showed %q:\n%s", text, p.look())
}

var clipboardWrite = regexp.MustCompile(`\x1b\]52;c;([A-Za-z0-9+/=]+)(?:\x07|\x1b\\)`)

// waitForClipboard is the first text that the terminal was told to put on its clipboard.
func (p *terminalProgram) waitForClipboard() string {
	p.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if found := clipboardWrite.FindStringSubmatch(p.everything()); found != nil {
			text, err := base64.StdEncoding.DecodeString(found[1])
			if err != nil {
				p.t.Fatal(err)
			}
			return string(text)
		}
	}
	p.t.Fatalf("nothing was sent to the clipboard:\n%s", p.look())
	return ""
}

func (p *terminalProgram) wait() error {
	select {
	case <-p.done:
		return p.process.Wait()
	case <-time.After(patience):
		return os.ErrDeadlineExceeded
	}
}
