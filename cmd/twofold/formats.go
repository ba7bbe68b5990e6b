package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"twofold/vault/transfer"
)

func (a *app) formatsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "formats",
		Short: "List what import and export read and write",
		Args:  noArguments,
		RunE:  func(*cobra.Command, []string) error { return a.listFormats(asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return cmd
}

type listedFormat struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Files string `json:"files"`
	Read  bool   `json:"read"`
	Write bool   `json:"write"`
}

func (a *app) listFormats(asJSON bool) error {
	var list []listedFormat
	widest := 0
	for _, f := range transfer.Formats() {
		list = append(list, listedFormat{f.Name, f.Title, f.Files, f.Read != nil && !f.Refused, f.Write != nil})
		widest = max(widest, len(f.Name))
	}
	if asJSON {
		return a.writeJSON(list)
	}
	for _, f := range list {
		if !f.Read && !f.Write {
			continue // known only to say what to do instead
		}
		ways := strings.TrimSpace(map[bool]string{true: "in"}[f.Read] + " " + map[bool]string{true: "out"}[f.Write])
		if _, err := fmt.Fprintf(a.Out, "%s  %s  %s: %s\n", pad(f.Name, widest), pad(ways, 6), f.Title, f.Files); err != nil {
			return err
		}
	}
	return nil
}
