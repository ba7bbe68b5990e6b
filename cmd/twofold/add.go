package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"twofold/vault"
	"twofold/vault/transfer"
)

// addFlags are the parameters of a bare secret, and how to add.
type addFlags struct {
	issuer, label, kind, algorithm string
	digits, period                 int
	counter                        uint64
	yes, json                      bool
}

func (a *app) addCommand() *cobra.Command {
	var f addFlags
	cmd := &cobra.Command{
		Use:   "add",
		Short: "Add an account from a link or a key",
		Long: `Add an account from a link or a key.

It asks, or reads one otpauth:// link or bare secret a line from a pipe. The flags
describe a bare secret; a link brings its own parameters. It asks before it adds; not
in a script, where no stream is a terminal.`,
		Example: `  twofold add
  wl-paste | twofold add
  twofold add --issuer GitHub --label ada@example.com < key.txt`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			keys, err := a.keysToAdd(cmd.Context(), f)
			if err != nil {
				return err
			}
			return a.addKeys(cmd.Context(), keys, f.yes, f.json)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.issuer, "issuer", "", "who gave the secret, as `NAME`")
	flags.StringVar(&f.label, "label", "", "the account's `NAME` there, often an e-mail address")
	flags.StringVar(&f.kind, "type", "totp", "totp, hotp or steam")
	flags.StringVar(&f.algorithm, "algorithm", "SHA1", "SHA1, SHA256 or SHA512")
	flags.IntVar(&f.digits, "digits", 0, "digits of a code (6 where nothing is said)")
	flags.IntVar(&f.period, "period", vault.DefaultPeriod, "life of a code in seconds")
	flags.Uint64Var(&f.counter, "counter", 0, "the next counter of a hotp account")
	flags.BoolVarP(&f.yes, "yes", "y", false, "do not ask before adding")
	flags.BoolVar(&f.json, "json", false, "print one JSON document")
	return cmd
}

// keysToAdd reads from a pipe, or asks the person at the terminal.
func (a *app) keysToAdd(ctx context.Context, f addFlags) ([]vault.Key, error) {
	if _, person := terminal(a.In); person {
		key, err := a.askKey(ctx, f)
		return []vault.Key{key}, err
	}
	return a.readKeys(f)
}

var (
	errNothingToAdd = errors.New("there was nothing to add")
	errNameless     = errors.New("a bare key needs a name: --issuer, --label or both")
	errNotAKey      = errors.New("this is neither an otpauth:// link nor a key")
	errIsExport     = errors.New("this is an export of Google Authenticator, not one account")
	errLineTooLong  = errors.New("the line is too long for a link or a key")
)

func (a *app) readKeys(f addFlags) ([]vault.Key, error) {
	var keys []vault.Key
	lines := bufio.NewScanner(a.In)
	number := 1
	for ; lines.Scan(); number++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			continue
		}
		key, err := f.key(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		keys = append(keys, key)
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return nil, fmt.Errorf("line %d: %w", number, errLineTooLong)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read standard input: %w", err)
	}
	if len(keys) == 0 {
		return nil, errNothingToAdd
	}
	return keys, nil
}

// askKey asks for a link or a key, and for the names that a bare key lacks.
func (a *app) askKey(ctx context.Context, f addFlags) (vault.Key, error) {
	typed, err := a.askHidden(ctx, "otpauth:// link or key (not shown)")
	if err != nil {
		return vault.Key{}, err
	}
	defer clear(typed)
	text := strings.TrimSpace(string(typed))
	if text == "" {
		return vault.Key{}, errNothingToAdd
	}
	if !looksSecret(text) {
		for _, question := range []struct {
			prompt string
			answer *string
		}{{"Issuer (who gave you the key)", &f.issuer}, {"Label (your name there)", &f.label}} {
			if *question.answer != "" {
				continue
			}
			fmt.Fprintf(a.Err, "%s: ", question.prompt)
			if *question.answer, err = a.readLine(ctx); err != nil {
				return vault.Key{}, err
			}
		}
	}
	return f.key(text)
}

// key is the account that one line of input enrolls.
func (f addFlags) key(line string) (vault.Key, error) {
	if transfer.IsGoogle(line) {
		return vault.Key{}, errIsExport
	}
	if looksSecret(line) {
		return vault.ParseKeyURI(line)
	}
	if strings.Contains(line, "://") {
		return vault.Key{}, errNotAKey
	}
	secret, err := vault.ParseSecret(line)
	if err != nil {
		return vault.Key{}, err
	}
	algorithm, known := vault.ParseAlgorithm(f.algorithm)
	if !known {
		return vault.Key{}, usageError{"twofold add", errors.New("--algorithm is one of SHA1, SHA256, SHA512")}
	}
	if f.issuer == "" && f.label == "" {
		return vault.Key{}, usageError{"twofold add", errNameless}
	}
	key := vault.Key{Secret: secret, Account: vault.Account{
		Type: vault.Type(strings.ToLower(f.kind)), Issuer: f.issuer, Label: f.label, Algorithm: algorithm,
		Digits: f.digits, Period: f.period,
	}}
	switch {
	case key.Type == vault.HOTP:
		key.Period, key.Counter = 0, f.counter
	case f.counter != 0:
		return vault.Key{}, usageError{"twofold add", errors.New("--counter goes with --type hotp")}
	}
	if key.Digits == 0 {
		key.Digits = vault.DefaultDigits
		if key.Type == vault.Steam {
			key.Digits = 5
		}
	}
	if err := key.Validate(); err != nil {
		return vault.Key{}, usageError{"twofold add", err}
	}
	return key, nil
}

// addKeys shows what will be added with its first code, asks, and adds it. An account that is there already is named
// and left as it is.
func (a *app) addKeys(ctx context.Context, keys []vault.Key, yes, asJSON bool) error {
	for _, key := range keys {
		if err := a.preview(key); err != nil {
			return err
		}
	}
	return a.addShown(ctx, keys, fmt.Sprintf("Add %s?", count(len(keys), "account")), yes, asJSON)
}

// addShown asks, and adds: one as one, several in one change of the vault.
func (a *app) addShown(ctx context.Context, keys []vault.Key, question string, yes, asJSON bool) error {
	if err := a.confirm(ctx, question, yes || !a.attended()); err != nil {
		return err
	}
	return a.withVault(ctx, func(v *vault.Vault) error {
		var added []vault.Account
		var err error
		if len(keys) == 1 {
			added, err = a.addOne(ctx, v, keys[0])
		} else {
			added, err = a.addMany(ctx, v, keys)
		}
		if asJSON && (err == nil || len(added) > 0 || errors.Is(err, errNotTaken)) { // else the error is the whole answer
			err = errors.Join(a.writeJSON(listed(added)), err)
		}
		return err
	})
}

func (a *app) addOne(ctx context.Context, v *vault.Vault, key vault.Key) ([]vault.Account, error) {
	acc, err := v.Add(ctx, key)
	var duplicate *vault.DuplicateError
	if errors.As(err, &duplicate) {
		fmt.Fprintf(a.Err, "%s is there already.\n", nameOf(duplicate.Existing))
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("add %s: %w", nameOf(key.Account), err)
	}
	fmt.Fprintf(a.Err, "Added %s.\n", nameOf(acc))
	return []vault.Account{acc}, nil
}

// shortKey is what no issuer goes below, in bytes; RFC 4226, section 4, R6 even asks for 16.
const shortKey = 10

// preview names an account; a person at the terminal also sees its first code, to compare with what a page accepts.
func (a *app) preview(key vault.Key) error {
	code, err := key.Code(a.now())
	if err != nil {
		return fmt.Errorf("%s: %w", nameOf(key.Account), err)
	}
	if key.Secret.Len() < shortKey {
		fmt.Fprintf(a.Err, "warning: the key of %s is very short, %d bits. Is it complete?\n", nameOf(key.Account), 8*key.Secret.Len())
	}
	if _, person := terminal(a.Err); !person {
		return nil
	}
	fmt.Fprintf(a.Err, "  %s  %s\n", described(key.Account), code.Reveal())
	return nil
}

// described is the name with the parameters that are not the usual ones.
func described(acc vault.Account) string {
	if more := parameters(acc); more != "" {
		return nameOf(acc) + " (" + more + ")"
	}
	return nameOf(acc)
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
