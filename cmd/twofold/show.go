package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"twofold/qr"
	"twofold/vault"
)

func (a *app) showCommand() *cobra.Command {
	var asQR, asURI, yes bool
	cmd := &cobra.Command{
		Use:   "show FILTER",
		Short: "Reveal the secret of an account, to take it to another app",
		Args:  needFilter,
		RunE: func(cmd *cobra.Command, args []string) error {
			if asQR && asURI {
				return usageError{cmd.CommandPath(), errors.New("--qr and --uri do not go together")}
			}
			return a.withVault(cmd.Context(), func(v *vault.Vault) error {
				acc, err := oneAccount(v.Accounts(), filterOf(args))
				if err != nil {
					return err
				}
				ok, err := a.confirm(cmd.Context(), fmt.Sprintf("Show the secret of %s? Whoever sees it can log in as you.", nameOf(acc)), yes)
				if err != nil {
					return err
				}
				if !ok {
					return errLeft
				}
				key, err := v.Key(cmd.Context(), acc.ID)
				if err != nil {
					return err
				}
				defer key.Secret.Clear()
				return a.reveal(key, asQR, asURI)
			})
		},
	}
	cmd.Flags().BoolVar(&asQR, "qr", false, "as a QR code")
	cmd.Flags().BoolVar(&asURI, "uri", false, "as an otpauth:// link")
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return cmd
}

// reveal writes a secret in the form that was asked for: this and "code" are where secrets leave the program.
func (a *app) reveal(key vault.Key, asQR, asURI bool) error {
	switch {
	case asQR:
		return a.revealQR(key)
	case asURI:
		_, err := fmt.Fprintln(a.Out, key.RevealURI())
		return err
	}
	_, err := fmt.Fprintln(a.Out, grouped(key.Secret.RevealBase32()))
	return err
}

func (a *app) revealQR(key vault.Key) error {
	symbol, err := qr.Encode(key.RevealURI())
	if err != nil {
		return err
	}
	text := symbol.HalfBlocks()
	if _, ok := terminal(a.Out); ok {
		text = symbol.Terminal()
	}
	_, err = fmt.Fprintln(a.Out, text)
	return err
}

// grouped splits a key into blocks of four, as pages show it.
func grouped(text string) string {
	var out strings.Builder
	for i, r := range text {
		if i > 0 && i%4 == 0 {
			out.WriteByte(' ')
		}
		out.WriteRune(r)
	}
	return out.String()
}
