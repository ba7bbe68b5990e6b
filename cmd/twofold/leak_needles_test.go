//go:build linux

package main

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"twofold/vault"
)

// needle is a form in which a marked text could leak. All are looked for in lower case.
type needle struct {
	what string
	text []byte
}

// needlesOf are the forms of some bytes: as they are, and as base32, hex and base64 write them, on their own or in the
// middle of something longer.
func needlesOf(what string, raw []byte) []needle {
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
	all := []needle{
		{what + ", raw", raw},
		{what + " in base32", []byte(text)},
		{what + " in base32, in blocks of four", []byte(vault.Grouped(text)[:19])},
		{what + " in hex", []byte(hex.EncodeToString(raw))},
	}
	for shift := range 3 {
		encoded := base64.StdEncoding.EncodeToString(append(make([]byte, shift), raw...))
		// What touches the bytes before and behind is not ours.
		all = append(all, needle{what + " in base64", []byte(encoded[(shift*8+5)/6 : (len(raw)+shift)/3*4])})
	}
	for i := range all {
		all[i].text = bytes.ToLower(all[i].text)
	}
	return all
}

// find names the needles in a text.
func find(in []byte, needles []needle) (found []string) {
	in = bytes.ToLower(in)
	for _, n := range needles {
		if bytes.Contains(in, n.text) {
			found = append(found, n.what)
		}
	}
	return found
}

// traced is a system call that strace saw, with its strings decoded.
type traced struct {
	call, arguments string
	fd              int // the first argument, -1 when it is none
}

var (
	tracedLine = regexp.MustCompile(`^(\d+) +(\w+)\((.*)`)
	hexEscape  = regexp.MustCompile(`\\x[0-9a-f]{2}`)
	firstFD    = regexp.MustCompile(`^(\d+)`)
)

// readTrace reads what strace -f -xx has written.
func readTrace(t testing.TB, name string) []traced {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var all []traced
	for line := range strings.Lines(string(b)) {
		parts := tracedLine.FindStringSubmatch(line)
		if parts == nil {
			continue
		}
		call := traced{call: parts[2], fd: -1}
		call.arguments = hexEscape.ReplaceAllStringFunc(parts[3], func(escape string) string {
			n, err := strconv.ParseUint(escape[2:], 16, 8)
			if err != nil {
				t.Fatal(err)
			}
			return string([]byte{byte(n)})
		})
		if fd := firstFD.FindString(parts[3]); fd != "" {
			call.fd, _ = strconv.Atoi(fd)
		}
		all = append(all, call)
	}
	return all
}

// searchTree looks into every file below a folder.
func searchTree(t testing.TB, top string, needles []needle) (files int) {
	t.Helper()
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, what := range find(append(b, path...), needles) {
			t.Errorf("%s is in %s", what, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestTheNeedlesAreFound holds that the search itself would find a leak.
func TestTheNeedlesAreFound(t *testing.T) {
	secret := []byte("\x01\x92 any twenty byte")
	needles := needlesOf("the secret", secret)
	text := base32.StdEncoding.EncodeToString(secret)
	for _, leak := range []string{
		"raw " + string(secret), text, strings.ToLower(text), vault.Grouped(text), hex.EncodeToString(secret),
		strings.ToUpper(hex.EncodeToString(secret)), base64.StdEncoding.EncodeToString(secret),
		base64.StdEncoding.EncodeToString(append([]byte("a"), secret...)),
		base64.StdEncoding.EncodeToString(append([]byte("ab"), append(secret, "behind"...)...)),
	} {
		if len(find([]byte("before "+leak+" behind"), needles)) == 0 {
			t.Errorf("not found: %q", leak)
		}
	}
	if found := find([]byte("nothing of the kind"), needles); found != nil {
		t.Errorf("found %v", found)
	}
}
