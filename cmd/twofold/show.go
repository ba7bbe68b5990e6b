package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"twofold/vault"
)

func (a *app) showCommand() *cobra.Command {
	var asQR, asURI, yes bool
	var file string
	cmd := &cobra.Command{
		Use:   "show FILTER",
		Short: "Reveal the secret of an account, to take it to another app",
		Long: `Reveal the secret of an account, to take it to another app. It asks first.

--qr draws a QR code on the terminal for a phone to scan: a picture where the terminal shows pictures (kitty's
protocol, sixels), else blocks, black on white whatever the theme, as large as the window has room for.`,
		Args: needFilter,
		RunE: func(cmd *cobra.Command, args []string) error {
			if asURI && (asQR || file != "") || asQR && file != "" {
				return usageError{cmd.CommandPath(), errors.New("--qr, --png and --uri go one at a time")}
			}
			return a.withVault(cmd.Context(), func(v *vault.Vault) error {
				acc, err := oneAccount(v.Accounts(), filterOf(args))
				if err != nil {
					return err
				}
				if err := a.confirm(cmd.Context(), fmt.Sprintf("Show the secret of %s? Whoever sees it can log in as you.", nameOf(acc)), yes); err != nil {
					return err
				}
				key, err := v.Key(cmd.Context(), acc.ID)
				if err != nil {
					return err
				}
				defer key.Secret.Clear()
				if file != "" {
					return a.savePNG(key, file)
				}
				return a.reveal(key, asQR, asURI)
			})
		},
	}
	cmd.Flags().BoolVar(&asQR, "qr", false, "as a QR code on the terminal")
	cmd.Flags().StringVar(&file, "png", "", "as a QR code in a new picture `FILE` that only you can read")
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
	_, err := fmt.Fprintln(a.Out, vault.Grouped(key.Secret.RevealBase32()))
	return err
}
