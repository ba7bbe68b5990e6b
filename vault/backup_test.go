package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"
	"github.com/creack/pty"
)

const backupTestPassphrase = "another made-up passphrase"

func backupSecret(t testing.TB) Secret {
	t.Helper()
	s, err := NewSecret([]byte(backupTestPassphrase))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// aFilled is a vault with accounts of all kinds, on a fake keyring or in a file.
func aFilled(t testing.TB, kind Kind) (rig, *Vault, []Key) {
	t.Helper()
	r := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: kind, items: newFakeItems()}
	v, keys := r.mustOpen(t), someKeys(t, 5, 12)
	if _, err := v.Merge(t.Context(), keys, nil); err != nil {
		t.Fatal(err)
	}
	return r, v, keys
}

func mustBackUp(t testing.TB, v *Vault, to string, o BackupOptions) BackupReport {
	t.Helper()
	report, err := v.Backup(t.Context(), to, backupSecret(t), o)
	if err != nil {
		t.Fatal(err)
	}
	if report.Warning != nil {
		t.Fatal(report.Warning)
	}
	return report
}

func TestABackupBringsEverythingBackIntoAnyVault(t *testing.T) {
	everyKind(t, func(t *testing.T, p place) {
		v := p.open(t)
		keys := someKeys(t, 40+uint64(len(p.name)), 25)
		if _, err := v.Merge(t.Context(), keys, nil); err != nil {
			t.Fatal(err)
		}
		heard := 0
		report := mustBackUp(t, v, filepath.Join(t.TempDir(), "b.age"), BackupOptions{Progress: func(done, _ int) { heard = done }})
		if report.Accounts != len(v.Accounts()) || report.Trash != len(v.Trash()) || heard != len(keys) {
			t.Errorf("%+v, progress %d", report, heard)
		}
		info, err := os.Stat(report.Path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v %v", info, err)
		}
		b, err := OpenBackup(report.Path, backupSecret(t))
		if err != nil {
			t.Fatal(err)
		}
		if !b.Made.Equal(theTime()) || len(b.Refused)+len(b.Missing) > 0 {
			t.Errorf("%+v", b)
		}
		for _, kind := range []Kind{KindFile, KindKeyring} {
			empty := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: kind, items: newFakeItems()}.mustOpen(t)
			if _, err := empty.Merge(t.Context(), b.Keys, nil); err != nil {
				t.Fatal(err)
			}
			holds(t, empty, keys)
		}
		b.Clear()
		if b.Keys[0].Secret.Len() != 0 {
			t.Error("the secrets were not cleared")
		}
	})
}

// age -d opens a backup without this program, and shows one account a line.
func TestAgeOpensABackup(t *testing.T) {
	need(t, "age")
	_, v, keys := aFilled(t, KindKeyring)
	report := mustBackUp(t, v, filepath.Join(t.TempDir(), "b.age"), BackupOptions{})
	out := filepath.Join(t.TempDir(), "out")
	c := exec.CommandContext(t.Context(), "age", "-d", "-o", out, report.Path)
	terminal, err := pty.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	var said bytes.Buffer
	prompt := make([]byte, 1024)
	for !strings.Contains(said.String(), "passphrase") {
		n, err := terminal.Read(prompt)
		if err != nil {
			t.Fatalf("%v: %s", err, said.String())
		}
		said.Write(prompt[:n])
	}
	if _, err := io.WriteString(terminal, backupTestPassphrase+"\n"); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(&said, terminal) // ends with an error when age does
	if err := c.Wait(); err != nil {
		t.Fatalf("age: %v: %s", err, said.String())
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		if n := strings.Count(string(text), k.RevealURI()); n != 1 {
			t.Errorf("%s is there %d times", k.ID, n)
		}
	}
	if lines := strings.Count(string(text), "\n"); lines != len(keys)+3 {
		t.Errorf("%d lines", lines)
	}
}

func TestABackupCostsAnAttackerWhatTheVaultDoes(t *testing.T) {
	v := newVault(Options{Now: theTime})
	v.kind, v.files = KindThrowaway, &memory{}
	if _, err := v.Add(t.Context(), aKey(t, "A", "a")); err != nil {
		t.Fatal(err)
	}
	report := mustBackUp(t, v, filepath.Join(t.TempDir(), "b.age"), BackupOptions{})
	b, err := os.ReadFile(report.Path)
	if err != nil {
		t.Fatal(err)
	}
	if stanza := strings.Fields(strings.SplitN(string(b), "\n", 3)[1]); stanza[1] != "scrypt" || stanza[3] != "16" {
		t.Fatal(stanza)
	}
}

func TestWhatIsNoBackupIsToldApart(t *testing.T) {
	_, v, keys := aFilled(t, KindFile)
	dir := t.TempDir()
	whole, err := os.ReadFile(mustBackUp(t, v, filepath.Join(dir, "b.age"), BackupOptions{}).Path)
	if err != nil {
		t.Fatal(err)
	}
	sealed := func(text string, work int) []byte {
		b, err := sealBackup([]byte(text), backupSecret(t), work)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	armored := func(b []byte) []byte {
		var out bytes.Buffer
		w := armor.NewWriter(&out)
		_, _ = w.Write(b)
		_ = w.Close()
		return out.Bytes()
	}
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	toKey, err := encrypt([]byte("x"), id.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	flip := func(at int) []byte { b := slices.Clone(whole); b[at] ^= 1; return b }
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"whole":             {whole, nil},
		"armored":           {armored(whole), nil},
		"armored and cut":   {armored(whole)[:300], ErrBackupDamaged},
		"empty":             {nil, ErrBackupDamaged},
		"cut at 10":         {whole[:10], ErrBackupDamaged},
		"cut in the header": {whole[:80], ErrBackupDamaged},
		"cut by one":        {whole[:len(whole)-1], ErrBackupDamaged},
		"cut in the middle": {whole[:len(whole)/2], ErrBackupDamaged},
		"longer":            {append(slices.Clone(whole), 'x'), ErrBackupDamaged},
		"a bit at the end":  {flip(len(whole) - 1), ErrBackupDamaged},
		"a bit in it":       {flip(len(whole) / 2), ErrBackupDamaged},
		"a picture":         {[]byte("\x89PNG\r\n\x1a\n...."), ErrNotABackup},
		"to a key":          {toKey, ErrNotABackup},
		"another document":  {sealed(`{"entries":[]}`, 4), ErrNotABackup},
		"no document":       {sealed("hello", 4), ErrNotABackup},
		"newer":             {sealed(`{"format":"twofold backup","version":2,"accounts":{}}`, 4), ErrNewerBackup},
		"no accounts":       {sealed(`{"format":"twofold backup","version":1}`, 4), ErrBackupDamaged},
		"odd accounts":      {sealed(`{"format":"twofold backup","version":1,"accounts":7}`, 4), ErrBackupDamaged},
		// It would take gigabytes to find out what is in it.
		"greedy": {bytes.Replace(sealed("x", 4), []byte(" 4\n"), []byte(" 30\n"), 1), ErrBackupDamaged},
	} {
		path := filepath.Join(dir, "file")
		if err := os.WriteFile(path, c.file, 0o600); err != nil {
			t.Fatal(err)
		}
		b, err := OpenBackup(path, backupSecret(t))
		if !errors.Is(err, c.want) || c.want == nil && err != nil {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if err == nil && len(b.Keys) != len(keys) {
			t.Errorf("%s: %d accounts", name, len(b.Keys))
		}
	}
	wrong, _ := NewSecret([]byte("not this one"))
	for _, s := range []Secret{wrong, {}} {
		if _, err := OpenBackup(filepath.Join(dir, "b.age"), s); !errors.Is(err, ErrBackupPassphrase) {
			t.Error(err)
		}
	}
	if _, err := OpenBackup(dir, wrong); !errors.Is(err, ErrNotABackup) {
		t.Error(err)
	}
	if _, err := OpenBackup(filepath.Join(dir, "none"), wrong); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if !errors.Is(ErrNewerBackup, ErrNewerFormat) {
		t.Error("a newer backup is not a newer format")
	}
}

func TestABackupReplacesNothing(t *testing.T) {
	_, v, _ := aFilled(t, KindFile)
	dir := t.TempDir()
	mine := filepath.Join(dir, "mine.age")
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	appears := filepath.Join(dir, "appears.age")
	v.backups.fault = func(step, path string) error {
		if step == "name" && path == appears {
			return os.WriteFile(appears, []byte("mine"), 0o600)
		}
		return nil
	}
	for _, path := range []string{mine, appears} {
		if _, err := v.Backup(t.Context(), path, backupSecret(t), BackupOptions{}); !errors.Is(err, ErrBackupExists) {
			t.Error(err)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != "mine" {
			t.Errorf("%s: %q %v", path, b, err)
		}
	}
	if names := namesIn(t, dir); len(names) != 2 {
		t.Errorf("left over: %v", names)
	}
	// Nothing is made where a drive should be, and a file keeps no others.
	gone := filepath.Join(dir, "drive", "backups") + "/"
	if _, err := v.Backup(t.Context(), gone, backupSecret(t), BackupOptions{}); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if _, err := v.Backup(t.Context(), filepath.Join(dir, "new.age"), backupSecret(t), BackupOptions{Keep: 2}); err == nil {
		t.Error("a file was kept and counted")
	}
	if _, err := v.Backup(t.Context(), filepath.Join(dir, "new"), backupSecret(t), BackupOptions{Folder: true}); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if s, err := v.BackupState(); err != nil || s.Last != nil {
		t.Errorf("a backup is remembered: %+v %v", s, err)
	}
}

// A stick's file system knows no hard links.
func TestABackupIsNamedWithoutHardLinks(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	none := func(string, string) error { return syscall.EPERM }
	for _, want := range []error{nil, fs.ErrExist} {
		if err := os.WriteFile(from, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := link(from, to, none); !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("%v, want %v", err, want)
		}
	}
}

func namesIn(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestTheOldestBackupsAreTakenAway(t *testing.T) {
	_, v, _ := aFilled(t, KindFile)
	dir := filepath.Join(t.TempDir(), "backups")
	first := mustBackUp(t, v, dir+"/", BackupOptions{}) // made here
	for _, name := range []string{"twofold-zzzzzz-20200101T000000Z.age", "twofold-note.age", "x.txt", strings.Replace(filepath.Base(first.Path), ".age", ".age.txt", 1)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	stale := filepath.Join(dir, ".twofold-"+shortID(v.head.ID)+"-1.new")
	if err := os.WriteFile(stale, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(stale, theTime(), time.Now().Add(-2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	second := mustBackUp(t, v, dir, BackupOptions{}) // in the same second
	hours := 0
	v.now = func() time.Time { return theTime().Add(time.Duration(hours) * time.Hour) }
	hours = 1
	third := mustBackUp(t, v, dir, BackupOptions{Keep: 2})
	if !slices.Equal(third.Removed, []string{first.Path}) {
		t.Errorf("%v", third.Removed)
	}
	hours = -100 // the clock was set back
	fourth := mustBackUp(t, v, dir, BackupOptions{Keep: 2})
	if !slices.Equal(fourth.Removed, []string{second.Path}) {
		t.Errorf("%v", fourth.Removed)
	}
	if n := len(namesIn(t, dir)); n != 2+4 {
		t.Errorf("%v", namesIn(t, dir))
	}
	v.backups.fault = func(step, _ string) error {
		if step == "remove" {
			return fs.ErrPermission
		}
		return nil
	}
	report, err := v.Backup(t.Context(), dir, backupSecret(t), BackupOptions{Keep: 1})
	if err != nil || !errors.Is(report.Warning, fs.ErrPermission) {
		t.Errorf("%+v %v", report, err)
	}
	if _, err := OpenBackup(report.Path, backupSecret(t)); err != nil {
		t.Error(err)
	}
}

// TestAFaultAtAnyStepLeavesNoHalfBackup fails, or kills, the making at each of
// its steps: what has a backup's name is one, and those that were there stay.
func TestAFaultAtAnyStepLeavesNoHalfBackup(t *testing.T) {
	for _, dies := range []bool{false, true} {
		steps := 0
		for n := 0; ; n++ {
			_, v, keys := aFilled(t, KindFile)
			dir := t.TempDir()
			v.now = func() time.Time { return theTime().Add(-time.Hour) }
			old := mustBackUp(t, v, dir, BackupOptions{})
			v.now = theTime
			left, hit := n, ""
			v.backups.fault = func(step, _ string) error {
				if left--; left == -1 {
					hit = step
				}
				if left == -1 || left < 0 && dies {
					return errors.New("no space left on device")
				}
				return nil
			}
			report, err := v.Backup(t.Context(), dir, backupSecret(t), BackupOptions{Keep: 1})
			if hit == "" {
				break
			}
			steps++
			if hit == "remove" {
				if err != nil || report.Warning == nil {
					t.Errorf("%s: %+v %v", hit, report, err)
				}
			} else if err == nil {
				t.Errorf("%s failed, and nobody was told", hit)
			}
			if _, err := os.Stat(old.Path); err != nil {
				t.Errorf("%s: the older backup is gone", hit)
			}
			for _, name := range namesIn(t, dir) {
				if strings.HasSuffix(name, ".new") {
					t.Errorf("%s: left over: %s", hit, name)
					continue
				}
				b, err := OpenBackup(filepath.Join(dir, name), backupSecret(t))
				if err != nil || len(b.Keys) != len(keys) {
					t.Errorf("%s: %s: %v", hit, name, err)
				}
			}
			v.backups.fault = nil
			mustBackUp(t, v, dir, BackupOptions{Keep: 1})
		}
		if steps < 8 {
			t.Errorf("only %d steps", steps)
		}
		t.Logf("%d steps", steps)
	}
}

// A disk that gives back something else than it took is found out.
func TestABackupThatReadsBackDifferentlyIsNone(t *testing.T) {
	for _, at := range []string{"read back", "look again"} {
		_, v, _ := aFilled(t, KindFile)
		dir := t.TempDir()
		v.backups.fault = func(step, path string) error {
			if step != at {
				return nil
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			b[len(b)-20] ^= 1
			return os.WriteFile(path, b, 0o600)
		}
		if _, err := v.Backup(t.Context(), dir, backupSecret(t), BackupOptions{}); !errors.Is(err, ErrBackupUnverified) {
			t.Errorf("%s: %v", at, err)
		}
		if names := namesIn(t, dir); len(names) > 0 {
			t.Errorf("%s: left over: %v", at, names)
		}
		if s, err := v.BackupState(); err != nil || s.Last != nil {
			t.Errorf("%s: remembered: %+v %v", at, s, err)
		}
	}
}

func TestASecretThatCannotBeReadIsNamed(t *testing.T) {
	r, v, keys := aFilled(t, KindKeyring)
	dir := t.TempDir()
	mustBackUp(t, v, dir, BackupOptions{})
	delete(r.items.held, keys[3].ID)
	_, err := v.Backup(t.Context(), dir, backupSecret(t), BackupOptions{Keep: 1})
	var incomplete *IncompleteBackupError
	if !errors.As(err, &incomplete) || len(incomplete.Missing) != 1 || incomplete.Missing[0].ID != keys[3].ID {
		t.Fatal(err)
	}
	if n := len(namesIn(t, dir)); n != 1 {
		t.Fatalf("%d files", n)
	}
	report := mustBackUp(t, v, dir, BackupOptions{Keep: 1, Partial: true})
	if len(report.Missing) != 1 || len(report.Removed) != 0 {
		t.Errorf("%+v", report)
	}
	b, err := OpenBackup(report.Path, backupSecret(t))
	if err != nil || len(b.Keys) != len(keys)-1 || len(b.Missing) != 1 || b.Missing[0].Name != keys[3].Name() {
		t.Errorf("%+v %v", b, err)
	}
	// A keyring that is away is another matter: then there is no backup at all.
	r.items.state = KeyringState{State: StateLocked, Err: ErrLocked}
	if _, err := v.Backup(t.Context(), dir, backupSecret(t), BackupOptions{Partial: true}); !errors.Is(err, ErrLocked) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := v.Backup(ctx, dir, backupSecret(t), BackupOptions{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if n := len(namesIn(t, dir)); n != 2 {
		t.Errorf("%d files", n)
	}
}

func TestAnEmptyVaultIsNotBackedUp(t *testing.T) {
	everyKind(t, func(t *testing.T, p place) {
		v, dir := p.open(t), t.TempDir()
		if _, err := v.Backup(t.Context(), dir, backupSecret(t), BackupOptions{}); !errors.Is(err, ErrNothingToBackUp) {
			t.Error(err)
		}
		if err := v.SnoozeBackup(t.Context(), theTime()); !errors.Is(err, ErrNothingToBackUp) {
			t.Error(err)
		}
		a, err := v.Add(t.Context(), aKey(t, "A", "a"))
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(v.Remove(t.Context(), a.ID), v.Purge(t.Context(), a.ID)); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Backup(t.Context(), dir, backupSecret(t), BackupOptions{}); !errors.Is(err, ErrNothingToBackUp) {
			t.Error(err)
		}
		if _, err := v.Backup(t.Context(), dir, Secret{}, BackupOptions{}); !errors.Is(err, ErrNoBackupPassphrase) {
			t.Error(err)
		}
		if n := len(namesIn(t, dir)); n != 0 {
			t.Errorf("%d files", n)
		}
	})
}

// What this program cannot read goes along as it is, for one that can.
func TestWhatWasSetAsideGoesIntoTheBackup(t *testing.T) {
	dir := aFileVault(t)
	strange := []string{`{"id":"newer","type":"ocra","label":"x","what":{"is":["<this>"]}}`, `17`, `null`}
	rewrite(t, dir, func(s string) string {
		return strings.Replace(s, `"entries":[`, `"entries":[`+strings.Join(strange, ",")+",", 1)
	})
	v := mustOpen(t, fileOptions(dir))
	report := mustBackUp(t, v, filepath.Join(t.TempDir(), "b.age"), BackupOptions{})
	if report.SetAside != len(strange) || report.Accounts != 2 {
		t.Errorf("%+v", report)
	}
	sealed, err := readBackupFile(report.Path)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := unsealBackup(sealed, backupSecret(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range strange {
		if !bytes.Contains(plain, []byte(`{"entry":`+s)) {
			t.Errorf("lost: %s", s)
		}
	}
	b, err := OpenBackup(report.Path, backupSecret(t))
	if err != nil || len(b.Keys) != 2 || len(b.Refused) != len(strange) || b.Refused[0].Name != "x" {
		t.Errorf("%+v %v", b, err)
	}
}

// An entry of a keyring vault that was set aside has its secret in an item.
func TestTheItemOfWhatWasSetAsideGoesAlong(t *testing.T) {
	r, v, keys := aFilled(t, KindKeyring)
	strange := record{Account: keys[0].Account, Intent: "dance"}
	strange.ID = "strange"
	r.items.held["strange"] = keys[0].RevealURI()
	if err := v.change(t.Context(), func(d *document) error {
		e, err := newEntry(KindKeyring, strange, nil)
		d.entries, d.edited = append(d.entries, rawEntry(KindKeyring, e.raw)), true
		return err
	}); err != nil {
		t.Fatal(err)
	}
	report := mustBackUp(t, v, filepath.Join(t.TempDir(), "b.age"), BackupOptions{})
	b, err := OpenBackup(report.Path, backupSecret(t))
	if err != nil || report.SetAside != 1 || len(b.Keys) != len(keys)+1 {
		t.Fatalf("%+v %+v %v", report, b, err)
	}
	if k := b.Keys[len(keys)]; k.ID != "strange" || !k.Secret.Equal(keys[0].Secret) {
		t.Errorf("%+v", k)
	}
}

func FuzzBackup(f *testing.F) {
	f.Add([]byte(`{"format":"twofold backup","version":1,"vault":"v","made":"2026-11-25T13:01:30Z","generation":7,"accounts":[` +
		`{"id":"a","type":"totp","issuer":"A","label":"b","algorithm":"SHA1","digits":6,"period":30,"tags":["t"],"uri":"otpauth://totp/x?secret=GEZDGNBV"},` +
		`{"id":"h","type":"hotp","algorithm":"SHA256","digits":8,"counter":9,"removed":"2026-11-25T13:01:30Z","uri":"otpauth://hotp/x?secret=GEZDGNBV"},7]` +
		`,"set_aside":[{"entry":{"id":"x"},"item":"otpauth://"},3],"missing":[{"name":"x","reason":"y"}],"later":1}`))
	f.Add([]byte(`{"format":"twofold backup","version":2}`))
	f.Fuzz(func(t *testing.T, plain []byte) {
		b, err := decodeBackup(plain)
		if err != nil {
			if !errors.Is(err, ErrNotABackup) && !errors.Is(err, ErrNewerBackup) && !errors.Is(err, ErrBackupDamaged) {
				t.Fatal(err)
			}
			return
		}
		out, err := encodeBackup(b, nil)
		if err != nil {
			t.Fatal(err)
		}
		again, err := decodeBackup(out)
		if err != nil || len(again.Keys) != len(b.Keys) || len(again.Refused) > 0 || fmt.Sprint(again.Missing) != fmt.Sprint(b.Missing) {
			t.Fatalf("%v\n%s\n%s", err, plain, out)
		}
		for i, k := range b.Keys {
			one, _ := plainJSON(k.Account)
			two, _ := plainJSON(again.Keys[i].Account)
			if !k.Secret.Equal(again.Keys[i].Secret) || !bytes.Equal(one, two) {
				t.Fatalf("%s\n%s", one, two)
			}
		}
		m := newMatcher(&document{head: preface{FingerprintKey: []byte("0123456789abcdef")}})
		for _, k := range b.Keys {
			if s, _ := m.decide(k); s.Fate != FateNew {
				t.Fatalf("%+v", s)
			}
		}
	})
}
