package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"twofold/vault"
)

func (a *app) listCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list [FILTER]",
		Short:   "List the accounts, without secrets and codes",
		Aliases: []string{"ls"},
		Args:    filterArguments,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withVault(cmd.Context(), func(v *vault.Vault) error {
				accounts := v.Accounts()
				found := vault.Match(accounts, filterOf(args))
				var none error
				if len(found) == 0 && len(args) > 0 {
					none = &notOneError{filter: filterOf(args), all: len(accounts)}
				}
				if asJSON {
					return errors.Join(a.writeJSON(listed(found)), none)
				}
				if none != nil {
					return none
				}
				if len(found) == 0 {
					fmt.Fprintln(a.Err, "There are no accounts yet. Add one with \"twofold add\" or \"twofold scan PICTURE\".")
				}
				return a.writeRows(found)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return cmd
}

// listedAccount is an account in JSON: what identifies it and how its codes are made, never its secret.
type listedAccount struct {
	ID        string    `json:"id"`
	Type      string    `json:"type"`
	Issuer    string    `json:"issuer"`
	Label     string    `json:"label"`
	Algorithm string    `json:"algorithm"`
	Digits    int       `json:"digits"`
	Period    int       `json:"period,omitempty"`
	Counter   *uint64   `json:"counter,omitempty"`
	Tags      []string  `json:"tags,omitempty"`
	Pinned    bool      `json:"pinned,omitempty"`
	Added     time.Time `json:"added"`
	Removed   time.Time `json:"removed,omitzero"` // in the trash since then
}

func listed(accounts []vault.Account) []listedAccount {
	out := make([]listedAccount, 0, len(accounts))
	for _, acc := range accounts {
		entry := listedAccount{
			ID: acc.ID, Type: string(acc.Type), Issuer: acc.Issuer, Label: acc.Label, Algorithm: string(acc.Algorithm),
			Digits: acc.Digits, Period: acc.Period, Tags: acc.Tags, Pinned: acc.Pinned, Added: acc.Added, Removed: acc.Removed,
		}
		if acc.Type == vault.HOTP {
			entry.Counter = &acc.Counter
		}
		out = append(out, entry)
	}
	return out
}

// writeRows prints a line an account, in columns.
func (a *app) writeRows(accounts []vault.Account) error {
	issuers, labels := 0, 0
	for _, acc := range accounts {
		issuers = max(issuers, ansi.StringWidth(printable(acc.Issuer)))
		labels = max(labels, ansi.StringWidth(printable(acc.Label)))
	}
	for _, acc := range accounts {
		line := pad(printable(acc.Issuer), issuers) + "  " + pad(printable(acc.Label), labels) + "  " + parameters(acc)
		if _, err := fmt.Fprintln(a.Out, strings.TrimRight(line, " ")); err != nil {
			return err
		}
	}
	return nil
}

// parameters says what differs from the usual time-based, 6 digits, 30 s, SHA1.
func parameters(acc vault.Account) string {
	var parts []string
	switch acc.Type {
	case vault.HOTP:
		parts = append(parts, fmt.Sprintf("counter %d", acc.Counter))
	case vault.Steam:
		parts = append(parts, "Steam")
	default:
		if acc.Period != 30 {
			parts = append(parts, fmt.Sprintf("every %d s", acc.Period))
		}
	}
	if acc.Type != vault.Steam && acc.Digits != 6 {
		parts = append(parts, fmt.Sprintf("%d digits", acc.Digits))
	}
	if acc.Algorithm != vault.SHA1 {
		parts = append(parts, string(acc.Algorithm))
	}
	if !acc.Removed.IsZero() {
		parts = append(parts, "removed "+day(acc.Removed))
	}
	return strings.Join(parts, ", ")
}

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-ansi.StringWidth(text)))
}

func (a *app) writeJSON(value any) error {
	encoder := json.NewEncoder(a.Out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}
