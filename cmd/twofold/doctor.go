package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"twofold/vault"
)

var (
	errUnsound  = errors.New("something is wrong with the vault")
	errMendable = errors.New("something is wrong with the vault, and can be mended")
)

// doctorOptions are the flags of "vault doctor".
type doctorOptions struct {
	fix, rebuild, json bool
	ntp                string
}

func (a *app) doctorCommand() *cobra.Command {
	var o doctorOptions
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say what is wrong with the vault, and mend it",
		Long: `Look at every part of the vault: permissions, the list of accounts against their
secrets, items of the keyring that no list names, older copies, work that was
cut short, and the tools of the clipboard. Nothing is changed without --fix;
each line says what --fix would do.

--rebuild makes the list of a keyring vault anew from the items of the keyring,
when it is gone. --ntp asks a time server how far this computer's clock is off.`,
		Example: `  twofold vault doctor
  twofold vault doctor --fix
  twofold vault doctor --ntp=pool.ntp.org`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.fix && o.rebuild {
				return usageError{cmd.CommandPath(), errors.New("--fix and --rebuild do not go together")}
			}
			options, err := a.vaultOptions()
			if err != nil {
				return err
			}
			options.Passphrase = once(options.Passphrase)
			if o.rebuild {
				return a.rebuild(cmd.Context(), options, o.json)
			}
			return a.doctor(cmd.Context(), options, o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.fix, "fix", false, "do what the findings would do")
	f.BoolVar(&o.rebuild, "rebuild", false, "make the list of accounts anew from the keyring")
	f.StringVar(&o.ntp, "ntp", "", "compare the clock with the time server `HOST`")
	f.Lookup("ntp").NoOptDefVal = "pool.ntp.org"
	f.BoolVar(&o.json, "json", false, "print one JSON document")
	return cmd
}

// once asks for a passphrase the first time, and gives the same again: doctor opens the vault more than once.
func once(ask func(context.Context, vault.Ask) (vault.Secret, error)) func(context.Context, vault.Ask) (vault.Secret, error) {
	var kept vault.Secret
	return func(ctx context.Context, question vault.Ask) (vault.Secret, error) {
		if kept.Len() == 0 {
			given, err := ask(ctx, question)
			if err != nil {
				return vault.Secret{}, err
			}
			kept = given
		}
		return vault.NewSecret(kept.Reveal()) // the vault clears what it gets
	}
}

func (a *app) doctor(ctx context.Context, options vault.Options, o doctorOptions) error {
	tell, done := a.progress("Looking at secrets")
	var (
		found  *vault.Examination
		mended []string
		err    error
	)
	if o.fix {
		found, err = vault.Mend(ctx, options, tell, func(f vault.Finding) {
			mended = append(mended, f.Mend)
			if !o.json {
				done()
				fmt.Fprintf(a.Err, "Mending: %s\n", printable(f.Mend))
			}
		})
	} else {
		found, err = vault.Examine(ctx, options, tell)
	}
	done()
	if err != nil {
		return openError{err}
	}
	findings := append(plain(found.Findings), a.examineClipboard())
	if o.ntp != "" {
		findings = append(findings, a.examineClock(ctx, o.ntp))
	}
	if o.json {
		err = a.writeJSON(diagnosis(found, findings, mended))
	} else {
		err = a.writeFindings(findings, o.fix)
	}
	return errors.Join(err, verdict(findings))
}

// plain puts the words that other commands have in place of a keyring's error, and what to do beside them.
func plain(findings []vault.Finding) []vault.Finding {
	for i, f := range findings {
		var keyring *vault.KeyringError
		if f.Check == "keyring" && errors.As(f.Err, &keyring) {
			says, hints := keyringWords(keyring)
			findings[i].Says = says
			if len(hints) > 0 {
				findings[i].Advice = hints[0]
			}
		}
	}
	return findings
}

// verdict is nil when nothing is wrong. A keyring that is away, with nothing else wrong, is what it is everywhere.
func verdict(findings []vault.Finding) (err error) {
	for _, f := range findings {
		switch {
		case f.Level != vault.LevelProblem:
		case f.Mend != "":
			return errMendable
		case f.Check != "keyring" || !vault.KeyringAway(f.Err):
			err = errUnsound
		case err == nil:
			err = f.Err
		}
	}
	return err
}

// signs stand before a finding; they tell the levels apart without color.
var signs = map[vault.Level]string{vault.LevelOK: "ok  ", vault.LevelNote: "note", vault.LevelProblem: "BAD "}

func (a *app) writeFindings(findings []vault.Finding, fixed bool) error {
	for _, f := range findings {
		lines := []string{fmt.Sprintf("%s  %-12s %s", signs[f.Level], f.Check, f.Says)}
		if f.Mend != "" && !fixed {
			lines = append(lines, "                  --fix would: "+f.Mend)
		}
		if f.Advice != "" && f.Level != vault.LevelOK {
			lines = append(lines, "                  "+f.Advice)
		}
		for _, line := range lines {
			if _, err := fmt.Fprintln(a.Out, printable(strings.ReplaceAll(line, "\n", "; "))); err != nil {
				return err
			}
		}
	}
	return nil
}

// findingJSON is a finding of "vault doctor --json".
type findingJSON struct {
	Check  string `json:"check"`
	Level  string `json:"level"`
	Says   string `json:"says"`
	Mend   string `json:"mend,omitempty"`
	Advice string `json:"advice,omitempty"`
}

// diagnosisJSON is what "vault doctor --json" prints.
type diagnosisJSON struct {
	Kind     string        `json:"kind"`
	Dir      string        `json:"dir"`
	Exists   bool          `json:"exists"`
	Clean    bool          `json:"clean"`
	Findings []findingJSON `json:"findings"`
	Mended   []string      `json:"mended,omitempty"`
}

func diagnosis(x *vault.Examination, findings []vault.Finding, mended []string) diagnosisJSON {
	out := diagnosisJSON{Kind: string(x.Kind), Dir: x.Dir, Exists: x.Exists, Clean: verdict(findings) == nil, Mended: mended}
	for _, f := range findings {
		out.Findings = append(out.Findings, findingJSON{f.Check, string(f.Level), f.Says, f.Mend, f.Advice})
	}
	return out
}

// rebuiltJSON is what "vault doctor --rebuild --json" prints.
type rebuiltJSON struct {
	Accounts []listedAccount `json:"accounts"`
	From     string          `json:"from,omitempty"`
	Counters []listedAccount `json:"counters,omitempty"`
	Lost     []listedAccount `json:"lost,omitempty"`
	Foreign  int             `json:"foreign,omitempty"`
}

func (a *app) rebuild(ctx context.Context, options vault.Options, asJSON bool) error {
	tell, done := a.progress("Reading items")
	got, err := vault.Rebuild(ctx, options, tell)
	done()
	if err != nil {
		return openError{err}
	}
	if asJSON {
		return a.writeJSON(rebuiltJSON{listed(got.Accounts), got.From, listed(got.Counters), listed(got.Lost), got.Foreign})
	}
	fmt.Fprintf(a.Err, "The list is made anew: %s.\n", count(len(got.Accounts), "account"))
	if got.From == "" {
		fmt.Fprintln(a.Err, "No copy of the old list opened. Names are those of the day each account was added; tags, pins and notes are gone, and what was in the trash is back.")
	} else {
		fmt.Fprintf(a.Err, "What the keyring does not know came from %s.\n", got.From)
	}
	for _, acc := range got.Counters {
		fmt.Fprintf(a.Err, "warning: the counter of %s may be behind its server's. If a code is refused: twofold edit %s --counter N\n", nameOf(acc), acc.ID)
	}
	for _, acc := range got.Lost {
		fmt.Fprintf(a.Err, "warning: the secret of %s is not in the keyring; it was left out\n", nameOf(acc))
	}
	if got.Foreign > 0 {
		fmt.Fprintf(a.Err, "%s of other vaults: left alone.\n", count(got.Foreign, "item"))
	}
	return nil
}
