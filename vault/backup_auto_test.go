package vault

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestBackupsAreMadeAfterChanges(t *testing.T) {
	everyKind(t, func(t *testing.T, p place) {
		v := p.open(t)
		now := theTime()
		v.now = func() time.Time { return now }
		a, err := v.Add(t.Context(), aKey(t, "A", "a"))
		if err != nil {
			t.Fatal(err)
		}
		h, err := v.Add(t.Context(), mustParse(t, "otpauth://hotp/h?secret="+rfcSecret))
		if err != nil {
			t.Fatal(err)
		}
		if err := v.AutoBackup(t.Context(), nil); err != nil {
			t.Fatalf("none was set: %v", err)
		}
		dir := filepath.Join(t.TempDir(), "backups")
		if _, err := v.SetAutoBackup(t.Context(), dir, backupSecret(t), 2, nil); err != nil {
			t.Fatal(err)
		}
		auto := func(want int) {
			t.Helper()
			now = now.Add(time.Hour)
			if err := v.AutoBackup(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			if n := len(namesIn(t, dir)); n != want {
				t.Fatalf("%d backups, want %d", n, want)
			}
		}
		auto(1) // nothing has changed
		if _, err := v.Code(t.Context(), h.ID, now); err != nil {
			t.Fatal(err)
		}
		auto(1) // a code is no change
		if due, err := v.BackupDue(); due || err != nil {
			t.Error(due, err)
		}
		if _, err := v.Edit(t.Context(), a.ID, func(a *Account) error { a.Label = "renamed"; return nil }); err != nil {
			t.Fatal(err)
		}
		if due, err := v.BackupDue(); !due || err != nil {
			t.Error(due, err)
		}
		auto(2)
		auto(2)
		if p.again {
			v = p.open(t) // the passphrase is remembered
			v.now = func() time.Time { return now }
		}
		if err := v.Remove(t.Context(), a.ID); err != nil {
			t.Fatal(err)
		}
		auto(2)
		s, err := v.BackupState()
		if err != nil || s.Last == nil || s.Last.Accounts != 1 || s.Auto.Dir != dir {
			t.Fatalf("%+v %v", s, err)
		}
		b, err := OpenBackup(s.Last.Path, backupSecret(t))
		if err != nil || len(b.Keys) != 2 {
			t.Fatalf("%+v %v", b, err)
		}
		// The remembered passphrase serves a backup by hand as well.
		if _, err := v.Backup(t.Context(), filepath.Join(t.TempDir(), "b.age"), Secret{}, BackupOptions{}); err != nil {
			t.Error(err)
		}
		if err := v.StopAutoBackup(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Backup(t.Context(), dir, Secret{}, BackupOptions{}); !errors.Is(err, ErrNoBackupPassphrase) {
			t.Errorf("the passphrase is still there: %v", err)
		}
		if err := v.AutoBackup(t.Context(), nil); err != nil {
			t.Error(err)
		}
		if p.disk {
			for name, content := range snapshot(t, p.dir) {
				if strings.Contains(content, backupTestPassphrase) {
					t.Errorf("%s holds the passphrase", name)
				}
			}
		}
	})
}

// A failure is remembered until a backup succeeds, and nothing is made in the
// place of a drive that is not there.
func TestAFailedAutomaticBackupIsShown(t *testing.T) {
	for _, kind := range []Kind{KindFile, KindKeyring} {
		r, v, keys := aFilled(t, kind)
		drive := filepath.Join(t.TempDir(), "drive")
		if err := os.Mkdir(drive, 0o700); err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(drive, "backups")
		if _, err := v.SetAutoBackup(t.Context(), dir, backupSecret(t), 3, nil); err != nil {
			t.Fatal(err)
		}
		id := ""
		for _, k := range keys {
			if k.Removed.IsZero() {
				id = k.ID
			}
		}
		change := func() {
			t.Helper()
			if _, err := v.Edit(t.Context(), id, func(a *Account) error { a.Note += "x"; return nil }); err != nil {
				t.Fatal(err)
			}
		}
		fails := func(want error, words string) {
			t.Helper()
			err := v.AutoBackup(t.Context(), nil)
			if !errors.Is(err, want) || !strings.Contains(err.Error(), words) {
				t.Errorf("%v, want %v", err, want)
			}
			s, err := r.mustOpen(t).BackupState()
			if err != nil || s.Failure == nil || !strings.Contains(s.Failure.Reason, words) {
				t.Errorf("not remembered: %+v %v", s, err)
			}
		}
		works := func() {
			t.Helper()
			if err := v.AutoBackup(t.Context(), nil); err != nil {
				t.Error(err)
			}
			if s, err := v.BackupState(); err != nil || s.Failure != nil {
				t.Errorf("%+v %v", s, err)
			}
		}
		change()
		if err := os.Rename(drive, drive+".away"); err != nil {
			t.Fatal(err)
		}
		fails(ErrBackupFolder, dir)
		if _, err := os.Stat(drive); err == nil {
			t.Error("a folder was made")
		}
		// An empty mount point.
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		fails(ErrBackupFolder, "none of this vault's backups")
		if n := len(namesIn(t, dir)); n != 0 {
			t.Error("a backup was made into an empty mount point")
		}
		if err := errors.Join(os.RemoveAll(drive), os.Rename(drive+".away", drive)); err != nil {
			t.Fatal(err)
		}
		works() // without another change: the failure is made good
		change()
		v.backups.fault = func(step, _ string) error {
			if step == "write" {
				return syscall.ENOSPC
			}
			return nil
		}
		fails(syscall.ENOSPC, "no space left")
		v.backups.fault = nil
		works()
		change()
		broken, cancel := context.WithCancel(t.Context())
		cancel()
		if err := v.AutoBackup(broken, nil); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if s, err := v.BackupState(); err != nil || s.Failure == nil || s.Failure.Reason != "it was broken off" {
			t.Errorf("%+v %v", s, err)
		}
		works()
		if kind != KindKeyring {
			continue
		}
		text := r.items.held[id]
		delete(r.items.held, id)
		change()
		fails(ErrBackupIncomplete, "secret is not in the keyring")
		r.items.held[id] = text
		works()
	}
}

// Processes that change a vault at once each see to a backup, and take away no
// one's new one.
func TestAutomaticBackupsOfManyAtOnce(t *testing.T) {
	r, v, _ := aFilled(t, KindFile)
	dir := filepath.Join(t.TempDir(), "backups")
	if _, err := v.SetAutoBackup(t.Context(), dir, backupSecret(t), 1, nil); err != nil {
		t.Fatal(err)
	}
	const many = 6
	failed := make(chan error, many)
	for i := range many {
		other := r.mustOpen(t)
		go func() {
			_, err := other.Add(context.WithoutCancel(t.Context()), aKey(t, "many", strconv.Itoa(i)))
			failed <- errors.Join(err, other.AutoBackup(context.WithoutCancel(t.Context()), nil))
		}()
	}
	for range many {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	if _, err := v.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if due, err := v.BackupDue(); due || err != nil {
		t.Errorf("the last change is in no backup: %v", err)
	}
	s, err := v.BackupState()
	if err != nil || s.Failure != nil {
		t.Fatalf("%+v %v", s, err)
	}
	b, err := OpenBackup(s.Last.Path, backupSecret(t))
	if err != nil || len(b.Keys) != len(v.Accounts())+len(v.Trash()) || len(namesIn(t, dir)) != 1 {
		t.Errorf("%v %v", err, namesIn(t, dir))
	}
}

// Emptying the trash is a change: a backup that still has what was in it is older.
func TestEmptyingTheTrashCountsAsAChange(t *testing.T) {
	_, v, _ := aFilled(t, KindFile)
	was, trash := v.Edited(), len(v.Trash())
	for range 2 {
		if _, err := v.EmptyTrash(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := v.Edited() - was; trash == 0 || got != uint64(trash) { //nolint:gosec // a count
			t.Errorf("%d changes, %d in the trash", got, trash)
		}
	}
}

// A vault that moves takes its automatic backups along.
func TestAutomaticBackupsOutliveAMove(t *testing.T) {
	for from, to := range map[Kind]Kind{KindKeyring: KindFile, KindFile: KindKeyring, KindKeyedFile: KindFile} {
		r, v, keys := aFilled(t, from)
		dir := filepath.Join(t.TempDir(), "backups")
		if _, err := v.SetAutoBackup(t.Context(), dir, backupSecret(t), 0, nil); err != nil {
			t.Fatal(err)
		}
		if err := v.Move(t.Context(), to, nil); err != nil {
			t.Fatal(err)
		}
		r.kind = to
		v = r.mustOpen(t)
		if due, err := v.BackupDue(); due || err != nil {
			t.Errorf("%s to %s: nothing has changed: %v", from, to, err)
		}
		if _, err := v.Add(t.Context(), aKey(t, "later", "x")); err != nil {
			t.Fatal(err)
		}
		if err := v.AutoBackup(t.Context(), nil); err != nil {
			t.Errorf("%s to %s: %v", from, to, err)
		}
		s, err := v.BackupState()
		if err != nil || s.Last == nil {
			t.Fatal(err)
		}
		b, err := OpenBackup(s.Last.Path, backupSecret(t))
		if err != nil || len(b.Keys) != len(keys)+1 {
			t.Errorf("%s to %s: %v", from, to, err)
		}
		if err := v.StopAutoBackup(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Backup(t.Context(), dir, Secret{}, BackupOptions{}); !errors.Is(err, ErrNoBackupPassphrase) {
			t.Errorf("%s to %s: the passphrase was left behind: %v", from, to, err)
		}
	}
}

func TestTheReminder(t *testing.T) {
	const after = 30 * 24 * time.Hour
	now := theTime()
	made := func(ago time.Duration) *BackupMade { return &BackupMade{Time: now.Add(-ago), Path: "/x"} }
	auto, failure := &BackupFolder{Dir: "/y"}, &BackupFailure{Reason: "x"}
	for name, c := range map[string]struct {
		state    BackupState
		accounts int
		changed  bool
		want     string
	}{
		"no accounts":       {BackupState{}, 0, true, ""},
		"never":             {BackupState{}, 1, true, "there is no backup yet"},
		"never, snoozed":    {BackupState{SnoozedUntil: now.Add(1)}, 1, true, ""},
		"the snooze passed": {BackupState{SnoozedUntil: now}, 1, true, "there is no backup yet"},
		"fresh":             {BackupState{Last: made(time.Hour)}, 1, true, ""},
		"just not due":      {BackupState{Last: made(after)}, 1, true, ""},
		"old":               {BackupState{Last: made(45 * 24 * time.Hour)}, 1, false, "the last backup is 45 days old"},
		"old and changed":   {BackupState{Last: made(45 * 24 * time.Hour)}, 1, true, "the last backup is 45 days old, and accounts have changed since"},
		"the clock is back": {BackupState{Last: made(-time.Hour)}, 1, true, ""},
		"automatic":         {BackupState{Last: made(45 * 24 * time.Hour), Auto: auto}, 1, false, ""},
		"automatic, failed": {BackupState{Last: made(45 * 24 * time.Hour), Auto: auto, Failure: failure}, 1, false, "the last backup is 45 days old"},
	} {
		if got := c.state.Reminder(now, after, c.accounts, c.changed); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestWhatIsRememberedOfBackups(t *testing.T) {
	_, v, _ := aFilled(t, KindFile)
	dir := t.TempDir()
	mustBackUp(t, v, dir, BackupOptions{})
	if err := v.SnoozeBackup(t.Context(), theTime().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(v.dir, backupName)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	// A newer program's field stays, a spoilt one is named and the rest is read.
	b = bytes.Replace(b, []byte(`{"last"`), []byte(`{"later":[1],"auto":{"dir":7},"last"`), 1)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := ReadBackupState(v.dir)
	if err != nil || s.Last == nil || s.SnoozedUntil.IsZero() || !strings.Contains(s.Trouble, "auto") {
		t.Fatalf("%+v %v", s, err)
	}
	if err := v.AutoBackup(t.Context(), nil); err == nil {
		t.Error("automatic backups that were lost are not missed")
	}
	if err := v.SnoozeBackup(t.Context(), time.Time{}); err != nil {
		t.Fatal(err)
	}
	if b, err = os.ReadFile(path); err != nil || !bytes.Contains(b, []byte(`"later":[1]`)) {
		t.Errorf("%s %v", b, err)
	}
	if err := os.WriteFile(path, []byte("garbage"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err = v.BackupState(); err != nil || s.Trouble == "" {
		t.Errorf("%+v %v", s, err)
	}
	mustBackUp(t, v, dir, BackupOptions{})
	if s, err = v.BackupState(); err != nil || s.Trouble != "" || s.Last == nil || s.Failure == nil {
		t.Errorf("%+v %v", s, err)
	}
}

func FuzzBackupState(f *testing.F) {
	f.Add([]byte(`{"last":{"time":"2026-11-25T13:01:30Z","path":"/x","generation":3,"accounts":4,"digest":"AQI="},"snoozed_until":"2026-11-25T13:01:30Z",` +
		`"auto":{"dir":"/y","keep":3},"failure":{"time":"2026-11-25T13:01:30Z","reason":"a\nb"},"later":{}}`))
	f.Add([]byte(`{"auto":7,"x":1}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		s := parseBackupState(b)
		if s.Failure != nil && strings.Contains(s.Failure.Reason, "\n") {
			t.Fatal("more than one line")
		}
		_ = s.Reminder(theTime(), time.Hour, 1, true)
		out, err := s.encode()
		if err != nil {
			t.Fatal(err)
		}
		again := parseBackupState(out)
		twice, err := again.encode()
		if err != nil || again.Trouble != "" || !bytes.Equal(out, twice) {
			t.Fatalf("%s\n%s\n%s", b, out, twice)
		}
	})
}
