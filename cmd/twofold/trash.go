package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"twofold/vault"
)

func (a *app) trashCommand() *cobra.Command {
	var asJSON, empty, yes bool
	cmd := &cobra.Command{
		Use:   "trash",
		Short: "List the removed accounts, or delete them for good",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asJSON && empty {
				return usageError{cmd.CommandPath(), errors.New("--json and --empty do not go together")}
			}
			return a.withVault(cmd.Context(), func(v *vault.Vault) error {
				switch {
				case asJSON:
					return a.writeJSON(listed(v.Trash()))
				case len(v.Trash()) == 0:
					fmt.Fprintln(a.Err, "The trash is empty.")
					return nil
				case empty:
					return a.emptyTrash(cmd.Context(), v, yes)
				}
				return a.writeRows(v.Trash())
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	cmd.Flags().BoolVar(&empty, "empty", false, "delete all of them and their secrets for good")
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask before --empty")
	return cmd
}

// emptyTrash deletes what is in the trash, after naming it.
func (a *app) emptyTrash(ctx context.Context, v *vault.Vault, yes bool) error {
	for _, acc := range v.Trash() {
		fmt.Fprintf(a.Err, "  %s\n", nameOf(acc))
	}
	if err := a.confirm(ctx, fmt.Sprintf("Delete %s and the secrets for good?", count(len(v.Trash()), "account")), yes); err != nil {
		return err
	}
	n, err := v.EmptyTrash(ctx)
	if n > 0 || err == nil {
		fmt.Fprintf(a.Err, "Deleted %s for good.\n", count(n, "account"))
	}
	return err
}
