package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"twofold/qr"
	"twofold/qr/capture"
	"twofold/vault"
	"twofold/vault/transfer"
)

// importFlags are those of "import".
type importFlags struct {
	format, passwordFile           string
	all, dryRun, reveal, yes, json bool
	undo                           bool
}

func (a *app) importCommand() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import FILE|-",
		Short: "Take over the accounts of another authenticator",
		Long: `Take over the accounts that another authenticator has exported.

The format is known by the file's content; "twofold formats" lists them. A picture of
an export's QR codes is read, too. It shows what would be added, and asks; not in a
script, where no stream is a terminal. An account that is there already is left alone.
One whose secret is there under another name, or whose name is there with another
secret, is left out unless --all says otherwise. Importing the same file twice adds
nothing.`,
		Example: `  twofold import aegis-backup.json
  twofold import bitwarden.json --dry-run
  twofold import --undo             the accounts of the last import into the trash`,
		Args: f.check,
		RunE: func(cmd *cobra.Command, args []string) error {
			unhurried() // files may be large
			if f.undo {
				return a.undoImport(cmd.Context(), f)
			}
			return a.importFile(cmd.Context(), args[0], f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", "", "the file's format, as `NAME` of \"twofold formats\"")
	flags.StringVar(&f.passwordFile, "password-file", "", "read the file's password from `FILE`")
	flags.BoolVar(&f.all, "all", false, "also take what seems to be there under another name or secret")
	flags.BoolVar(&f.dryRun, "dry-run", false, "only show what would happen")
	flags.BoolVar(&f.reveal, "reveal", false, "with --dry-run --json, the secrets too")
	flags.BoolVarP(&f.yes, "yes", "y", false, "do not ask")
	flags.BoolVar(&f.json, "json", false, "print one JSON document")
	flags.BoolVar(&f.undo, "undo", false, "put the accounts of the last import into the trash")
	return cmd
}

func (f *importFlags) check(cmd *cobra.Command, args []string) error {
	if err := refuseSecrets(args); err != nil {
		return err
	}
	switch {
	case f.undo && (f.format != "" || f.passwordFile != "" || f.all || f.dryRun || f.reveal || f.json):
		return errUndoAlone
	case f.undo && len(args) == 0:
		return nil
	case len(args) != 1 || f.undo:
		return fmt.Errorf("%q takes one FILE, or - for standard input; or --undo alone", cmd.CommandPath())
	case f.reveal && (!f.dryRun || !f.json):
		return errors.New("--reveal goes with --dry-run --json")
	}
	return nil
}

var errLeftOut = errors.New("some accounts of the file were not taken; they are named above")

func (a *app) importFile(ctx context.Context, source string, f importFlags) error {
	format, export, err := a.readExport(ctx, source, f)
	if errors.Is(err, transfer.ErrNothingInIt) && f.json {
		err = errors.Join(a.writeImport(importPlan{format: format}, f), err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", printable(source), err)
	}
	defer clearKeys(export.Keys)
	return a.withVault(ctx, func(v *vault.Vault) error {
		plan, err := v.Plan(ctx, export.Keys)
		if err != nil {
			return err
		}
		p := importPlan{format: format, export: export, steps: plan, all: f.all}
		if f.dryRun {
			return a.showImport(a.Out, p, f)
		}
		return a.takeImport(ctx, v, p, f)
	})
}

// takeImport shows, asks and stores.
func (a *app) takeImport(ctx context.Context, v *vault.Vault, p importPlan, f importFlags) error {
	if !f.json {
		if err := a.showImport(a.Err, p, f); err != nil {
			return err
		}
	}
	var done []vault.Step
	undoable := 0
	if keys := p.taken(); len(keys) > 0 {
		if err := a.confirm(ctx, fmt.Sprintf("Add %s?", count(len(keys), "account")), f.yes || !a.attended()); err != nil {
			return err
		}
		var err error
		if done, undoable, err = a.storeImport(ctx, v, keys); err != nil {
			return err
		}
	}
	if f.json {
		if err := a.writeImport(p, f); err != nil {
			return err
		}
	}
	fmt.Fprintln(a.Err, p.summary(done))
	if undoable > 0 {
		fmt.Fprintln(a.Err, "To undo all of it: twofold import --undo")
	}
	return p.leftOut()
}

// storeImport merges, and notes what an undo has to take back.
func (a *app) storeImport(ctx context.Context, v *vault.Vault, keys []vault.Key) (done []vault.Step, undoable int, err error) {
	note, err := beginImport(v)
	if err != nil {
		return nil, 0, err
	}
	hear, end := a.progress("Storing accounts")
	done, err = v.Merge(ctx, keys, hear)
	end()
	if err == nil {
		undoable, err = endImport(v, note)
	}
	if err != nil {
		a.sayBrokenOff(done)
	}
	return done, undoable, err
}

// readExport reads a file, or the QR codes in a picture of one.
func (a *app) readExport(ctx context.Context, source string, f importFlags) (transfer.Format, transfer.Export, error) {
	var lost error // what of a picture was not looked at
	if info, err := os.Stat(source); source != "-" && err == nil && info.IsDir() {
		err := transfer.CheckFolder(os.DirFS(source))
		if err == nil {
			err = fmt.Errorf("%w: it is a folder; name the file in it", transfer.ErrRefused)
		}
		return transfer.Format{}, transfer.Export{}, err
	}
	data, err := a.fileBytes(ctx, source, transfer.MaxFile)
	defer func() { clear(data) }()
	switch {
	case err != nil:
		return transfer.Format{}, transfer.Export{}, err
	case len(data) > transfer.MaxFile:
		return transfer.Format{}, transfer.Export{}, fmt.Errorf("%w: more than %d MiB", transfer.ErrTooLarge, transfer.MaxFile>>20)
	}
	if qr.IsPicture(data) || capture.IsPDF(data) {
		codes, err := capture.Codes(ctx, data)
		if len(codes) == 0 || err != nil && !errors.Is(err, qr.ErrNotAll) {
			return transfer.Format{}, transfer.Export{}, err
		}
		clear(data)
		lost = err
		data = textLines(codes)
	}
	format, err := a.formatOf(data, f.format)
	if errors.Is(err, transfer.ErrUnknownFormat) {
		if pictures := transfer.PagePictures(data); len(pictures) > 0 {
			clear(data)
			data = textsIn(ctx, pictures)
			format, err = a.formatOf(data, f.format)
		}
	}
	if err != nil {
		return format, transfer.Export{}, err
	}
	export, err := format.Open(ctx, transfer.Input{
		Data: data, Password: a.exportPassword(f.passwordFile), Progress: func(doing string) {
			if a.interactive() {
				fmt.Fprintln(a.Err, printable(doing)+" ...")
			}
		},
	})
	if lost != nil {
		export.Parts = append(export.Parts, lost.Error())
	}
	return format, export, err
}

// mostPictures are those of a page that are looked at: other programs print a code an account.
const mostPictures = 300

// textsIn are the texts of the QR codes in the pictures of a page, as other programs print their accounts.
func textsIn(ctx context.Context, pictures [][]byte) []byte {
	var codes []capture.Code
	for _, picture := range pictures[:min(len(pictures), mostPictures)] {
		if ctx.Err() != nil {
			break
		}
		more, _ := capture.Codes(ctx, picture) // one without a code is the page's decoration
		codes = append(codes, more...)
		clear(picture)
	}
	return textLines(codes)
}

func textLines(codes []capture.Code) []byte {
	var texts strings.Builder
	for _, c := range codes {
		texts.WriteString(strings.TrimSpace(c.Text) + "\n")
	}
	return []byte(texts.String())
}

func (a *app) formatOf(data []byte, name string) (transfer.Format, error) {
	if name == "" {
		return transfer.Recognize(data)
	}
	format, known := transfer.Find(name)
	if !known {
		return format, usageError{"twofold import", fmt.Errorf("%q is no format; \"twofold formats\" lists them", printable(name))}
	}
	return format, nil
}

// exportPassword asks for a file's password, three times at most, or reads the file that was named.
func (a *app) exportPassword(file string) func(context.Context, bool) (vault.Secret, error) {
	asked := 0
	return func(ctx context.Context, again bool) (vault.Secret, error) {
		if file != "" {
			if again {
				return vault.Secret{}, transfer.ErrNeedsPassword
			}
			if file == "-" {
				return firstLine(a.In)
			}
			a.warnIfShared(file)
			return readPassphraseFile(file)
		}
		if asked++; asked > tries {
			return vault.Secret{}, transfer.ErrNeedsPassword
		}
		if again {
			fmt.Fprintln(a.Err, "That password does not open it.")
		}
		password, err := a.askPassphrase(ctx, "Password of the file")
		if errors.Is(err, vault.ErrPassphraseNeeded) {
			return password, transfer.ErrNeedsPassword
		}
		return password, err
	}
}
