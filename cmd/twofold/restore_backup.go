package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"twofold/vault"
)

// restoreFlags are those of "vault restore".
type restoreFlags struct {
	passwordFile      string
	dryRun, yes, json bool
}

func (a *app) restoreBackupCommand() *cobra.Command {
	var f restoreFlags
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Take the accounts of a backup into the vault; nothing is overwritten",
		Long: `Take the accounts of a backup into the vault.

It shows what would happen to each account, and asks. What is in the vault stays as
it is: an account that is there already is left alone, one with the same name and
another secret is kept beside, and a counter only moves on. Doing it twice adds
nothing, and one that was broken off is continued by doing it again.`,
		Example: `  twofold vault restore twofold-3k5j2m-20261125T130130Z.age --dry-run
  twofold vault restore /media/stick/mine.age`,
		Args: func(cmd *cobra.Command, args []string) error {
			if err := refuseSecrets(args); err != nil {
				return err
			}
			if len(args) != 1 {
				return fmt.Errorf("%q takes the FILE of one backup", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.restoreBackup(cmd.Context(), args[0], f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.passwordFile, "password-file", "", "read the backup's passphrase from `FILE`")
	flags.BoolVar(&f.dryRun, "dry-run", false, "only show what would happen")
	flags.BoolVarP(&f.yes, "yes", "y", false, "do not ask")
	flags.BoolVar(&f.json, "json", false, "print one JSON document")
	return cmd
}

var errSomeRefused = errors.New("some accounts of the backup could not be taken; they are named above")

func (a *app) restoreBackup(ctx context.Context, path string, f restoreFlags) error {
	b, err := a.openBackup(ctx, path, f.passwordFile)
	if err != nil {
		return err
	}
	defer b.Clear()
	return a.withVault(ctx, func(v *vault.Vault) error {
		plan, err := v.Plan(ctx, b.Keys)
		if err != nil {
			return err
		}
		plan = append(plan, refusedOf(b)...)
		if f.dryRun {
			return a.showPlan(a.Out, b, plan, f)
		}
		if !f.json {
			if err := a.showPlan(a.Err, b, plan, f); err != nil {
				return err
			}
		}
		if n := toDo(plan); n > 0 {
			if err := a.confirm(ctx, fmt.Sprintf("Take %s into the vault?", count(n, "account")), f.yes); err != nil {
				return err
			}
		}
		if counted(plan)[vault.FateRefused] == len(plan) {
			b.Keys = nil // nothing to make a vault for
		}
		hear, end := a.progress("Storing accounts")
		done, err := v.Merge(ctx, b.Keys, hear)
		end()
		done = append(done, refusedOf(b)...)
		if f.json {
			err = errors.Join(a.writePlan(b, done, f), err)
		}
		if err != nil {
			a.sayBrokenOff(done)
			return err
		}
		fmt.Fprintln(a.Err, summary(done))
		if counted(done)[vault.FateRefused] > 0 {
			return errSomeRefused
		}
		return nil
	})
}

// sayBrokenOff says how far a merging came.
func (a *app) sayBrokenOff(done []vault.Step) {
	fmt.Fprintf(a.Err, "It was broken off; %s stored. Do it again to go on: nothing is taken twice.\n", were(toDo(done)))
}

func were(n int) string {
	if n == 1 {
		return "1 account was"
	}
	return count(n, "account") + " were"
}

// openBackup asks for the passphrase again when it is not the one.
func (a *app) openBackup(ctx context.Context, path, passwordFile string) (*vault.Backup, error) {
	for try := 1; ; try++ {
		passphrase, err := a.backupPassphrase(ctx, passwordFile)
		if err != nil {
			return nil, err
		}
		b, err := vault.OpenBackup(path, passphrase)
		passphrase.Clear()
		if !errors.Is(err, vault.ErrBackupPassphrase) || passwordFile != "" || try == tries {
			return b, err
		}
		fmt.Fprintln(a.Err, "That is not the backup's passphrase. Try again.")
	}
}

func (a *app) backupPassphrase(ctx context.Context, file string) (vault.Secret, error) {
	if file != "" {
		a.warnIfShared(file)
		return readPassphraseFile(file)
	}
	return a.askBackupPassphrase(ctx, "Passphrase of the backup (not the vault's)")
}
