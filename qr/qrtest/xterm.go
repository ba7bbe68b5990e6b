//go:build unix

package qrtest

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"
)

// Terminal is a terminal in the upper left corner of a display, with the test in the place of the shell.
type Terminal struct {
	t       testing.TB
	line    *os.File // the program's side of its terminal
	answers *bufio.Reader
	end     func() // makes the answers end
}

// StartXterm starts xterm without a border or a scroll bar; words are more options.
func StartXterm(t testing.TB, d Display, words ...string) *Terminal {
	t.Helper()
	master, line, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := term.MakeRaw(int(line.Fd())); err != nil {
		t.Fatal(err)
	}
	// -S hands xterm a terminal that exists; the letters are for its records alone.
	process := exec.CommandContext(t.Context(), "xterm", append([]string{"-Sab3", "-geometry", "+0+0", "-b", "0", "-bw", "0", "+sb", "-uc"}, words...)...)
	process.Env = append(os.Environ(), "DISPLAY="+d.Name, "LC_ALL=C.UTF-8", "XENVIRONMENT=/dev/null")
	process.ExtraFiles = []*os.File{master}
	err = process.Start()
	_ = master.Close()
	if err != nil {
		t.Fatal(err)
	}
	x := &Terminal{t: t, line: line, answers: bufio.NewReader(line), end: func() { _ = process.Process.Kill() }}
	t.Cleanup(func() {
		_ = process.Wait()
		_ = line.Close()
	})
	x.answer('\n') // it begins with the number of its window
	x.Draw("")     // and has set its size once it answers
	return x
}

// Draw clears the screen, writes text with its line feeds made line ends, and waits until the terminal has worked it off.
func (x *Terminal) Draw(text string) {
	x.t.Helper()
	if _, err := x.line.WriteString("\x1b[H\x1b[2J\x1b[3J"); err != nil {
		x.t.Fatal(err)
	}
	if _, err := x.line.WriteString(strings.ReplaceAll(text, "\n", "\r\n")); err != nil {
		x.t.Fatal(err)
	}
	x.Ask("\x1b[6n", 'R') // where the cursor is
}

// Ask writes a question and gives the answer, which ends with a letter.
func (x *Terminal) Ask(question string, end byte) string {
	x.t.Helper()
	if _, err := io.WriteString(x.line, question); err != nil {
		x.t.Fatal(err)
	}
	return x.answer(end)
}

// answer reads up to a letter; a terminal that says nothing is ended.
func (x *Terminal) answer(end byte) string {
	x.t.Helper()
	enough := time.AfterFunc(Patience, x.end)
	defer enough.Stop()
	answer, err := x.answers.ReadString(end)
	if err != nil {
		x.t.Fatalf("the terminal does not answer, but %q: %v", answer, err)
	}
	return answer
}

// Size is the terminal's size in cells and in pixels.
func (x *Terminal) Size() (cols, rows, width, height int) {
	x.t.Helper()
	size, err := pty.GetsizeFull(x.line)
	if err != nil || size.X == 0 {
		x.t.Fatalf("the size of xterm: %+v, %v", size, err)
	}
	return int(size.Cols), int(size.Rows), int(size.X), int(size.Y)
}
