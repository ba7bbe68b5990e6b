package main

import (
	"cmp"
	"fmt"
	"io"
	"time"

	"twofold/vault"
)

// refusedOf are the entries of a backup that never were accounts to this program, or never were in it.
func refusedOf(b *vault.Backup) []vault.Step {
	var steps []vault.Step
	add := func(r vault.Refused, why string) {
		steps = append(steps, vault.Step{Fate: vault.FateRefused, Account: vault.Account{ID: r.ID, Label: r.Name}, Reason: why})
	}
	for _, r := range b.Refused {
		add(r, r.Reason)
	}
	for _, r := range b.Missing {
		add(r, "it was not in reach when the backup was made: "+r.Reason)
	}
	return steps
}

func counted(steps []vault.Step) map[vault.Fate]int {
	n := map[vault.Fate]int{}
	for _, s := range steps {
		n[s.Fate]++
	}
	return n
}

// toDo counts the accounts that change something in the vault.
func toDo(steps []vault.Step) int {
	n := counted(steps)
	return n[vault.FateNew] + n[vault.FateBeside] + n[vault.FateCounter] + n[vault.FateMended]
}

// fateWords are the columns of the preview.
var fateWords = map[vault.Fate]string{
	vault.FateNew:     "new",
	vault.FateBeside:  "new, kept beside",
	vault.FateHere:    "there already",
	vault.FateCounter: "counter moves on",
	vault.FateTrash:   "in the trash here",
	vault.FateMended:  "secret put back",
	vault.FateRefused: "cannot be taken",
}

func (a *app) showPlan(w io.Writer, b *vault.Backup, plan []vault.Step, f restoreFlags) error {
	if f.json {
		return a.writePlan(b, plan, f)
	}
	fmt.Fprintf(a.Err, "A backup of %s, with %s.\n", day(b.Made), count(len(b.Keys), "account"))
	for _, s := range plan {
		line := pad(fateWords[s.Fate], 18) + " " + nameOf(s.Account)
		switch {
		case s.Fate == vault.FateNew && !s.Account.Removed.IsZero():
			line += " (into the trash)"
		case s.Fate == vault.FateBeside:
			line += " (another secret has this name here)"
		case s.Fate == vault.FateHere && s.Existing.Name() != s.Account.Name():
			line += ", as " + nameOf(s.Existing)
		case s.Fate == vault.FateCounter:
			line += fmt.Sprintf(" (%d to %d)", s.Existing.Counter, s.Account.Counter)
		case s.Fate == vault.FateTrash && s.Account.Removed.IsZero():
			line += fmt.Sprintf(" (\"twofold restore %s\" brings it back)", s.Existing.ID)
		case s.Fate == vault.FateRefused:
			line += ": " + printable(s.Reason)
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

// summary is one sentence.
func summary(steps []vault.Step) string {
	n := counted(steps)
	text := "Nothing was added"
	if fresh := n[vault.FateNew] + n[vault.FateBeside]; fresh > 0 {
		text = "Added " + count(fresh, "account")
	}
	for _, part := range []struct {
		fate  vault.Fate
		words string
	}{
		{vault.FateCounter, "%d with the counter moved on"},
		{vault.FateMended, "%d with the secret put back"},
		{vault.FateHere, "%d there already"},
		{vault.FateTrash, "%d in the trash"},
		{vault.FateRefused, "%d not taken"},
	} {
		if n[part.fate] > 0 {
			text += "; " + fmt.Sprintf(part.words, n[part.fate])
		}
	}
	return text + "."
}

// restoredBackup is what "vault restore --json" prints.
type restoredBackup struct {
	Vault    string             `json:"vault"`
	Made     time.Time          `json:"made"`
	DryRun   bool               `json:"dry_run"`
	Counts   map[vault.Fate]int `json:"counts"`
	Accounts []restoredAccount  `json:"accounts"`
}

type restoredAccount struct {
	Fate     vault.Fate `json:"fate"`
	ID       string     `json:"id,omitempty"`
	Type     string     `json:"type,omitempty"`
	Issuer   string     `json:"issuer"`
	Label    string     `json:"label"`
	Trashed  bool       `json:"trashed,omitempty"`
	Existing string     `json:"existing,omitempty"` // the id of the one it was held against
	Reason   string     `json:"reason,omitempty"`
}

func (a *app) writePlan(b *vault.Backup, steps []vault.Step, f restoreFlags) error {
	out := restoredBackup{Vault: b.Vault, Made: b.Made, DryRun: f.dryRun, Counts: counted(steps), Accounts: []restoredAccount{}}
	for _, s := range steps {
		out.Accounts = append(out.Accounts, restoredAccount{
			Fate: s.Fate, ID: cmp.Or(s.Account.ID, s.Existing.ID), Type: string(s.Account.Type), Issuer: s.Account.Issuer, Label: s.Account.Label,
			Trashed: !s.Account.Removed.IsZero(), Existing: s.Existing.ID, Reason: s.Reason,
		})
	}
	return a.writeJSON(out)
}
