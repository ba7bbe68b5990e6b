package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"twofold/vault"
)

func (a *app) unlockCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "unlock",
		Short: "Have the keyring ask for its password, and wait for it",
		Long: `Have the keyring ask for its password in a window of its own, and wait until it is unlocked, for two minutes at most.

The password goes to the keyring alone. A file vault needs no unlocking: its passphrase is asked for when it is opened.`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			kind, err := a.vaultKind()
			if err != nil {
				return err
			}
			found, err := vault.Inspect(cmd.Context(), a.vaultDir(), kind)
			if err != nil {
				return err
			}
			if found.Exists && found.Kind == vault.KindFile {
				return usageError{cmd.CommandPath(), errors.New("the vault is a file; its passphrase is asked for when it is opened")}
			}
			err = vault.UnlockKeyring(cmd.Context(), func(provider string) {
				if provider == "" {
					provider = "The keyring"
				}
				fmt.Fprintf(a.Err, "%s asks for its password in a window. Waiting for it; Ctrl-C stops the waiting.\n", provider)
			})
			if err != nil {
				return err
			}
			fmt.Fprintln(a.Err, "The keyring is unlocked.")
			return nil
		},
	}
}
