//go:build linux

package main

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"twofold/qr"
)

// TestScanReadsTheClipboardOfX11 copies a picture, a link and nothing of use on a real display.
func TestScanReadsTheClipboardOfX11(t *testing.T) {
	need(t, "Xvfb", "xclip")
	s := newStand(t, buildProgram(t), "file")
	s.setenv("DISPLAY", startDisplay(t))
	s.setenv("XDG_SESSION_TYPE", "x11")
	const link = "otpauth://totp/KOR:ada?issuer=KOR&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	symbol, err := qr.Encode(link)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := symbol.PNG(6)
	if err != nil {
		t.Fatal(err)
	}
	s.copies(t, "image/png", string(picture))
	r := s.run(t, "", "scan", "--clipboard")
	if r.code != 0 || !strings.Contains(r.talk, "Found in the clipboard, filling the picture") || !strings.Contains(r.talk, "Added KOR:ada.") {
		t.Errorf("a picture: %v", r)
	}
	s.copies(t, "UTF8_STRING", link+"\n")
	r = s.run(t, "", "scan", "--clipboard")
	if r.code != 0 || !strings.Contains(r.talk, "KOR:ada is there already.") {
		t.Errorf("a link: %v", r)
	}
	file := filepath.Join(s.top, "a b.png")
	if err := os.WriteFile(file, picture, 0o600); err != nil {
		t.Fatal(err)
	}
	s.copies(t, "UTF8_STRING", "file://"+strings.ReplaceAll(file, " ", "%20"))
	if r = s.run(t, "", "scan", "--clipboard", "--raw"); r.out != link+"\n" {
		t.Errorf("a file's address: %v", r)
	}
	address := "file://" + strings.ReplaceAll(file, " ", "%20")
	for name, text := range map[string]string{
		"a path": file, "words before": "text: " + link, "a folder's address": "file://" + s.top, "several": "file:///nowhere.png\n" + address + "\n" + address,
	} {
		s.copies(t, "UTF8_STRING", text)
		if r = s.run(t, "", "scan", "--clipboard", "--raw"); !strings.HasPrefix(r.out, link+"\n") {
			t.Errorf("%s: %v", name, r)
		}
	}
	s.copies(t, "UTF8_STRING", "file:///dev/zero")
	if r = s.run(t, "", "scan", "--clipboard"); r.code != 1 || !strings.Contains(r.talk, "neither a file nor a folder") {
		t.Errorf("a device: %v", r)
	}
	s.copies(t, "UTF8_STRING", "just words")
	if r = s.run(t, "", "scan", "--clipboard"); r.code != exitNoCode || !strings.Contains(r.talk, "neither a picture nor a link") {
		t.Errorf("words: %v", r)
	}
}

// copies puts something into the clipboard, which xclip holds in the background until the display ends.
func (s *stand) copies(t *testing.T, kind, what string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "xclip", "-selection", "clipboard", "-t", kind, "-i")
	cmd.Env, cmd.Stdin = s.environ, strings.NewReader(what)
	if err := cmd.Run(); err != nil {
		t.Fatalf("xclip: %v", err)
	}
}

// startDisplay is an X11 display that nobody sees, until the test ends.
func startDisplay(t *testing.T) string {
	t.Helper()
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "Xvfb", "-displayfd", "3", "-screen", "0", "800x600x24", "-nolisten", "tcp", "-noreset")
	cmd.ExtraFiles = []*os.File{in}
	if err := cmd.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = cmd.Wait() })
	in.Close()
	number, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb: %v", err)
	}
	return ":" + strings.TrimSpace(number)
}
