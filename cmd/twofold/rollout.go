package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"twofold/verifier/rollout"
)

// errMistakenRollout ends a check whose mistakes were printed.
var errMistakenRollout = errors.New("there are mistakes in the roll-out")

func (a *app) rolloutCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rollout",
		Short: "See, copy and check the policies that a verifier obeys",
		Long: `See, copy and check roll-outs: what an organization decided about its second step.

The named ones follow real guides. To write your own, copy one, change it, check
it, and serve it by its path.`,
		Example: `  twofold rollout list
  twofold rollout show konexus > mine.toml
  twofold rollout check mine.toml
  twofold serve --rollout mine.toml`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.SuggestionsMinimumDistance = 2
	cmd.AddCommand(a.rolloutListCommand(), a.rolloutShowCommand(), a.rolloutCheckCommand(), a.rolloutTextsCommand())
	return cmd
}

func (a *app) rolloutListCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Names and summaries of the roll-outs that come along",
		Args:  noArguments,
		RunE:  func(*cobra.Command, []string) error { return a.listRollouts(asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return cmd
}

func (a *app) listRollouts(asJSON bool) error {
	type listed struct {
		Name    string `json:"name"`
		Title   string `json:"title"`
		Summary string `json:"summary"`
	}
	var all []listed
	width := 0
	for _, name := range rollout.Names() {
		r, err := rollout.Load(name)
		if err != nil {
			return err
		}
		all = append(all, listed{r.Name, r.Title, r.Summary})
		width = max(width, ansi.StringWidth(r.Name))
	}
	if asJSON {
		return a.writeJSON(all)
	}
	for _, r := range all {
		if _, err := fmt.Fprintf(a.Out, "%s  %s\n", pad(r.Name, width), r.Summary); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) rolloutShowCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "show NAME|FILE",
		Short:   "Print a roll-out as its file has it, to read or to copy",
		Example: `  twofold rollout show konexus > mine.toml`,
		Args:    oneRollout,
		RunE: func(_ *cobra.Command, args []string) error {
			if asJSON {
				r, err := rollout.Open(args[0])
				if err != nil {
					return err
				}
				return a.writeJSON(r)
			}
			text, err := rollout.Source(args[0])
			if err == nil {
				_, err = a.Out.Write(text)
			}
			return err
		},
		ValidArgsFunction: completeRollouts,
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print what was read from it, as one JSON document")
	return cmd
}

func (a *app) rolloutCheckCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check FILE|-",
		Short: "Name every mistake in a roll-out, with its line",
		Long: `Name every mistake in a roll-out, with its line, and warn of what has a price.

It exits with 0 if the roll-out can be served, with 6 if it has mistakes.`,
		Args:              oneRollout,
		RunE:              func(_ *cobra.Command, args []string) error { return a.checkRollout(args[0], asJSON) },
		ValidArgsFunction: completeRollouts,
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return cmd
}

// checkedRollout is what "rollout check --json" prints.
type checkedRollout struct {
	File     string                `json:"file"`
	OK       bool                  `json:"ok"`
	Mistakes []*rollout.FieldError `json:"mistakes"`
	Warnings []*rollout.FieldError `json:"warnings"`
}

func (a *app) checkRollout(arg string, asJSON bool) error {
	text, err := a.rolloutText(arg)
	if err != nil {
		return err
	}
	checked := checkedRollout{File: arg, Mistakes: []*rollout.FieldError{}, Warnings: []*rollout.FieldError{}}
	if arg == "-" {
		checked.File = "stdin"
	}
	_, warnings, err := rollout.Inspect(text)
	var mistaken *rollout.MistakesError
	switch {
	case errors.As(err, &mistaken):
		checked.Mistakes = mistaken.Mistakes
	case err != nil:
		return err
	default:
		checked.OK, checked.Warnings = true, append(checked.Warnings, warnings...)
	}
	if asJSON {
		err = a.writeJSON(checked)
	} else {
		err = a.writeChecked(checked)
	}
	if err == nil && !checked.OK {
		err = fmt.Errorf("%s: %w", checked.File, errMistakenRollout)
	}
	return err
}

// rolloutText is the text to check: of standard input, of a named roll-out or
// of any file.
func (a *app) rolloutText(arg string) ([]byte, error) {
	switch {
	case arg == "-":
		return rollout.ReadAll(a.In)
	case strings.ContainsAny(arg, `/\.`) || slices.Contains(rollout.Names(), arg):
		return rollout.Source(arg)
	}
	return rollout.Source("./" + arg) // a check is of a file
}

// writeChecked prints a line a finding, the way compilers do, so that editors
// can jump to it.
func (a *app) writeChecked(c checkedRollout) error {
	line := func(m *rollout.FieldError, kind string) string {
		field := m.Field
		if field != "" {
			field += ": "
		}
		return fmt.Sprintf("%s:%d: %s%s%s\n", c.File, m.Line, kind, field, m.Reason)
	}
	var out strings.Builder
	for _, m := range c.Mistakes {
		out.WriteString(printableLine(line(m, "")))
	}
	for _, w := range c.Warnings {
		out.WriteString(printableLine(line(w, "warning: ")))
	}
	if c.OK {
		out.WriteString(printableLine(c.File + ": ok\n"))
	}
	_, err := fmt.Fprint(a.Out, out.String())
	return err
}

// printableLine is printable for a line with its end.
func printableLine(line string) string { return printable(strings.TrimSuffix(line, "\n")) + "\n" }

func (a *app) rolloutTextsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "texts",
		Short: "Print the texts that [texts] can replace, as TOML",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			texts := map[string]string{}
			var out strings.Builder
			out.WriteString("# Placeholders: {" + strings.Join(rollout.Placeholders(), "}, {") + "}\n[texts]\n")
			for _, key := range rollout.TextKeys() {
				texts[key] = rollout.Usual(key)
				fmt.Fprintf(&out, "%s = %s\n", key, basicString(texts[key]))
			}
			if asJSON {
				return a.writeJSON(texts)
			}
			_, err := fmt.Fprint(a.Out, out.String())
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return cmd
}

// basicString writes one of our own texts as a TOML string: they hold nothing
// that needs more than this.
func basicString(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(text) + `"`
}

// oneRollout wants the one argument of show and check.
func oneRollout(cmd *cobra.Command, args []string) error {
	if err := refuseSecrets(args); err != nil {
		return err
	}
	if len(args) != 1 {
		return fmt.Errorf("%q wants one roll-out, %d given", cmd.CommandPath(), len(args))
	}
	return nil
}

func completeRollouts(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return rollout.Names(), cobra.ShellCompDirectiveDefault
}
