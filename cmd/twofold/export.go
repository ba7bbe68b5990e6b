package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"twofold/qr"
	"twofold/vault"
	"twofold/vault/transfer"
)

// exportFlags are those of "export".
type exportFlags struct {
	format, passwordFile string
	plain, yes           bool
}

func (a *app) exportCommand() *cobra.Command {
	var f exportFlags
	cmd := &cobra.Command{
		Use:   "export FILE|- --format NAME [FILTER]",
		Short: "Write accounts in the format of another authenticator",
		Long: `Write accounts, with their secrets, in the format of another authenticator.

All accounts are written, or those that a FILTER matches; not those in the trash. The
file is new and only you can read it. It says before it asks what the format cannot
hold. Formats that can be encrypted are, under a password that it asks for, unless
--plain says otherwise. For Google Authenticator, name a FILE that ends with .png and
get the QR codes to scan.`,
		Example: `  twofold export aegis.json --format aegis
  twofold export codes.png --format google
  twofold export page.html --format html github
  twofold export - --format otpauth --yes | age -p > accounts.age`,
		Args: func(cmd *cobra.Command, args []string) error {
			if err := refuseSecrets(args); err != nil {
				return err
			}
			if len(args) == 0 || f.format == "" {
				return fmt.Errorf("%q takes a FILE, or - for standard output, and --format NAME", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.export(cmd.Context(), args[0], filterOf(args[1:]), f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", "", "the format, as `NAME` of \"twofold formats\"")
	flags.StringVar(&f.passwordFile, "password-file", "", "read the file's new password from `FILE`")
	flags.BoolVar(&f.plain, "plain", false, "not encrypted, where the format may be")
	flags.BoolVarP(&f.yes, "yes", "y", false, "do not ask")
	return cmd
}

var (
	errNothingToExport = errors.New("there is no account to export")
	errNotExported     = errors.New("some accounts are not in the export; they are named above")
)

func (a *app) export(ctx context.Context, target, filter string, f exportFlags) error {
	format, known := transfer.Find(f.format)
	switch {
	case !known || format.Write == nil:
		return usageError{"twofold export", fmt.Errorf("%q is no format that is written; \"twofold formats\" lists them", printable(f.format))}
	case f.plain && format.Locked == transfer.AlwaysLocked, f.passwordFile != "" && (f.plain || format.Locked == transfer.NeverLocked):
		return usageError{"twofold export", fmt.Errorf("%s is %s encrypted", format.Title, lockWords[format.Locked])}
	}
	return a.withVault(ctx, func(v *vault.Vault) error {
		keys, missing := a.keysToExport(ctx, v, filter)
		defer clearKeys(keys)
		if len(keys) == 0 {
			return missing
		}
		held, left, losses := format.Sort(keys)
		a.sayLosses(format, held, left, losses)
		if len(held) == 0 {
			return errNothingToExport
		}
		if err := a.writeExport(ctx, target, format, held, f); err != nil {
			return err
		}
		if len(left) > 0 {
			return errNotExported
		}
		return missing
	})
}

var lockWords = map[transfer.Lock]string{
	transfer.NeverLocked: "never", transfer.MayBeLocked: "not at once plain and", transfer.AlwaysLocked: "always",
}

// keysToExport fetches the accounts that a filter matches, all of them without one.
func (a *app) keysToExport(ctx context.Context, v *vault.Vault, filter string) ([]vault.Key, error) {
	accounts := v.Accounts()
	if filter != "" {
		accounts = v.Find(filter)
	}
	if len(accounts) == 0 {
		return nil, errNothingToExport
	}
	ids := make([]string, len(accounts))
	for i, acc := range accounts {
		ids[i] = acc.ID
	}
	fetched := v.Keys(ctx, ids)
	var keys []vault.Key
	var failed error
	for i, id := range ids {
		got := fetched[id]
		if got.Err != nil {
			fmt.Fprintf(a.Err, "left out: %s: %v\n", nameOf(accounts[i]), got.Err)
			failed = got.Err
			continue
		}
		keys = append(keys, got.Key)
	}
	if len(keys) == 0 {
		return nil, failed
	}
	if failed != nil {
		failed = errNotExported
	}
	return keys, failed
}

func clearKeys(keys []vault.Key) {
	for _, k := range keys {
		k.Secret.Clear()
	}
}

func (a *app) sayLosses(format transfer.Format, held []vault.Key, left []transfer.Aside, losses []string) {
	for _, aside := range left {
		fmt.Fprintf(a.Err, "left out: %s: %s\n", entryName(aside), printable(aside.Reason))
	}
	if len(losses) > 0 && len(held) > 0 {
		fmt.Fprintf(a.Err, "warning: %s cannot hold %s: of these accounts that is left behind\n", format.Title, printable(strings.Join(losses, ", ")))
	}
}

// writeExport asks, and writes.
func (a *app) writeExport(ctx context.Context, target string, format transfer.Format, keys []vault.Key, f exportFlags) error {
	out := transfer.Output{Program: "Twofold " + readVersion().Version, Made: a.now(), Draw: drawSVG}
	locked := format.Locked == transfer.AlwaysLocked || format.Locked == transfer.MayBeLocked && !f.plain
	question := fmt.Sprintf("Write %s, encrypted?", count(len(keys), "account"))
	if !locked {
		question = fmt.Sprintf("Write %s in the clear? Whoever gets the file can log in as you.", count(len(keys), "account"))
	}
	if err := a.confirm(ctx, question, f.yes || locked && !a.attended()); err != nil {
		return err
	}
	if locked {
		var err error
		if out.Password, err = a.newBackupPassphrase(ctx, f.passwordFile); err != nil {
			return err
		}
		defer out.Password.Clear()
	}
	var file bytes.Buffer
	defer func() { clear(file.Bytes()) }()
	if err := format.Write(ctx, &file, keys, out); err != nil {
		return err
	}
	if format.Name == "google" && strings.EqualFold(filepath.Ext(target), ".png") {
		return a.writePictures(target, file.String(), len(keys))
	}
	if target == "-" {
		_, err := a.Out.Write(file.Bytes())
		return err
	}
	if err := writePrivate(target, file.Bytes()); err != nil {
		return err
	}
	words := "It is encrypted."
	if !locked {
		words = "It is not encrypted: delete it when it has done its work."
	}
	fmt.Fprintf(a.Err, "Wrote %s to %s. %s\n", count(len(keys), "account"), printable(target), words)
	return nil
}

// writePictures writes a picture for each link of an export: codes.png, codes-2.png, ...
func (a *app) writePictures(target, links string, accounts int) error {
	ending := filepath.Ext(target)
	var names []string
	for link := range strings.Lines(links) {
		name := target
		if n := len(names) + 1; n > 1 {
			name = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(target, ending), n, ending)
		}
		if err := writeCode(name, strings.TrimSpace(link)); err != nil {
			for _, written := range names { // all of them, or none
				err = errors.Join(err, os.Remove(written))
			}
			return err
		}
		names = append(names, name)
	}
	fmt.Fprintf(a.Err, "Wrote %s to %s. Scan them in Google Authenticator, then delete them.\n", count(accounts, "account"), printable(strings.Join(names, ", ")))
	return nil
}

// drawSVG is the QR code of a text as it stands in a page.
func drawSVG(text string) ([]byte, error) {
	symbol, err := qr.Encode(text)
	if err != nil {
		return nil, err
	}
	return symbol.SVG(), nil
}
