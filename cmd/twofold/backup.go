package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"twofold/vault"
)

// autoKeep is how many automatic backups stay where nothing is said.
const autoKeep = 10

// backupFlags are those of "vault backup".
type backupFlags struct {
	passwordFile, snooze, auto string
	keep                       int
	partial, status, json      bool
}

func (a *app) backupCommand() *cobra.Command {
	var f backupFlags
	cmd := &cobra.Command{
		Use:   "backup [FILE|DIR]",
		Short: "Write all accounts into a file under a passphrase of its own",
		Long: `Write all accounts, also those of the trash, into a file under a passphrase.

The passphrase is the backup's own, not the vault's; it is asked for, or read from
--password-file. The file is read back and opened before it is said to be made, and
"age -d FILE" opens it without this program. A FILE that is there is never
overwritten; in a DIR the file gets a name of the vault and the time. Without either
it goes where the last one went.

With --auto DIR a backup is made after each change, from now on.`,
		Example: `  twofold vault backup /media/stick/ --keep 5
  twofold vault backup --auto ~/Backups
  twofold vault backup --status
  twofold vault restore /media/stick/twofold-….age`,
		Args: filterArguments,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(cmd, args); err != nil {
				return usageError{cmd.CommandPath(), err}
			}
			return a.backup(cmd.Context(), args, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.passwordFile, "password-file", "", "read the backup's passphrase from `FILE`")
	flags.IntVar(&f.keep, "keep", 0, "leave `N` backups of this vault in DIR; the oldest go")
	flags.StringVar(&f.auto, "auto", "", "make backups in `DIR` after each change; off ends it")
	flags.StringVar(&f.snooze, "snooze", "", "no reminder for this `TIME`, such as 14d")
	flags.BoolVar(&f.partial, "partial", false, "make it also when some secrets cannot be read")
	flags.BoolVar(&f.status, "status", false, "say when the last one was made, and where it is")
	flags.BoolVar(&f.json, "json", false, "print one JSON document")
	return cmd
}

// check refuses what does not go together.
func (f *backupFlags) check(cmd *cobra.Command, args []string) error {
	ways := len(args)
	for _, name := range []string{"auto", "snooze", "status"} {
		if cmd.Flags().Changed(name) {
			ways++
		}
	}
	keeps := cmd.Flags().Changed("keep")
	switch {
	case ways > 1:
		return errors.New("it takes one of FILE, DIR, --auto, --snooze and --status")
	case keeps && f.keep < 1:
		return errors.New("--keep is 1 or more")
	case cmd.Flags().Changed("auto") && f.auto == "":
		return errors.New("--auto takes a folder, or off")
	case keeps && len(args) == 1 && !isFolder(args[0]):
		return errors.New("--keep goes with a folder; one that is not there yet ends with /")
	}
	return nil
}

// isFolder is true for a folder, and for the name of one to be made.
func isFolder(path string) bool {
	if path == "" || os.IsPathSeparator(path[len(path)-1]) {
		return path != ""
	}
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

var (
	errNoBackupPlace  = errors.New("a backup needs a file or a folder to go to")
	errBackupNobody   = errors.New("a backup needs a passphrase of its own, and there is no terminal to ask for it on")
	errBackupsDiffer  = errors.New("the two passphrases differ; no backup was made")
	errBackupSnoozing = errors.New("--snooze takes days, as in 14d, up to 366")
)

func (a *app) backup(ctx context.Context, args []string, f backupFlags) error {
	if f.snooze != "" {
		return a.snoozeBackup(ctx, f.snooze, f.json)
	}
	if f.status {
		return a.showBackupStatus(ctx, f.json)
	}
	if len(args) == 1 && !isFolder(args[0]) {
		if _, err := os.Lstat(args[0]); err == nil { // before anybody is asked for anything
			return fmt.Errorf("%w: %s", vault.ErrBackupExists, args[0])
		}
	}
	return a.openVault(ctx, func(v *vault.Vault) error {
		switch {
		case len(v.Accounts())+len(v.Trash()) == 0 && f.auto != "off":
			return vault.ErrNothingToBackUp
		case f.auto == "off":
			if err := v.StopAutoBackup(ctx); err != nil {
				return err
			}
			fmt.Fprintln(a.Err, "No more automatic backups; those that were made stay.")
			return a.reportBackupState(v, f.json)
		case f.auto != "":
			return a.startAutoBackup(ctx, v, f)
		}
		return a.backupOnce(ctx, v, args, f)
	})
}

func (a *app) backupOnce(ctx context.Context, v *vault.Vault, args []string, f backupFlags) error {
	options := vault.BackupOptions{Keep: f.keep, Partial: f.partial}
	var to string
	remembered := false
	if len(args) == 1 {
		to = args[0]
	} else {
		state, err := v.BackupState()
		if err != nil {
			return err
		}
		options.Folder = true
		switch {
		case state.Auto != nil:
			to, remembered = state.Auto.Dir, f.passwordFile == ""
			if f.keep == 0 {
				options.Keep = state.Auto.Keep
			}
		case state.Last != nil:
			to = filepath.Dir(state.Last.Path)
		default:
			return errNoBackupPlace
		}
		fmt.Fprintf(a.Err, "The backup goes to %s.\n", printable(to))
	}
	var passphrase vault.Secret // none means the one that is remembered
	if !remembered {
		var err error
		if passphrase, err = a.newBackupPassphrase(ctx, f.passwordFile); err != nil {
			return err
		}
		defer passphrase.Clear()
	}
	hear, end := a.progress("Reading secrets")
	options.Progress = hear
	report, err := v.Backup(ctx, to, passphrase, options)
	end()
	if err != nil {
		return err
	}
	return a.reportBackup(report, f.json)
}

func (a *app) startAutoBackup(ctx context.Context, v *vault.Vault, f backupFlags) error {
	passphrase, err := a.newBackupPassphrase(ctx, f.passwordFile)
	if err != nil {
		return err
	}
	defer passphrase.Clear()
	keep := f.keep
	if keep == 0 {
		keep = autoKeep
	}
	hear, end := a.progress("Reading secrets")
	report, err := v.SetAutoBackup(ctx, f.auto, passphrase, keep, hear)
	end()
	if err != nil {
		return err
	}
	if err := a.reportBackup(report, f.json); err != nil {
		return err
	}
	fmt.Fprintf(a.Err, "From now on each change makes one there; %d are kept. The passphrase is remembered beside your accounts.\n", keep)
	return nil
}

func (a *app) snoozeBackup(ctx context.Context, text string, asJSON bool) error {
	life, err := snoozeTime(text)
	if err != nil {
		return usageError{"twofold vault backup", err}
	}
	until := a.now().Add(life)
	return a.openVault(ctx, func(v *vault.Vault) error {
		if err := v.SnoozeBackup(ctx, until); err != nil {
			return err
		}
		fmt.Fprintf(a.Err, "No reminder until %s.\n", day(until))
		return a.reportBackupState(v, asJSON)
	})
}

// reportBackupState prints what "--status --json" would, after it was changed.
func (a *app) reportBackupState(v *vault.Vault, asJSON bool) error {
	if !asJSON {
		return nil
	}
	status := a.readBackupStatus(v.Dir())
	status.compare(v, a.now(), a.remindAfter())
	return a.writeJSON(status)
}

// snoozeTime reads days, as in 14d, and what Go calls a duration.
func snoozeTime(text string) (time.Duration, error) {
	const most = 366 * 24 * time.Hour
	life, err := time.ParseDuration(text)
	if number, days := strings.CutSuffix(text, "d"); days {
		var n int
		n, err = strconv.Atoi(number)
		life = time.Duration(min(n, 1000)) * 24 * time.Hour
	}
	if err != nil || life <= 0 || life > most {
		return 0, errBackupSnoozing
	}
	return life, nil
}

func (a *app) showBackupStatus(ctx context.Context, asJSON bool) error {
	kind, err := a.vaultKind()
	if err != nil {
		return err
	}
	found, err := vault.Inspect(ctx, a.vaultDir(), kind)
	if err != nil {
		return err
	}
	if found.Err == nil && !found.Exists {
		return vault.ErrNothingToBackUp
	}
	status := a.readBackupStatus(found.Dir)
	problem := found.Err
	if problem == nil && a.canOpen(found.Kind) {
		problem = a.openVault(ctx, func(v *vault.Vault) error {
			status.compare(v, a.now(), a.remindAfter())
			return nil
		})
	}
	if asJSON {
		return errors.Join(a.writeJSON(status), problem)
	}
	var out bytes.Buffer
	for _, line := range status.lines() {
		fmt.Fprintln(&out, line)
	}
	_, err = a.Out.Write(out.Bytes())
	return errors.Join(err, problem)
}
