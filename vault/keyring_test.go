//go:build linux

package vault

import (
	"bufio"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"twofold/vault/keyringtest"
)

func keyringOptions(dir string) Options {
	return Options{Dir: dir, Kind: KindKeyring, Now: theTime, patience: testPatience}
}

// aKeyringVault makes one with one account on the real keyring.
func aKeyringVault(t testing.TB) (*Vault, Account) {
	t.Helper()
	needKeyring(t)
	v := mustOpen(t, keyringOptions(filepath.Join(t.TempDir(), "vault")))
	a, err := v.Add(t.Context(), aKey(t, "A & Co", "me"))
	if err != nil {
		t.Fatal(err)
	}
	return v, a
}

func TestSecretToolShowsTheAccounts(t *testing.T) {
	need(t, "secret-tool")
	v, a := aKeyringVault(t)
	search := exec.CommandContext(t.Context(), "secret-tool", "search", "--all", "service", "twofold")
	out, err := search.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	k, err := v.Key(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), "secret = "+k.RevealURI()) {
		t.Errorf("secret-tool does not show the account: %s", out)
	}
	out, err = exec.CommandContext(t.Context(), "secret-tool", "lookup", "service", "twofold", "username", a.ID).Output()
	if err != nil || string(out) != k.RevealURI() {
		t.Errorf("%v: %s", err, out)
	}
	// No secret is in the index, nor in any label or attribute.
	v.most = 1
	if _, err := v.Add(t.Context(), aKey(t, "B", "me")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{indexName, recentName} {
		sealed, err := v.files.read(name)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := unseal(sealed, v.key)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(plain), rfcSecret) || strings.Contains(string(plain), "otpauth") {
			t.Errorf("%s holds a secret", name)
		}
	}
}

func TestAgeOpensTheIndexWithTheKeyItem(t *testing.T) {
	need(t, "secret-tool", "age")
	v, _ := aKeyringVault(t)
	key, err := exec.CommandContext(t.Context(), "secret-tool", "lookup", "service", "twofold", "username", indexUser(v.head.ID)).Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(key), "# folder: "+v.Dir()+"\n") {
		t.Error("the key does not name its folder")
	}
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, key, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "age", "-d", "-i", path, filepath.Join(v.Dir(), indexName)).CombinedOutput()
	if err != nil || !strings.Contains(string(out), `"issuer":"A & Co"`) {
		t.Errorf("%v: %s", err, out)
	}
}

// setBus makes another bus the one of this process, for the test.
func setBus(t testing.TB, k *keyringtest.Keyring) {
	t.Helper()
	for _, pair := range k.Environ() {
		if address, ok := strings.CutPrefix(pair, "DBUS_SESSION_BUS_ADDRESS="); ok {
			t.(interface{ Setenv(string, string) }).Setenv("DBUS_SESSION_BUS_ADDRESS", address)
			return
		}
	}
	t.Fatal("no bus")
}

func aBus(t testing.TB) *keyringtest.Keyring {
	t.Helper()
	needKeyring(t)
	k, err := keyringtest.StartBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Stop)
	return k
}

const keyringPassword = "a made-up password"

func anUnlockedKeyring(t testing.TB) *keyringtest.Keyring {
	t.Helper()
	k := aBus(t)
	if err := k.StartProvider(keyringPassword); err != nil {
		t.Fatal(err)
	}
	return k
}

func aLockedKeyring(t testing.TB) *keyringtest.Keyring {
	t.Helper()
	k := aBus(t)
	for _, password := range []string{"one", "another"} {
		k.StopProvider()
		if err := k.StartProvider(password); err != nil {
			t.Fatal(err)
		}
	}
	return k
}

func TestEachStateOfAKeyringIsToldApart(t *testing.T) {
	needKeyring(t)
	for name, c := range map[string]struct {
		make     func(t *testing.T)
		state    State
		reason   KeyringReason
		provider string
		auto     Kind // what is chosen where there is no vault yet
	}{
		"usable": {func(*testing.T) {}, StateUsable, "", "GNOME Keyring", KindKeyring},
		"no bus": {func(t *testing.T) {
			skipWithABus(t)
			t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
		}, StateAbsent, ReasonNoBus, "", KindFile},
		"dead bus": {func(t *testing.T) {
			k := aBus(t)
			setBus(t, k)
			k.Stop()
		}, StateUnreachable, ReasonDeadBus, "", KindFile},
		"frozen bus": {func(t *testing.T) {
			k := aBus(t)
			setBus(t, k)
			freeze(t, k.Bus())
		}, StateUnreachable, ReasonFrozenBus, "", KindFile},
		"no provider": {func(t *testing.T) { setBus(t, aBus(t)) }, StateAbsent, ReasonNoProvider, "", KindFile},
		"cannot be started": {func(t *testing.T) {
			k := aBus(t)
			if err := k.Install("/bin/false"); err != nil {
				t.Fatal(err)
			}
			setBus(t, k)
		}, StateUnreachable, ReasonNotStarted, "", KindFile},
		"another user's bus": {func(t *testing.T) {
			t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+aBusThatRefuses(t))
		}, StateUnreachable, ReasonForeignBus, "", KindFile},
		"no collection": {func(t *testing.T) {
			k := aBus(t)
			if err := k.StartBareProvider(); err != nil {
				t.Fatal(err)
			}
			setBus(t, k)
		}, StateAbsent, ReasonNoCollection, "GNOME Keyring", KindFile},
		"locked": {func(t *testing.T) { setBus(t, aLockedKeyring(t)) }, StateLocked, ReasonLockedNoPrompt, "GNOME Keyring", KindFile},
		"frozen provider": {func(t *testing.T) {
			k := aLockedKeyring(t)
			setBus(t, k)
			freeze(t, k.Provider())
		}, StateUnreachable, ReasonFrozenProvider, "GNOME Keyring", KindKeyring},
	} {
		t.Run(name, func(t *testing.T) {
			// Whoever tries to start a bus leaves a mark.
			bin, mark := t.TempDir(), filepath.Join(t.TempDir(), "mark")
			script := "#!/bin/sh\n: > '" + mark + "'\nexit 1\n"
			if err := os.WriteFile(filepath.Join(bin, "dbus-launch"), []byte(script), 0o700); err != nil {
				t.Fatal(err)
			}
			c.make(t)
			t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
			dir := filepath.Join(t.TempDir(), "vault")
			s, err := Inspect(t.Context(), dir, KindKeyring)
			if err != nil || s.Keyring.State != c.state || s.Keyring.Provider != c.provider {
				t.Errorf("%+v %v", s, err)
			}
			isReason(t, s.Keyring.Err, c.reason, c.provider)
			quickly(t, "Open", func() {
				_, err = Open(t.Context(), Options{Dir: dir, Kind: KindKeyring})
			})
			isReason(t, err, c.reason, c.provider)
			var trouble error // a file vault can always be made
			if c.auto == KindKeyring && c.reason != "" {
				trouble = c.reason.kind()
			}
			if s, err = Inspect(t.Context(), dir, KindAuto); err != nil || s.Kind != c.auto || s.Exists || !errors.Is(s.Err, trouble) {
				t.Errorf("auto: %+v %v", s, err)
			}
			if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
				t.Error("Inspect or Open made the folder")
			}
			if _, err := os.Stat(mark); err == nil {
				t.Error("a bus was started")
			}
		})
	}
}

// aBusThatRefuses knows nobody, as that of another user.
func aBusThatRefuses(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "twofold-bus-") // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "bus")
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	t.Cleanup(func() { _ = l.Close(); wait.Wait() })
	wait.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			lines := bufio.NewScanner(c)
			for lines.Scan() {
				_, _ = c.Write([]byte("REJECTED EXTERNAL\r\n"))
			}
			_ = c.Close()
		}
	})
	return path
}

// skipWithABus skips where godbus finds a bus also without an address.
func skipWithABus(t testing.TB) {
	t.Helper()
	run := filepath.Join("/run/user", strconv.Itoa(os.Getuid()))
	for _, name := range []string{"bus", "dbus-session"} {
		if _, err := os.Stat(filepath.Join(run, name)); err == nil {
			t.Skipf("there is a bus in %s", run)
		}
	}
}

// isReason holds an error against the reason it has to have; none for "".
func isReason(t testing.TB, err error, want KeyringReason, provider string) {
	t.Helper()
	if want == "" {
		if err != nil {
			t.Errorf("%v; want no error", err)
		}
		return
	}
	var e *KeyringError
	if !errors.As(err, &e) || e.Reason != want || e.Provider != provider || !errors.Is(err, want.kind()) {
		t.Errorf("%v; want %q of %q", err, want, provider)
	}
}

// quickly holds what it runs to the two seconds that an answer may take, and to
// five where the machine has other work.
func quickly(t testing.TB, what string, do func()) {
	t.Helper()
	began := time.Now()
	do()
	took := time.Since(began).Round(time.Millisecond)
	t.Logf("%s: %v", what, took)
	if took > 5*time.Second {
		t.Errorf("%s took %v", what, took)
	}
}

func freeze(t testing.TB, p *os.Process) {
	t.Helper()
	if err := p.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Signal(syscall.SIGCONT) })
}

// A keyring that is away is an error, the accounts stay known, and all is well
// once it is back.
func TestAnOpenVaultOutlivesItsKeyring(t *testing.T) {
	v, a := aKeyringVault(t)
	locked := aLockedKeyring(t)
	t.Run("away", func(t *testing.T) {
		setBus(t, locked)
		if _, err := v.Key(t.Context(), a.ID); !errors.Is(err, ErrLocked) {
			t.Error(err)
		}
		if _, err := v.Add(t.Context(), aKey(t, "B", "me")); !errors.Is(err, ErrLocked) {
			t.Error(err)
		}
		if n := len(v.Accounts()); n != 1 {
			t.Errorf("%d accounts", n)
		}
		for _, kind := range []Kind{KindAuto, KindKeyring} {
			if _, err := Open(t.Context(), Options{Dir: v.Dir(), Kind: kind}); !errors.Is(err, ErrLocked) {
				t.Errorf("%q: %v", kind, err)
			}
		}
	})
	if _, err := v.Key(t.Context(), a.ID); err != nil {
		t.Error(err)
	}
	if _, err := v.Add(t.Context(), aKey(t, "B", "me")); err != nil {
		t.Error(err)
	}
	if n := len(mustOpen(t, keyringOptions(v.Dir())).Accounts()); n != 2 {
		t.Errorf("%d accounts", n)
	}
}

func TestALostIndexIsNotAnEmptyVault(t *testing.T) {
	v, _ := aKeyringVault(t)
	if err := os.Remove(filepath.Join(v.Dir(), indexName)); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the index alone, then the whole folder
		for _, kind := range []Kind{KindAuto, KindKeyring} {
			if _, err := Open(t.Context(), Options{Dir: v.Dir(), Kind: kind}); !errors.Is(err, ErrIndexMissing) {
				t.Errorf("%q: %v", kind, err)
			}
			if s, err := Inspect(t.Context(), v.Dir(), kind); err != nil || !errors.Is(s.Err, ErrIndexMissing) {
				t.Errorf("%q: %+v %v", kind, s, err)
			}
		}
		if err := os.RemoveAll(v.Dir()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(v.Dir()); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the folder was made again")
	}
}

func TestAnItemThatIsGoneOrChangedIsNamed(t *testing.T) {
	v, a := aKeyringVault(t)
	other := aKey(t, "A & Co", "me")
	other.Secret, _ = ParseSecret("JBSWY3DPEHPK3PXP")
	if err := v.items.set(t.Context(), a.ID, other.RevealURI()); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Key(t.Context(), a.ID); !errors.Is(err, ErrDamaged) {
		t.Error(err)
	}
	if err := v.items.remove(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Code(t.Context(), a.ID, theTime()); !errors.Is(err, ErrSecretMissing) {
		t.Error(err)
	}
	if _, err := v.Add(t.Context(), aKey(t, "B", "me")); err != nil {
		t.Errorf("one lost item locks the rest: %v", err)
	}
	if err := v.items.remove(t.Context(), indexUser(v.head.ID)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), keyringOptions(v.Dir())); !errors.Is(err, ErrIndexKeyMissing) {
		t.Error(err)
	}
}

func TestBothKindsInOneFolder(t *testing.T) {
	v, a := aKeyringVault(t)
	file := mustOpen(t, fileOptions(v.Dir()))
	if n := len(file.Accounts()); n != 0 || file.Kind() != KindFile {
		t.Fatal(n, file.Kind())
	}
	b, err := file.Add(t.Context(), aKey(t, "B", "me"))
	if err != nil {
		t.Fatal(err)
	}
	auto := mustOpen(t, Options{Dir: v.Dir(), patience: testPatience})
	if got := auto.Accounts(); auto.Kind() != KindKeyring || len(got) != 1 || got[0].ID != a.ID {
		t.Errorf("%v %+v", auto.Kind(), got)
	}
	if got := mustOpen(t, fileOptions(v.Dir())).Accounts(); len(got) != 1 || got[0].ID != b.ID {
		t.Errorf("%+v", got)
	}
}
