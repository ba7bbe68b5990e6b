package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"twofold/vault"
)

// editFlags are the parts of an account that "twofold edit" can change. Only those that were given count.
type editFlags struct {
	issuer, label, note, algorithm string
	digits, period                 int
	counter                        uint64
	yes                            bool
}

func (a *app) editCommand() *cobra.Command {
	var f editFlags
	cmd := &cobra.Command{
		Use:   "edit FILTER",
		Short: "Change the name, the note or the parameters of an account",
		Long: `Change the name, the note or the parameters of an account.

Only what a flag gives is changed; without one it asks for issuer and label. The
secret stays what it is. Digits, period, algorithm and counter make other codes:
it asks before it changes one of them.`,
		Example: `  twofold edit github --label ada@example.com
  twofold edit kor --note "the old phone has it too"
  twofold edit bank --counter 42`,
		Args: needFilter,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withVault(cmd.Context(), func(v *vault.Vault) error {
				acc, err := oneAccount(v.Accounts(), filterOf(args))
				if err != nil {
					return err
				}
				return a.edit(cmd, v, acc, f)
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.issuer, "issuer", "", "who gave the secret, as `NAME`")
	flags.StringVar(&f.label, "label", "", "the account's `NAME` there")
	flags.StringVar(&f.note, "note", "", "a `TEXT` of your own; an empty one takes it away")
	flags.StringVar(&f.algorithm, "algorithm", "", "SHA1, SHA256 or SHA512")
	flags.IntVar(&f.digits, "digits", 0, "digits of a code")
	flags.IntVar(&f.period, "period", 0, "life of a code in seconds")
	flags.Uint64Var(&f.counter, "counter", 0, "the next counter of a hotp account; it only moves forward")
	flags.BoolVarP(&f.yes, "yes", "y", false, "do not ask before the codes change")
	return cmd
}

var errNothingToEdit = errors.New("there is nothing to change: give --issuer, --label or another flag")

// edit changes one account, by flags or by answers.
func (a *app) edit(cmd *cobra.Command, v *vault.Vault, acc vault.Account, f editFlags) error {
	given := func(name string) bool { return cmd.Flags().Changed(name) }
	asked := false
	for _, name := range []string{"issuer", "label", "note", "algorithm", "digits", "period", "counter"} {
		asked = asked || given(name)
	}
	if !asked {
		if !a.interactive() {
			return usageError{cmd.CommandPath(), errNothingToEdit}
		}
		var err error
		if f.issuer, f.label, err = a.askNames(cmd.Context(), acc); err != nil {
			return err
		}
		given = func(name string) bool { return name == "issuer" || name == "label" }
	}
	change := func(acc *vault.Account) error { return f.apply(acc, given) }
	planned := acc
	if err := change(&planned); err != nil {
		return usageError{cmd.CommandPath(), err}
	}
	if question := codesChange(acc, planned); question != "" {
		fmt.Fprintf(a.Err, "warning: %s\n", question)
		if err := a.confirm(cmd.Context(), fmt.Sprintf("Change %s all the same?", nameOf(acc)), f.yes); err != nil {
			return err
		}
	}
	return a.change(cmd, v, acc, change)
}

// change edits the account in the vault, as it is there by then, and says what is new about it.
func (a *app) change(cmd *cobra.Command, v *vault.Vault, acc vault.Account, change func(*vault.Account) error) error {
	var before vault.Account
	after, err := v.Edit(cmd.Context(), acc.ID, func(acc *vault.Account) error {
		before = *acc
		before.Tags = slices.Clone(acc.Tags) // change may work on them in place
		return change(acc)
	})
	var wrong *vault.ParameterError
	if errors.As(err, &wrong) {
		return usageError{cmd.CommandPath(), wrong}
	}
	if err != nil {
		return err
	}
	news := differences(before, after)
	if len(news) == 0 {
		fmt.Fprintf(a.Err, "%s is so already.\n", nameOf(after))
		return nil
	}
	fmt.Fprintf(a.Err, "Changed %s: %s.\n", nameOf(before), strings.Join(news, ", "))
	return nil
}

// askNames asks for issuer and label; an empty answer keeps what is there.
func (a *app) askNames(ctx context.Context, acc vault.Account) (issuer, label string, err error) {
	issuer, label = acc.Issuer, acc.Label
	for _, question := range []struct {
		prompt string
		answer *string
	}{{"Issuer", &issuer}, {"Label", &label}} {
		fmt.Fprintf(a.Err, "%s [%s]: ", question.prompt, printable(*question.answer))
		typed, err := a.readLine(ctx)
		if err != nil {
			return "", "", err
		}
		if typed != "" {
			*question.answer = typed
		}
	}
	return issuer, label, nil
}

// apply puts what was given into an account.
func (f editFlags) apply(acc *vault.Account, given func(string) bool) error {
	if given("issuer") {
		acc.Issuer = strings.TrimSpace(f.issuer)
	}
	if given("label") {
		acc.Label = strings.TrimSpace(f.label)
	}
	if acc.Name() == "" {
		return errors.New("an account needs a name: an issuer, a label or both")
	}
	if given("note") {
		acc.Note = f.note
	}
	if given("algorithm") {
		known := false
		if acc.Algorithm, known = vault.ParseAlgorithm(f.algorithm); !known {
			return errors.New("--algorithm is one of SHA1, SHA256, SHA512")
		}
	}
	if given("digits") {
		acc.Digits = f.digits
	}
	if given("period") {
		acc.Period = f.period
	}
	if given("counter") {
		switch {
		case acc.Type != vault.HOTP:
			return errors.New("--counter is for a counter-based account; this one goes by time")
		case f.counter < acc.Counter:
			return fmt.Errorf("the counter is at %d and cannot go back: a code would be given twice", acc.Counter)
		}
		acc.Counter = f.counter
	}
	return nil
}

// codesChange says what an edit does to the codes, or nothing.
func codesChange(before, after vault.Account) string {
	switch {
	case before.Digits != after.Digits, before.Period != after.Period, before.Algorithm != after.Algorithm:
		return "the codes will be others, and log you in only if the other side changes the same way."
	case before.Counter != after.Counter:
		return fmt.Sprintf("the counter moves from %d to %d and cannot go back; the other side takes only a short jump.",
			before.Counter, after.Counter)
	}
	return ""
}

// differences says what is new about an account. A note is not repeated: it may be private.
func differences(before, after vault.Account) []string {
	var news []string
	add := func(format string, args ...any) { news = append(news, fmt.Sprintf(format, args...)) }
	name := func(what, before, after string) {
		switch {
		case before == after:
		case after == "":
			add("no %s", what)
		default:
			add("%s %q", what, printable(after))
		}
	}
	name("issuer", before.Issuer, after.Issuer)
	name("label", before.Label, after.Label)
	switch {
	case before.Note == after.Note:
	case after.Note == "":
		add("no note")
	default:
		add("a new note")
	}
	if before.Algorithm != after.Algorithm {
		add("algorithm %s", after.Algorithm)
	}
	if before.Digits != after.Digits {
		add("%d digits", after.Digits)
	}
	if before.Period != after.Period {
		add("period %d s", after.Period)
	}
	if before.Counter != after.Counter {
		add("counter %d", after.Counter)
	}
	if strings.Join(before.Tags, "\n") != strings.Join(after.Tags, "\n") {
		add("%s", tagsOf(after))
	}
	switch {
	case before.Pinned == after.Pinned:
	case after.Pinned:
		add("pinned")
	default:
		add("no longer pinned")
	}
	return news
}
