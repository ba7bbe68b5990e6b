package capture

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"twofold/qr"
)

// The tests bring a display, a compositor and a bus of their own: none meets those of the person who runs them.

const enrollment = "otpauth://totp/Example:alice@example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example"

// aWhile is how long a part may take to get ready on a busy computer.
const aWhile = time.Minute

// need skips a test whose programs are absent, unless the tests are to run with all their parts.
func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err == nil {
			continue
		}
		if os.Getenv("TWOFOLD_TEST_PARTS") == "required" {
			t.Fatalf("%s is not installed", program)
		}
		t.Skipf("%s is not installed", program)
	}
}

// session is a system with the variables given and no others.
func session(pairs ...string) system {
	env := map[string]string{}
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	return system{
		os: "linux", getenv: func(name string) string { return env[name] }, lookPath: exec.LookPath,
		deadline: aWhile, patience: aWhile,
	}
}

// environ is the environment without what leads to the session of the person who runs the tests.
func environ(pairs ...string) []string {
	return append(session().environ(), pairs...)
}

// start runs a program until the test ends. It is told to end, so that it can remove what it keeps outside the test's
// folder, such as the lock of a display.
func start(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	var talk bounded
	talk.most = maxTalk
	if cmd.Stderr == nil {
		cmd.Stderr = &talk
	}
	cmd.WaitDelay = 5 * time.Second
	if cmd.SysProcAttr == nil {
		inGroup(cmd)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", cmd.Path, err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		endGroup(cmd)
		if t.Failed() {
			t.Logf("%s said: %s", filepath.Base(cmd.Path), oneLine(talk.kept.String()))
		}
	})
}

func command(program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.Background(), program, args...)
	cmd.Env = environ()
	return cmd
}

// eventually asks until the answer is yes.
func eventually(t *testing.T, what string, ready func() bool) {
	t.Helper()
	for end := time.Now().Add(aWhile); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if ready() {
			return
		}
	}
	t.Fatalf("%s: not within %s", what, aWhile)
}

// tempDir has a short name, which those of sockets need, and is removed at last even if something writes on.
func tempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "twofold-capture-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for range 50 {
			if os.RemoveAll(dir) == nil {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
	})
	return dir
}

// startXvfb returns the name of an X11 display that nobody sees, of so many bits a pixel.
func startXvfb(t *testing.T, depth int) string {
	t.Helper()
	need(t, "Xvfb")
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	// Without -noreset it forgets its monitors when the last program leaves.
	cmd := command("Xvfb", "-displayfd", "3", "-screen", "0", "1400x900x"+strconv.Itoa(depth), "-nolisten", "tcp", "-noreset")
	cmd.ExtraFiles = []*os.File{in}
	start(t, cmd)
	in.Close()
	number, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb did not say its display: %v", err)
	}
	return ":" + strings.TrimSpace(number)
}

// startChromium shows a page with the code of a text, at a place of the screen.
func startChromium(t *testing.T, text, position, size string, env []string, flags ...string) {
	t.Helper()
	need(t, "chromium")
	symbol, err := qr.Encode(text)
	if err != nil {
		t.Fatal(err)
	}
	dir := tempDir(t)
	page := filepath.Join(dir, "page.html")
	html := `<!doctype html><title>Set up</title><body style="font: 16px sans-serif; margin: 2em">` +
		`<h1>Set up your authenticator app</h1><p>Scan this code.</p><div style="width: 240px">` + string(symbol.SVG()) + `</div>`
	if err := os.WriteFile(page, []byte(html), 0o600); err != nil {
		t.Fatal(err)
	}
	args := append([]string{
		"--no-sandbox", "--user-data-dir=" + filepath.Join(dir, "profile"), "--no-first-run", "--disable-gpu", "--disable-quic",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--password-store=basic",
		"--window-position=" + position, "--window-size=" + size, "--app=file://" + page,
	}, flags...)
	cmd := command("chromium", args...)
	cmd.Env = append(cmd.Env, "HOME="+dir)
	cmd.Env = append(cmd.Env, env...)
	start(t, cmd)
}

// startBus returns the address of a bus with nobody on it, and nobody it could start, and its process.
func startBus(t *testing.T) (string, *os.Process) {
	t.Helper()
	need(t, "dbus-daemon")
	dir := tempDir(t)
	config := filepath.Join(dir, "bus.conf")
	err := os.WriteFile(config, []byte(`<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=`+filepath.Join(dir, "bus")+`</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	cmd := command("dbus-daemon", "--config-file="+config, "--nofork", "--print-address")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	start(t, cmd)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("dbus-daemon did not say its address: %v", err)
	}
	return strings.TrimSpace(line), cmd.Process
}

// pngOf is a picture of the code of a text.
func pngOf(t *testing.T, text string) []byte {
	t.Helper()
	symbol, err := qr.Encode(text)
	if err != nil {
		t.Fatal(err)
	}
	data, err := symbol.PNG(6)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// blackPNG is a picture without anything on it.
func blackPNG(t *testing.T, width, height int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// shows says whether a picture has the code of this text, and no other.
func shows(p Picture, text string) bool {
	found, err := qr.DecodeImage(p.Image)
	return err == nil && len(found) == 1 && found[0].Text == text
}

// wantUnavailable checks that something is said not to work, because of all this.
func wantUnavailable(t *testing.T, err error, why ...string) {
	t.Helper()
	var u *Unavailable
	if !errors.As(err, &u) {
		t.Fatalf("%v, want an Unavailable", err)
	}
	for _, part := range why {
		if !strings.Contains(u.Why, part) {
			t.Errorf("it is because %q; %q is missing", u.Why, part)
		}
	}
	if len(u.Instead) == 0 {
		t.Errorf("%v: nothing is named instead", err)
	}
}
