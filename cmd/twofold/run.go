package main

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// stdio is the three streams of a run: the answer goes to Out, the talk to Err.
type stdio struct {
	In       io.Reader
	Out, Err io.Writer
}

// app is what the commands share: the streams, the environment and the clock. Nothing in it changes after run.
type app struct {
	stdio
	getenv func(string) string
	now    func() time.Time

	passphraseFile string // --passphrase-file, beats TWOFOLD_PASSPHRASE_FILE
}

// run is the whole program: it parses args, runs the one command they name and returns its error unworded.
func run(ctx context.Context, args []string, std stdio, getenv func(string) string) error {
	if err := refuseSecrets(args); err != nil {
		return err // before a flag's error can quote one
	}
	a := &app{stdio: std, getenv: getenv, now: time.Now}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(std.In)
	root.SetOut(std.Out)
	root.SetErr(std.Err)
	return root.ExecuteContext(ctx)
}

const (
	groupAuthenticator = "authenticator"
	groupVault         = "vault"
	groupVerifier      = "verifier"
	groupOther         = "other"
)

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "twofold",
		Short: "Both sides of two-factor login: your codes, and a verifier to log in to",
		Long: `Both sides of two-factor login in one program.

Without a command it opens the interface: your accounts with their rolling codes.`,
		Example: `  twofold demo                      see a whole login, nothing stored
  twofold scan screenshot.png       add the account in a picture
  twofold code github               print one code
  twofold serve                     start a verifier to log in to`,
		Args:          noArguments,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return a.runInterface(cmd.Context()) },
	}
	root.SuggestionsMinimumDistance = 2
	root.Version = version
	root.SetVersionTemplate("twofold {{.Version}}\n")
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return usageError{cmd.CommandPath(), err} })
	root.PersistentFlags().StringVar(&a.passphraseFile, "passphrase-file", "", "read the file vault's passphrase from `FILE`")
	root.AddGroup(
		&cobra.Group{ID: groupAuthenticator, Title: "Authenticator:"},
		&cobra.Group{ID: groupVault, Title: "Vault:"},
		&cobra.Group{ID: groupVerifier, Title: "Verifier:"},
		&cobra.Group{ID: groupOther, Title: "Other:"},
	)
	root.SetHelpCommandGroupID(groupOther)
	add := func(group string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	add(groupAuthenticator, a.addCommand(), a.scanCommand(), a.listCommand(), a.codeCommand(), a.showCommand(),
		a.editCommand(), a.tagCommand(), a.pinCommand(), a.removeCommand(), a.restoreCommand(), a.trashCommand(),
		a.importCommand(), a.exportCommand(), a.formatsCommand())
	add(groupVault, a.vaultCommand())
	add(groupVerifier, a.demoCommand(), a.serveCommand(), a.rolloutCommand())
	add(groupOther, a.completionCommand(), a.manCommand(), a.versionCommand())
	root.AddCommand(a.clipboardClearerCommand())
	wrapArgs(root)
	return root
}

// wrapArgs makes a wrong number of arguments a usage error in every command, so that it exits with 2.
func wrapArgs(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(cmd *cobra.Command, args []string) error {
			err := check(cmd, args)
			var worded usageError
			if err == nil || errors.As(err, &worded) {
				return err
			}
			return usageError{cmd.CommandPath(), err}
		}
	}
	for _, sub := range c.Commands() {
		wrapArgs(sub)
	}
}

// terminal reports whether a stream is one, and its file when it is.
func terminal(stream any) (*os.File, bool) {
	f, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil, false
	}
	return f, true
}

// interactive reports whether a person can be asked: both ends of the talk are terminals.
func (a *app) interactive() bool {
	_, in := terminal(a.In)
	_, out := terminal(a.Err)
	return in && out
}
