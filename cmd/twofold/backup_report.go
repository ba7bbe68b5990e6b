package main

import (
	"fmt"
	"time"

	"twofold/vault"
)

// madeBackup is what "vault backup --json" prints.
type madeBackup struct {
	Path     string          `json:"path"`
	Made     time.Time       `json:"made"`
	Accounts int             `json:"accounts"`
	Trash    int             `json:"trash"`
	SetAside int             `json:"set_aside"`
	Missing  []vault.Refused `json:"missing,omitempty"`
	Removed  []string        `json:"removed,omitempty"`
	Warning  string          `json:"warning,omitempty"`
}

func (a *app) reportBackup(r vault.BackupReport, asJSON bool) error {
	for _, m := range r.Missing {
		fmt.Fprintf(a.Err, "warning: not in the backup: %s: %s\n", printable(m.Name), printable(m.Reason))
	}
	made := madeBackup{Path: r.Path, Made: r.Made, Accounts: r.Accounts, Trash: r.Trash, SetAside: r.SetAside, Missing: r.Missing, Removed: r.Removed}
	if r.Warning != nil {
		made.Warning = r.Warning.Error()
		fmt.Fprintf(a.Err, "warning: the backup was made, and then: %s\n", printable(made.Warning))
	}
	if asJSON {
		return a.writeJSON(made)
	}
	what := count(r.Accounts, "account")
	if r.Trash > 0 {
		what += fmt.Sprintf(", %d in the trash", r.Trash)
	}
	if r.SetAside > 0 {
		what += fmt.Sprintf(", %d set aside as unreadable", r.SetAside)
	}
	complete := "read back and opened"
	if len(r.Missing) > 0 {
		complete = "INCOMPLETE, " + complete
	}
	fmt.Fprintf(a.Err, "Backed up %s; %s.\n", what, complete)
	if len(r.Removed) > 0 {
		fmt.Fprintf(a.Err, "Took away %s.\n", count(len(r.Removed), "older backup"))
	}
	_, err := fmt.Fprintln(a.Out, printable(r.Path))
	return err
}
