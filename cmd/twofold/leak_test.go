//go:build linux

package main

import (
	"encoding/base32"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestNothingLeaks runs a day's commands with a marked secret and a marked passphrase under strace, and looks for both in
// everything that is written: files, sockets, the terminal, arguments and environments of other programs, errors, and
// what lies about afterwards. A secret may go to the keyring's bus, and to the standard output of "show".
func TestNothingLeaks(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a while")
	}
	need(t, "strace", "qrencode")
	program := buildProgram(t)
	for _, kind := range []string{"file", "keyring"} {
		t.Run(kind, func(t *testing.T) {
			d := newDay(t, program, kind)
			d.addAll(t)
			d.use(t)
			d.trouble(t)
			d.interfaceByPaste(t)
			for _, top := range d.tops() {
				if n := searchTree(t, top, d.needles); n == 0 {
					t.Errorf("no file was looked at in %s", top)
				}
			}
			if d.allowed == 0 {
				t.Error("the secret was not even seen where it may be: the search does not work")
			}
			leaked := "nothing"
			if t.Failed() {
				leaked = "see above"
			}
			tell(t, "leaks, %s vault: %d commands, %d system calls and %d bytes looked at, leaked: %s",
				kind, d.commands, d.calls, d.bytes, leaked)
		})
	}
}

// watchedDay is a stand under scrutiny.
type watchedDay struct {
	*stand
	secret  string // in base32
	outside string // what the test itself keeps: passphrase file, picture, traces
	needles []needle

	commands, calls, bytes, allowed int
}

// markedPassphrase and its wrong one are looked for too.
const (
	markedPassphrase = "Xq7-marked-passphrase-Zw3"
	wrongPassphrase  = "Qx8-another-passphrase-Wz4"
)

func newDay(t *testing.T, program, kind string) *watchedDay {
	t.Helper()
	d := &watchedDay{stand: newStand(t, program, kind), outside: t.TempDir()}
	raw := []byte{0x9c, 0xe1, 0x07, 0xfa, 0x3b, 0xd2, 0x58, 0x86, 0xb4, 0x19, 0xc7, 0x6d, 0xa0, 0x95, 0xee, 0x21, 0x73, 0x4f, 0x8a, 0xd6}
	d.secret = base32.StdEncoding.EncodeToString(raw)
	d.needles = slices.Concat(needlesOf("the secret", raw), needlesOf("the passphrase", []byte(markedPassphrase)),
		needlesOf("the wrong passphrase", []byte(wrongPassphrase)))
	d.passphrase = markedPassphrase
	d.keep(t, "passphrase", markedPassphrase+"\n")
	d.keep(t, "wrong", wrongPassphrase+"\n")
	d.setenv("TWOFOLD_PASSPHRASE_FILE", filepath.Join(d.outside, "passphrase"))
	if err := os.Remove(filepath.Join(d.top, "passphrase")); err != nil && kind == "file" {
		t.Fatal(err)
	}
	tmp := filepath.Join(d.top, "tmp")
	if err := os.Mkdir(tmp, 0o700); err != nil {
		t.Fatal(err)
	}
	d.setenv("TMPDIR", tmp)
	return d
}

func (d *watchedDay) keep(t *testing.T, name, text string) string {
	t.Helper()
	name = filepath.Join(d.outside, name)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// tops are the folders that the program and the keyring keep things in.
func (d *watchedDay) tops() []string {
	if d.keyring == nil {
		return []string{d.top}
	}
	return []string{d.top, d.getenv("HOME")}
}

func (d *watchedDay) link(issuer string) string {
	return fmt.Sprintf("otpauth://totp/%s:ada@example.com?secret=%s&issuer=%s", issuer, d.secret, issuer)
}

// scrutiny are the system calls by which something leaves a process.
const scrutiny = "execve,execveat,write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,sendmmsg,openat,creat,connect,mkdirat," +
	"symlinkat,linkat,renameat,renameat2,setxattr,memfd_create,prctl"

// strace is the command to run the program under, and the file that the trace goes into.
func (d *watchedDay) strace(more ...string) (words []string, name string) {
	d.commands++
	name = filepath.Join(d.outside, fmt.Sprintf("trace-%d", d.commands))
	return append([]string{"strace", "-f", "-v", "-xx", "-s", "1048576", "-e", "trace=" + scrutiny, "-o", name}, more...), name
}

// do runs a command that ends with a code, under scrutiny.
func (d *watchedDay) do(t *testing.T, code int, stdin string, args ...string) result {
	t.Helper()
	words, name := d.strace()
	return d.doUnder(t, words, name, code, stdin, args...)
}

func (d *watchedDay) doUnder(t *testing.T, words []string, name string, code int, stdin string, args ...string) result {
	t.Helper()
	under := *d.stand
	under.under = words
	r := under.run(t, stdin, args...)
	if r.code != code {
		t.Errorf("twofold %s: exit code %d instead of %d: %s", strings.Join(args, " "), r.code, code, r.talk)
	}
	d.scrutinize(t, name, args)
	mayShow := args[0] == "show"
	for _, what := range find([]byte(r.talk), d.needles) {
		t.Errorf("twofold %s: %s is in what it says", strings.Join(args, " "), what)
	}
	for _, what := range find([]byte(r.out), d.needles) {
		if mayShow && strings.HasPrefix(what, "the secret in base32") {
			continue
		}
		t.Errorf("twofold %s: %s is on standard output", strings.Join(args, " "), what)
	}
	return r
}

// scrutinize looks through a trace.
func (d *watchedDay) scrutinize(t *testing.T, name string, args []string) {
	t.Helper()
	bus := map[int]bool{} // descriptors of the keyring's bus
	for _, call := range readTrace(t, name) {
		d.calls++
		d.bytes += len(call.arguments)
		if call.call == "connect" {
			bus[call.fd] = d.keyring != nil && strings.Contains(call.arguments, d.busPath())
		}
		found := find([]byte(call.arguments), d.needles)
		for _, what := range found {
			isSecret := strings.HasPrefix(what, "the secret")
			switch {
			case isSecret && bus[call.fd] && (strings.HasPrefix(call.call, "send") || strings.HasPrefix(call.call, "write")):
				d.allowed++
			case isSecret && call.call == "write" && call.fd == 1 && args[0] == "show":
				d.allowed++
			default:
				t.Errorf("twofold %s: %s is in %s(%.120q)", strings.Join(args, " "), what, call.call, call.arguments)
			}
		}
	}
}

// busPath is the socket of the keyring's bus.
func (d *watchedDay) busPath() string {
	path := strings.TrimPrefix(d.getenv("DBUS_SESSION_BUS_ADDRESS"), "unix:path=")
	path, _, _ = strings.Cut(path, ",")
	return path
}
