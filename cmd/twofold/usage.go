package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// usageError is a command line that cannot be run; it names the command, so that the hint can point to its help.
type usageError struct {
	command string
	cause   error
}

func (e usageError) Error() string { return e.cause.Error() }
func (e usageError) Unwrap() error { return e.cause }

// errSecretInArguments refuses a secret on the command line: arguments are seen by every process of this computer and
// kept in the shell's history. The argument is not quoted, since it is the secret.
var errSecretInArguments = errors.New("a secret does not belong on the command line: other programs can read it there")

// looksSecret reports whether an argument carries an enrollment.
func looksSecret(arg string) bool {
	arg = strings.ToLower(arg)
	for _, scheme := range []string{"otpauth:", "otpauth-migration:", "steam:", "motp:"} {
		if strings.Contains(arg, scheme) {
			return true
		}
	}
	return false
}

// looksPicture reports whether an argument is a data: address with a picture in it.
func looksPicture(arg string) bool {
	arg = strings.ToLower(arg[:min(len(arg), 256)])
	return strings.HasPrefix(arg, "data:image/") || strings.HasPrefix(arg, "data:") && strings.Contains(arg, ";base64,")
}

// noArguments refuses every argument without repeating it: what was typed may be a secret.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if refused := refuseSecrets(args); refused != nil {
		return refused
	}
	if cmd.HasSubCommands() {
		if near := nearest(cmd, args[0]); near != "" {
			return fmt.Errorf("there is no such command; did you mean %q?", cmd.CommandPath()+" "+near)
		}
		return errors.New("there is no such command")
	}
	return fmt.Errorf("%q takes no arguments", cmd.CommandPath())
}

// nearest is the command that somebody may have meant: one that begins so, else one that looks alike.
func nearest(cmd *cobra.Command, typed string) string {
	near := cmd.SuggestionsFor(typed)
	for _, name := range near {
		if strings.HasPrefix(name, typed) {
			return name
		}
	}
	if len(near) == 0 {
		return ""
	}
	return near[0]
}

// filterArguments is for commands that take a FILTER. Several words are one filter: they may stand in any order.
func filterArguments(_ *cobra.Command, args []string) error { return refuseSecrets(args) }

func refuseSecrets(args []string) error {
	for _, arg := range args {
		if looksSecret(arg) {
			return errSecretInArguments
		}
		if looksPicture(arg) {
			return errPictureInArguments
		}
	}
	return nil
}

// filterOf joins the arguments to one FILTER.
func filterOf(args []string) string { return strings.Join(args, " ") }
