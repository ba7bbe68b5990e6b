package vault

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// backupName is what is remembered of backups, in the vault's folder and in the
// clear: no secret is in it.
const backupName = "backup.json"

// BackupState is what a vault remembers of its backups.
type BackupState struct {
	Last         *BackupMade    `json:"last,omitempty"` // nil when there was none
	SnoozedUntil time.Time      `json:"snoozed_until,omitzero"`
	Auto         *BackupFolder  `json:"auto,omitempty"`    // nil when none are made automatically
	Failure      *BackupFailure `json:"failure,omitempty"` // of the automatic ones, until one succeeds
	// Trouble says what in the file could not be read, empty when all could.
	Trouble string `json:"-"`

	unknown map[string]json.RawMessage // what a newer program has written beside
}

// BackupMade is a backup that was verified.
type BackupMade struct {
	Time       time.Time `json:"time"`
	Path       string    `json:"path"` // absolute
	Generation uint64    `json:"generation"`
	Accounts   int       `json:"accounts"` // without those in the trash
	// Digest tells whether the accounts are still those of the backup.
	Digest []byte `json:"digest,omitempty"`
}

// BackupFolder is where backups are made after changes.
type BackupFolder struct {
	Dir  string `json:"dir"`  // absolute
	Keep int    `json:"keep"` // how many; 0 is all
}

// BackupFailure is why the last automatic backup was not made.
type BackupFailure struct {
	Time   time.Time `json:"time"`
	Reason string    `json:"reason"` // one line
}

// Reminder is a sentence for the person when a backup is due, else empty: when
// there was none, or the last one is older than after, given the number of
// accounts and whether they have changed since. It is quiet while there are no
// accounts, while it is snoozed, when after is zero, and where automatic backups are up to date.
func (s BackupState) Reminder(now time.Time, after time.Duration, accounts int, changed bool) string {
	switch {
	case accounts == 0 || after <= 0 || now.Before(s.SnoozedUntil):
		return ""
	case s.Last == nil:
		return "there is no backup yet"
	case now.Sub(s.Last.Time) <= after, s.Auto != nil && !changed && s.Failure == nil:
		return ""
	}
	days := int(now.Sub(s.Last.Time) / (24 * time.Hour))
	age := fmt.Sprintf("the last backup is %d days old", days)
	if days < 2 {
		age = fmt.Sprintf("the last backup is %d hours old", int(now.Sub(s.Last.Time)/time.Hour))
	}
	if changed {
		age += ", and accounts have changed since"
	}
	return age
}

// parseBackupState reads each part for itself, so that one that is spoilt does
// not take the others with it.
func parseBackupState(b []byte) BackupState {
	var s BackupState
	if err := json.Unmarshal(b, &s.unknown); err != nil || s.unknown == nil {
		return BackupState{Trouble: backupName + " is not what this program wrote"}
	}
	var bad []string
	part := func(name string, into any) bool {
		raw, ok := s.unknown[name]
		delete(s.unknown, name)
		if !ok || string(raw) == "null" {
			return false
		}
		if json.Unmarshal(raw, into) != nil {
			bad = append(bad, name)
			return false
		}
		return true
	}
	var last BackupMade
	if part("last", &last) && last.Path != "" {
		s.Last = &last
	}
	var until time.Time
	if part("snoozed_until", &until) {
		s.SnoozedUntil = until
	}
	var auto BackupFolder
	if part("auto", &auto) && auto.Dir != "" && auto.Keep >= 0 {
		s.Auto = &auto
	}
	var failure BackupFailure
	if part("failure", &failure) {
		failure.Reason = oneSentence(failure.Reason)
		s.Failure = &failure
	}
	if len(bad) > 0 {
		s.Trouble = backupName + ": cannot be read: " + strings.Join(bad, ", ")
	}
	return s
}

func (s BackupState) encode() ([]byte, error) {
	b, err := overlay(s.unknown, s)
	if err == nil && bytes.HasPrefix(b, []byte("{,")) { // nothing of ours in it
		b = slices.Delete(b, 1, 2)
	}
	return append(b, '\n'), err
}

// oneSentence makes any text fit for a line.
func oneSentence(text string) string {
	const longest = 500
	text = strings.Map(oneLine, strings.ToValidUTF8(strings.ReplaceAll(text, "\n", "; "), "?"))
	if r := []rune(text); len(r) > longest {
		text = string(r[:longest]) + "…"
	}
	return text
}

// ReadBackupState is what the vault of a folder remembers of its backups; it
// needs no key. A vault without any gives the zero state.
func ReadBackupState(dir string) (BackupState, error) {
	dir, err := folderPath(dir)
	if err != nil {
		return BackupState{}, err
	}
	return readBackupState(&disk{dir: dir})
}

func readBackupState(f files) (BackupState, error) {
	b, err := f.read(backupName)
	if errors.Is(err, fs.ErrNotExist) {
		return BackupState{}, nil
	}
	if err != nil {
		return BackupState{}, fmt.Errorf("read %s: %w", backupName, err)
	}
	return parseBackupState(b), nil
}

// BackupState is what this vault remembers of its backups.
func (v *Vault) BackupState() (BackupState, error) { return readBackupState(v.files) }

// SnoozeBackup keeps the reminder quiet until then. Errors: ErrNothingToBackUp
// when there is no vault yet.
func (v *Vault) SnoozeBackup(ctx context.Context, until time.Time) error {
	return v.noteBackup(ctx, func(s *BackupState) { s.SnoozedUntil = until.UTC().Truncate(time.Second) })
}

// noteBackup changes what is remembered.
func (v *Vault) noteBackup(ctx context.Context, note func(*BackupState)) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	unlock, err := v.lockBackedUp(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	s, err := readBackupState(v.files)
	if err != nil {
		return err
	}
	if s.Trouble != "" && s.Failure == nil {
		// The spoilt part is not written again. It may have been the folder of
		// automatic backups, and those must not end without a word.
		s.Failure = &BackupFailure{Time: v.now().UTC().Truncate(time.Second), Reason: s.Trouble + "; set automatic backups again, or off"}
	}
	note(&s)
	b, err := s.encode()
	if err != nil {
		return err
	}
	return v.files.write(backupName, b, false, nil)
}

// lockBackedUp takes the lock of a vault that is there.
func (v *Vault) lockBackedUp(ctx context.Context) (unlock func(), err error) {
	unlock, err = v.lockExisting(ctx)
	if errors.Is(err, ErrNotFound) {
		return nil, ErrNothingToBackUp
	}
	return unlock, err
}

// BackupDue says whether accounts have changed since the last backup. Codes that
// were given, and the counters they moved, are no changes.
func (v *Vault) BackupDue() (bool, error) {
	s, err := v.BackupState()
	if err != nil {
		return false, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	return s.Last == nil || !hmac.Equal(s.Last.Digest, v.digest(slices.Concat(v.Accounts(), v.Trash()))), nil
}

// digest is an HMAC of the accounts under the vault's key: equal while nobody
// has changed any, and of no use to who finds it.
func (v *Vault) digest(accounts []Account) []byte {
	slices.SortFunc(accounts, func(a, b Account) int { return strings.Compare(a.ID, b.ID) })
	mac := hmac.New(sha256.New, v.key.bytes())
	mac.Write([]byte("twofold backup digest\n"))
	for _, a := range accounts {
		line, _ := plainJSON(withoutUse(a)) // it was written so before
		mac.Write(append(line, '\n'))
	}
	return mac.Sum(nil)
}

// withoutUse is an account without what giving a code changes.
func withoutUse(a Account) Account {
	a.Counter, a.Uses, a.LastUsed = 0, 0, time.Time{}
	return a
}
