package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What one code costs from the shell with 1,000 accounts, beside other programs that this computer has: each is the whole
// process, as a person's script runs it. A program that is missing is skipped by name. docs/performance.md has the
// figures, and says what each of the others does with its secrets.

const manyAccounts = 1000

// many are otpauth links, a line each.
func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "otpauth://totp/Issuer%%20%d:user-%d@example.com?issuer=Issuer%%20%d&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n", i, i, i)
	}
	return b.String()
}

// timed runs a command again and again and reports its CPU time, its children's included.
func timed(b *testing.B, environ []string, stdin string, name string, args ...string) {
	b.Helper()
	if _, err := exec.LookPath(name); err != nil {
		b.Skipf("%s is missing", name)
	}
	var used time.Duration
	for b.Loop() {
		cmd := exec.CommandContext(b.Context(), name, args...)
		cmd.Env, cmd.Stdin = environ, strings.NewReader(stdin)
		out, err := cmd.Output()
		if err != nil {
			b.Fatalf("%s: %v %s", name, err, out)
		}
		used += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	b.ReportMetric(float64(used.Microseconds())/1000/float64(b.N), "cpu-ms/op")
}

func BenchmarkCodeOf1000(b *testing.B) {
	program := buildProgram(b)
	for _, kind := range []string{"keyring", "keyed-file", "file"} {
		b.Run("twofold,"+kind, func(b *testing.B) {
			from := kind
			if kind == "keyed-file" {
				from = "keyring"
			}
			s := newStand(b, program, from)
			fill := exec.CommandContext(b.Context(), program, "add")
			fill.Env, fill.Stdin = s.environ, strings.NewReader(many(manyAccounts))
			if out, err := fill.CombinedOutput(); err != nil {
				b.Fatalf("%v\n%s", err, out)
			}
			environ := s.environ
			if kind != from {
				move := exec.CommandContext(b.Context(), program, "vault", "move", kind)
				move.Env = environ
				if out, err := move.CombinedOutput(); err != nil {
					b.Fatalf("%v\n%s", err, out)
				}
				environ = append(environ, "TWOFOLD_VAULT="+kind)
			}
			timed(b, environ, "", program, "code", "Issuer 500:user-500@example.com")
		})
	}
	b.Run("oathtool,no-store", func(b *testing.B) {
		timed(b, os.Environ(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n", "oathtool", "--totp", "-b", "-")
	})
	b.Run("secret-tool,keyring", secretTool)
	b.Run("keepassxc-cli,kdbx", keePassXC)
	b.Run("pass-otp,gpg", passOTP)
}

// secretTool fetches one item, without computing a code: the floor of what a keyring costs.
func secretTool(b *testing.B) {
	s := newStand(b, "", "keyring")
	for n := range manyAccounts {
		store := exec.CommandContext(b.Context(), "secret-tool", "store", "--label=x", "service", "peer", "username", fmt.Sprint(n))
		store.Env, store.Stdin = s.environ, strings.NewReader("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
		if out, err := store.CombinedOutput(); err != nil {
			b.Skipf("secret-tool: %v %s", err, out)
		}
	}
	timed(b, s.environ, "", "secret-tool", "lookup", "service", "peer", "username", "500")
}

// keePassXC is a database of 1,000 entries with the work factor that its importer picks for 100 ms.
func keePassXC(b *testing.B) {
	dir := b.TempDir()
	var x strings.Builder
	x.WriteString(`<KeePassFile><Meta></Meta><Root><Group><UUID>ABEiM0RVZneImaq7zN3u/w==</UUID><Name>Root</Name>`)
	for n := range manyAccounts {
		fmt.Fprintf(&x, `<Entry><UUID>%s</UUID><String><Key>Title</Key><Value>e%d</Value></String><String><Key>otp</Key><Value>otpauth://totp/e%d?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ</Value></String></Entry>`,
			uuidOf(n), n, n)
	}
	x.WriteString(`</Group></Root></KeePassFile>`)
	source, database := filepath.Join(dir, "in.xml"), filepath.Join(dir, "db.kdbx")
	if err := os.WriteFile(source, []byte(x.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	environ := append(os.Environ(), "HOME="+dir, "QT_QPA_PLATFORM=offscreen")
	load := exec.CommandContext(b.Context(), "keepassxc-cli", "import", "--quiet", "--decryption-time", "100", "--set-password", source, database)
	load.Env, load.Stdin = environ, strings.NewReader("a\na\n")
	if out, err := load.CombinedOutput(); err != nil {
		b.Skipf("keepassxc-cli: %v %s", err, out)
	}
	timed(b, environ, "a\n", "keepassxc-cli", "show", "--quiet", "--totp", database, "e500")
}

func uuidOf(n int) string { return fmt.Sprintf("ABEiM0RVZneImao%04dA/w==", n)[:22] + "==" }

// passOTP is one file of GnuPG an account, so the number of accounts does not matter. The key has no passphrase, and the
// agent runs already.
func passOTP(b *testing.B) {
	for _, name := range []string{"pass", "gpg", "oathtool"} {
		if _, err := exec.LookPath(name); err != nil {
			b.Skipf("%s is missing", name)
		}
	}
	dir, err := os.MkdirTemp("", "twofold-pass-") // the agent's socket wants a short name
	if err != nil {
		b.Fatal(err)
	}
	environ := append(os.Environ(), "HOME="+dir, "GNUPGHOME="+dir, "PASSWORD_STORE_DIR="+filepath.Join(dir, "store"))
	b.Cleanup(func() {
		kill := exec.Command("gpgconf", "--kill", "all") //nolint:noctx // after the benchmark's own context
		kill.Env = environ
		_ = kill.Run()
		_ = os.RemoveAll(dir)
	})
	for _, step := range [][]string{
		{"gpg", "--batch", "--passphrase", "", "--quick-gen-key", "peer", "default", "default"},
		{"pass", "init", "peer"},
		{"pass", "otp", "insert", "one"},
	} {
		cmd := exec.CommandContext(b.Context(), step[0], step[1:]...)
		cmd.Env, cmd.Stdin = environ, strings.NewReader("otpauth://totp/one?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n")
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Skipf("%s: %v %s", step[0], err, out)
		}
	}
	timed(b, environ, "", "pass", "otp", "one")
}
