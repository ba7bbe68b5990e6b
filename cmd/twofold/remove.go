package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"twofold/vault"
)

var (
	errLeft       = errors.New("nothing was changed")
	errTrashEmpty = errors.New("the trash is empty")
)

func (a *app) removeCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:     "remove FILTER",
		Short:   "Move an account to the trash",
		Aliases: []string{"rm"},
		Args:    needFilter,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withVault(cmd.Context(), func(v *vault.Vault) error {
				acc, err := oneAccount(v.Accounts(), filterOf(args))
				if err != nil {
					return err
				}
				if err := a.confirm(cmd.Context(), fmt.Sprintf("Move %s to the trash?", nameOf(acc)), yes); err != nil {
					return err
				}
				if err := v.Remove(cmd.Context(), acc.ID); err != nil {
					return err
				}
				fmt.Fprintf(a.Err, "%s is in the trash. \"twofold restore %s\" brings it back.\n", nameOf(acc), acc.ID)
				return nil
			})
		},
	}
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return cmd
}

func (a *app) restoreCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "restore FILTER",
		Short: "Bring an account back from the trash",
		Args:  needFilter,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withVault(cmd.Context(), func(v *vault.Vault) error {
				if len(v.Trash()) == 0 {
					return errTrashEmpty
				}
				acc, err := oneAccount(v.Trash(), filterOf(args))
				if err != nil {
					var notOne *notOneError
					if errors.As(err, &notOne) {
						notOne.trash = true
					}
					return err
				}
				if err := v.Restore(cmd.Context(), acc.ID); err != nil {
					return err
				}
				fmt.Fprintf(a.Err, "%s is back.\n", nameOf(acc))
				return nil
			})
		},
	}
}

// needFilter is for commands that change or reveal one account: they never guess which.
func needFilter(cmd *cobra.Command, args []string) error {
	if err := refuseSecrets(args); err != nil {
		return err
	}
	if len(args) == 0 {
		return fmt.Errorf("%q needs a FILTER that names the account", cmd.CommandPath())
	}
	return nil
}
