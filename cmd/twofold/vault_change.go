package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"twofold/vault"
)

// kindNames are what a person calls the kinds, with what they mean.
var kindNames = map[vault.Kind]string{
	vault.KindKeyring:   "the keyring, one item for each account",
	vault.KindFile:      "a file under a passphrase",
	vault.KindKeyedFile: "a file whose key is in the keyring",
}

func kindOf(cmd *cobra.Command, name string) (vault.Kind, error) {
	kind := vault.Kind(name)
	if _, known := kindNames[kind]; !known {
		return "", usageError{cmd.CommandPath(), errors.New("a vault is of the kind keyring, file or keyed-file")}
	}
	return kind, nil
}

func (a *app) initCommand() *cobra.Command {
	var name string
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Make the vault before its first account",
		Long: `Make the vault before its first account.

Adding the first account makes it too. The kinds are: keyring (an item of the
system's keyring an account), file (a file under a passphrase), keyed-file (a
file whose key is in the keyring: for hundreds of accounts).`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			options, err := a.vaultOptions()
			if err != nil {
				return err
			}
			if name != "" {
				if options.Kind, err = kindOf(cmd, name); err != nil {
					return err
				}
			}
			return a.withOptions(cmd.Context(), options, func(v *vault.Vault) error {
				if err := v.Init(cmd.Context()); err != nil {
					return err
				}
				fmt.Fprintf(a.Err, "Your secrets will be in %s. The vault is in %s.\n", kindNames[v.Kind()], v.Dir())
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&name, "kind", "", "make a vault of this `KIND`: keyring, file or keyed-file; without it, what fits this system")
	return cmd
}

func (a *app) moveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "move keyring|file|keyed-file",
		Short: "Move your secrets between the keyring and a file",
		Long: `Move your secrets between the keyring and a file: every account, also those in
the trash. Nothing is lost if it is interrupted: run it again.

  keyring      an item of the system's keyring an account
  file         a file under a passphrase
  keyed-file   a file whose key is in the keyring: for hundreds of accounts`,
		Args: func(cmd *cobra.Command, args []string) error {
			if err := refuseSecrets(args); err != nil {
				return err
			}
			if len(args) != 1 {
				return fmt.Errorf("%q takes where to move to: keyring, file or keyed-file", cmd.CommandPath())
			}
			return nil
		},
		ValidArgs: []string{"keyring", "file", "keyed-file"},
		RunE: func(cmd *cobra.Command, args []string) error {
			to, err := kindOf(cmd, args[0])
			if err != nil {
				return err
			}
			return a.withVault(cmd.Context(), func(v *vault.Vault) error {
				tell, done := a.progress("Moving")
				err := v.Move(cmd.Context(), to, tell)
				done()
				if err != nil {
					return err
				}
				what := count(len(v.Accounts()), "account")
				if n := len(v.Trash()); n > 0 {
					what += fmt.Sprintf(", and %d of the trash,", n)
				}
				fmt.Fprintf(a.Err, "Moved %s to %s.\n", what, kindNames[to])
				return nil
			})
		},
	}
}

func (a *app) passphraseCommand() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "passphrase",
		Short: "Change the passphrase of a file vault",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withVault(cmd.Context(), func(v *vault.Vault) error {
				if v.Kind() != vault.KindFile {
					return vault.ErrNoPassphrase
				}
				fresh, err := a.freshPassphrase(cmd.Context(), file)
				if err != nil {
					return err
				}
				if err := v.ChangePassphrase(cmd.Context(), fresh); err != nil {
					return err
				}
				fmt.Fprintln(a.Err, "The passphrase is changed. A copy of the folder that you have elsewhere still opens with the old one.")
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&file, "new-passphrase-file", "", "read the new passphrase from `FILE`")
	return cmd
}
