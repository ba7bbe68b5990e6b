package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"twofold/vault"
)

func (a *app) vaultCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "vault",
		Short: "The place where your secrets are kept",
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.statusCommand(), a.unlockCommand(), a.initCommand(), a.moveCommand(), a.passphraseCommand(), a.doctorCommand(),
		a.backupCommand(), a.restoreBackupCommand())
	return cmd
}

// vaultStatus is what "vault status --json" prints.
type vaultStatus struct {
	Kind     string `json:"kind"`
	Dir      string `json:"dir"`
	Exists   bool   `json:"exists"`
	Keyring  string `json:"keyring,omitempty"`
	Provider string `json:"provider,omitempty"`
	Accounts *int   `json:"accounts,omitempty"`
	Trash    *int   `json:"trash,omitempty"`
	SetAside *int   `json:"set_aside,omitempty"`
	Problem  string `json:"problem,omitempty"`

	Backup *backupStatus `json:"backup,omitempty"`
}

func (a *app) statusCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say where your secrets are, and whether they can be read",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			kind, err := a.vaultKind()
			if err != nil {
				return err
			}
			found, err := vault.Inspect(cmd.Context(), a.vaultDir(), kind)
			if err != nil {
				return err
			}
			status := vaultStatus{
				Kind: string(found.Kind), Dir: found.Dir, Exists: found.Exists,
				Keyring: string(found.Keyring.State), Provider: found.Keyring.Provider,
			}
			if found.Exists {
				status.Backup = a.readBackupStatus(found.Dir)
			}
			problem := found.Err
			if problem == nil && found.Exists && a.canOpen(found.Kind) {
				problem = a.openVault(cmd.Context(), func(v *vault.Vault) error {
					accounts, trash, aside := len(v.Accounts()), len(v.Trash()), len(v.SetAside())
					status.Accounts, status.Trash, status.SetAside = &accounts, &trash, &aside
					status.Backup.compare(v, a.now(), a.remindAfter())
					return nil
				})
			}
			if problem != nil {
				status.Problem = outcomeOf(problem).says
			}
			if asJSON {
				return errors.Join(a.writeJSON(status), problem)
			}
			return errors.Join(a.writeStatus(status), problem)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return cmd
}

// canOpen reports whether the vault can be opened without asking anybody.
func (a *app) canOpen(kind vault.Kind) bool {
	return kind != vault.KindFile || a.passphraseSource() != ""
}

func (a *app) writeStatus(s vaultStatus) error {
	place := "a file under a passphrase"
	switch vault.Kind(s.Kind) {
	case vault.KindKeyring:
		place = "the keyring"
	case vault.KindKeyedFile:
		place = "a file whose key is in the keyring"
	}
	if s.Provider != "" {
		place += " (" + s.Provider + ")"
	}
	lines := []string{"Secrets   " + place, "Folder    " + s.Dir}
	switch {
	case s.Accounts != nil:
		line := "Accounts  " + count(*s.Accounts, "account")
		if *s.Trash > 0 {
			line += fmt.Sprintf(", %d in the trash", *s.Trash)
		}
		if *s.SetAside > 0 {
			line += fmt.Sprintf(", %d set aside as unreadable", *s.SetAside)
		}
		lines = append(lines, line)
	case !s.Exists && s.Problem == "":
		lines = append(lines, "Accounts  none yet; the first one you add makes the vault")
	case s.Problem == "":
		lines = append(lines, "Accounts  locked; your passphrase opens them")
	}
	if s.Backup != nil {
		lines = append(lines, s.Backup.lines()...)
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(a.Out, line); err != nil {
			return err
		}
	}
	return nil
}
