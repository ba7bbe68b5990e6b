package vault

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"twofold/vault/keyringtest"
)

// theKeyring is one for the whole test binary, as go-keyring keeps its first
// connection; nil where its programs are missing.
var theKeyring *keyringtest.Keyring

func TestMain(m *testing.M) {
	if dir := os.Getenv("TWOFOLD_TEST_ADD_TO"); dir != "" {
		os.Exit(addAsProcess(dir))
	}
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	if len(keyringtest.Missing()) == 0 {
		k, err := keyringtest.Start()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer k.Stop()
		if err := k.Setenv(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		theKeyring = k
	}
	return m.Run()
}

// need skips a test whose program is missing, and names it. Where all parts are
// required it fails.
func need(t testing.TB, programs ...string) {
	t.Helper()
	var missing []string
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			missing = append(missing, p)
		}
	}
	if len(missing) == 0 {
		return
	}
	if os.Getenv("TWOFOLD_TEST_PARTS") == "required" {
		t.Fatalf("missing: %s", strings.Join(missing, ", "))
	}
	t.Skipf("missing: %s", strings.Join(missing, ", "))
}

func needKeyring(t testing.TB) {
	t.Helper()
	need(t, "dbus-daemon", "gnome-keyring-daemon")
}

// The secret of RFC 4226 appendix D and RFC 6238 appendix B.
const rfcSecret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

const testPatience = time.Minute

const testPassphrase = "a made-up passphrase"

func mustParse(t testing.TB, uri string) Key {
	t.Helper()
	k, err := ParseKeyURI(uri)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func aKey(t testing.TB, issuer, label string) Key {
	t.Helper()
	k := mustParse(t, "otpauth://totp/x?secret="+rfcSecret)
	k.Issuer, k.Label = issuer, label
	return k
}

func theTime() time.Time { return time.Date(2026, 7, 13, 12, 0, 0, 0, time.UTC) }

func passphrase(text string) func(context.Context, Ask) (Secret, error) {
	return func(context.Context, Ask) (Secret, error) { return NewSecret([]byte(text)) }
}

// place is somewhere a vault can be opened again and again.
type place struct {
	name  string
	dir   string
	open  func(t testing.TB) *Vault
	disk  bool
	again bool // another open sees the same vault
}

func fileOptions(dir string) Options {
	return Options{Dir: dir, Kind: KindFile, Passphrase: passphrase(testPassphrase), Now: theTime}
}

func mustOpen(t testing.TB, o Options) *Vault {
	t.Helper()
	v, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	v.work = 4 // a test does not wait for scrypt; TestScryptCost looks at the real one
	t.Cleanup(func() { _ = v.Close() })
	return v
}

// everyKind runs a test over the file vault, the keyring vault on a real
// gnome-keyring, and the throwaway one.
func everyKind(t *testing.T, test func(t *testing.T, p place)) {
	t.Run("file", func(t *testing.T) {
		dir := t.TempDir() + "/vault"
		test(t, place{name: "file", dir: dir, disk: true, again: true, open: func(t testing.TB) *Vault {
			return mustOpen(t, fileOptions(dir))
		}})
	})
	t.Run("keyring", func(t *testing.T) {
		needKeyring(t)
		dir := t.TempDir() + "/vault"
		test(t, place{name: "keyring", dir: dir, disk: true, again: true, open: func(t testing.TB) *Vault {
			return mustOpen(t, Options{Dir: dir, Kind: KindKeyring, Now: theTime, patience: testPatience})
		}})
	})
	t.Run("throwaway", func(t *testing.T) {
		v := Throwaway(Options{Now: theTime})
		t.Cleanup(func() { _ = v.Close() })
		test(t, place{name: "throwaway", open: func(testing.TB) *Vault { return v }})
	})
}

// tell logs a line of a test's outcome, and appends it to the file that make
// test prints at its end.
func tell(t testing.TB, line string) {
	t.Helper()
	t.Log(line)
	name := os.Getenv("TWOFOLD_TEST_REPORT")
	if name == "" {
		return
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := fmt.Fprintln(f, line); err != nil {
		t.Fatal(err)
	}
}
