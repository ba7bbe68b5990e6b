package main

import (
	"context"
	"fmt"
	"time"

	"twofold/vault"
)

// backupStatus is what "vault status --json" and "vault backup --status --json" say of backups.
type backupStatus struct {
	Last         *backupMade          `json:"last,omitempty"`
	Changed      *bool                `json:"changed,omitempty"` // since the last one; absent while the vault is locked
	SnoozedUntil time.Time            `json:"snoozed_until,omitzero"`
	Auto         *vault.BackupFolder  `json:"auto,omitempty"`
	Failure      *vault.BackupFailure `json:"failure,omitempty"`
	Reminder     string               `json:"reminder,omitempty"`
	Problem      string               `json:"problem,omitempty"`
	now          time.Time
	state        vault.BackupState
}

type backupMade struct {
	Time       time.Time `json:"time"`
	Path       string    `json:"path"`
	Accounts   int       `json:"accounts"`
	AgeSeconds int64     `json:"age_seconds"`
}

// readBackupStatus needs no key.
func (a *app) readBackupStatus(dir string) *backupStatus {
	state, err := vault.ReadBackupState(dir)
	s := &backupStatus{
		SnoozedUntil: state.SnoozedUntil, Auto: state.Auto, Failure: state.Failure, Problem: state.Trouble, now: a.now(), state: state,
	}
	if err != nil {
		s.Problem = outcomeOf(err).says
	}
	if made := state.Last; made != nil {
		age := max(0, s.now.Sub(made.Time))
		s.Last = &backupMade{Time: made.Time, Path: made.Path, Accounts: made.Accounts, AgeSeconds: int64(age / time.Second)}
	}
	return s
}

// compare adds what only an open vault can tell.
func (s *backupStatus) compare(v *vault.Vault, now time.Time, remind time.Duration) {
	changed, err := v.BackupDue()
	if err != nil {
		return // it is said under Problem already
	}
	s.Changed = &changed
	s.Reminder = s.state.Reminder(now, remind, len(v.Accounts()), changed)
}

// lines are for people.
func (s *backupStatus) lines() []string {
	var lines []string
	switch {
	case s.Problem != "":
		lines = append(lines, "Backup    "+printable(s.Problem))
	case s.Last == nil:
		lines = append(lines, "Backup    none yet; \"twofold vault backup DIR\" makes one")
	default:
		line := fmt.Sprintf("Backup    %s, %s: %s", ago(time.Duration(s.Last.AgeSeconds)*time.Second), count(s.Last.Accounts, "account"), printable(s.Last.Path))
		if s.Changed != nil && *s.Changed {
			line += " (accounts have changed since)"
		}
		lines = append(lines, line)
	}
	if s.Auto != nil {
		keep := "all are kept"
		if s.Auto.Keep > 0 {
			keep = fmt.Sprintf("%d are kept", s.Auto.Keep)
		}
		lines = append(lines, fmt.Sprintf("          after each change to %s, %s", printable(s.Auto.Dir), keep))
	}
	if s.Failure != nil {
		lines = append(lines, fmt.Sprintf("          THE AUTOMATIC BACKUP FAILED on %s: %s", day(s.Failure.Time), printable(s.Failure.Reason)))
	}
	if s.now.Before(s.SnoozedUntil) {
		lines = append(lines, "          no reminder until "+day(s.SnoozedUntil))
	}
	return lines
}

func day(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }

func ago(age time.Duration) string {
	switch days := int(age / (24 * time.Hour)); {
	case age < time.Hour:
		return "just now"
	case days < 2:
		return fmt.Sprintf("%s ago", count(int(age/time.Hour), "hour"))
	default:
		return fmt.Sprintf("%d days ago", days)
	}
}

// talkOfBackups makes the automatic backup after a change, says when one fails or has failed, and reminds a person of a
// backup that is due. What the command itself was for has been done by now.
func (a *app) talkOfBackups(ctx context.Context, v *vault.Vault) {
	if v.Edited() > 0 {
		hear, end := a.progress("Backing up")
		err := v.AutoBackup(ctx, hear)
		end()
		if err != nil {
			fmt.Fprintf(a.Err, "warning: the automatic backup failed: %s; your accounts are stored\n", printable(outcomeOf(err).says))
			return
		}
		a.remindOfBackup(v)
		return
	}
	if s, err := v.BackupState(); err == nil && s.Failure != nil {
		fmt.Fprintf(a.Err, "warning: the automatic backup failed on %s: %s\n", day(s.Failure.Time), printable(s.Failure.Reason))
	}
}

// remindOfBackup talks to people only, and only after they changed something: never to a script.
func (a *app) remindOfBackup(v *vault.Vault) {
	if _, person := terminal(a.Err); !person {
		return
	}
	s, err := v.BackupState()
	if err != nil {
		return
	}
	changed, err := v.BackupDue()
	if err != nil {
		return
	}
	if due := s.Reminder(a.now(), a.remindAfter(), len(v.Accounts()), changed); due != "" {
		fmt.Fprintf(a.Err, "reminder: %s. Make one with \"twofold vault backup DIR\"; \"--snooze 14d\" in place of DIR keeps this quiet.\n", due)
	}
}
