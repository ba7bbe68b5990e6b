//go:build linux

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// addAll is the first start, and every way in but the interface.
func (d *watchedDay) addAll(t *testing.T) {
	d.do(t, 0, "", "vault", "status")
	d.do(t, 0, d.link("Pipe")+"\n", "add")
	d.cheapen(t)
	d.do(t, 0, d.link("Pipe")+"\n", "add") // is there already
	d.do(t, 0, strings.ToLower(d.secret)+"\n", "add", "--issuer", "Bare", "--label", "ada")
	d.do(t, 0, strings.Replace(d.link("Counter"), "totp", "hotp", 1)+"&counter=0\n", "add")
	picture := filepath.Join(d.outside, "picture.png")
	draw := exec.CommandContext(t.Context(), "qrencode", "-o", picture)
	draw.Stdin = strings.NewReader(d.link("Picture"))
	if out, err := draw.CombinedOutput(); err != nil {
		t.Fatalf("qrencode: %v: %s", err, out)
	}
	d.do(t, 0, "", "scan", picture)
	// Mistakes are named without what they were made in.
	for _, line := range []string{
		d.link("Wrong") + "&digits=99", "otpauth://totp/Wrong?secret=" + d.secret + "!", d.secret + "1",
		"https://example.com/?secret=" + d.secret, "otpauth://other/Wrong?secret=" + d.secret, "otpauth-migration://" + d.secret,
	} {
		d.do(t, exitBadFile, line+"\n", "add", "--issuer", "Wrong")
	}
}

// use is what one does with accounts.
func (d *watchedDay) use(t *testing.T) {
	d.do(t, 0, "", "list")
	d.do(t, 0, "", "list", "--json")
	d.do(t, 0, "", "code", "pipe")
	d.do(t, 0, "", "code", "--json")
	d.do(t, 0, "", "code", "counter")
	d.copyCode(t)
	d.do(t, 0, "", "show", "pipe", "--yes")
	d.do(t, 0, "", "show", "pipe", "--uri", "--yes")
	d.do(t, 0, "", "show", "pipe", "--qr", "--yes")
	d.do(t, exitUsage, "", "show", "pipe")
	d.do(t, 0, "", "edit", "pipe", "--label", "other", "--note", "a note")
	d.do(t, exitUsage, "", "edit", "pipe", "--digits", "99", "--yes")
	d.do(t, 0, "", "tag", "pipe", "work")
	d.do(t, 0, "", "pin", "pipe")
	d.do(t, 0, "", "remove", "bare", "--yes")
	d.do(t, 0, "", "trash")
	d.do(t, 0, "", "trash", "--json")
	d.do(t, 0, "", "restore", "bare")
	d.do(t, 0, "", "remove", "bare", "--yes")
	d.do(t, 0, "", "trash", "--empty", "--yes")
	d.do(t, 0, "", "vault", "status", "--json")
	d.do(t, 0, "", "demo", "--auto")
	d.do(t, exitNotOne, "", "code", "nothing of the kind")
}

// copyCode copies with a tool that takes its input and keeps nothing. The program that clears the clipboard later is not
// followed: it gets a hash, by a pipe that is in the trace.
func (d *watchedDay) copyCode(t *testing.T) {
	bin := filepath.Join(d.outside, "bin")
	if err := os.MkdirAll(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"wl-copy", "wl-paste"} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\nexec cat >/dev/null </dev/null\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	path := d.getenv("PATH")
	d.setenv("PATH", bin+":"+path)
	d.setenv("WAYLAND_DISPLAY", "none")
	words, name := d.strace("-b", "execve")
	d.doUnder(t, words, name, 0, "", "code", "pipe", "--copy")
	d.setenv("PATH", path)
	d.setenv("WAYLAND_DISPLAY", "")
}

// trouble is a wrong passphrase and a damaged file.
func (d *watchedDay) trouble(t *testing.T) {
	if d.kind == "file" {
		d.do(t, exitNoVault, "", "list", "--passphrase-file", filepath.Join(d.outside, "wrong"))
		d.do(t, exitNoVault, "", "vault", "status", "--passphrase-file", filepath.Join(d.outside, "wrong"))
	}
	for _, name := range []string{"accounts.age", "index.age"} {
		name = filepath.Join(d.vaultDir(), name)
		whole, err := os.ReadFile(name)
		if err != nil {
			continue // of the other kind
		}
		broken := bytes.Clone(whole)
		broken[len(broken)/2] ^= 1
		for _, b := range [][]byte{broken, whole[:len(whole)/2], nil} {
			if err := os.WriteFile(name, b, 0o600); err != nil {
				t.Fatal(err)
			}
			d.do(t, exitBadFile, "", "list")
			d.do(t, exitBadFile, d.link("More")+"\n", "add")
		}
		if err := os.WriteFile(name, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d.do(t, 0, "", "list")
	if d.kind == "file" {
		d.typePassphrase(t)
	}
}

// typePassphrase answers the question for it in a terminal, wrongly at first.
func (d *watchedDay) typePassphrase(t *testing.T) {
	file := d.getenv("TWOFOLD_PASSPHRASE_FILE")
	d.setenv("TWOFOLD_PASSPHRASE_FILE", "")
	defer d.setenv("TWOFOLD_PASSPHRASE_FILE", file)
	words, name := d.strace()
	term := startWordsInTerminal(t, append(words, d.program, "list"), d.environ...)
	term.waitFor("Passphrase of the vault:")
	term.press(wrongPassphrase + "\r")
	term.waitFor("Try again.")
	term.press(markedPassphrase + "\r")
	if err := term.wait(); err != nil {
		t.Errorf("list in a terminal: %v", err)
	}
	for _, what := range find([]byte(term.everything()), d.needles) {
		t.Errorf("list in a terminal: %s was written to it", what)
	}
	d.scrutinize(t, name, []string{"list, in a terminal"})
}

// interfaceByPaste starts the interface for the first time, in a terminal, and pastes the link.
func (d *watchedDay) interfaceByPaste(t *testing.T) {
	home := d.getenv("TWOFOLD_HOME")
	d.setenv("TWOFOLD_HOME", filepath.Join(d.top, "interface"))
	defer d.setenv("TWOFOLD_HOME", home)
	words, name := d.strace()
	term := startWordsInTerminal(t, append(words, d.program), d.environ...)
	term.waitFor("Welcome to Twofold")
	term.paste(d.link("Pasted"))
	term.waitFor("Pasted")
	term.press("\r")
	term.waitFor("1 account")
	term.press("\r")
	term.waitForClipboard()
	term.press("q")
	if err := term.wait(); err != nil {
		t.Errorf("the interface: %v", err)
	}
	for _, what := range find([]byte(term.everything()), d.needles) {
		t.Errorf("the interface: %s was written to the terminal", what)
	}
	d.scrutinize(t, name, []string{"(the interface)"})
}
