package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is the release; the changelog has a chapter for each.
const version = "0.1.0"

type versionInfo struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Go       string `json:"go"`
	System   string `json:"system"`
}

func (a *app) versionCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			info := readVersion()
			if asJSON {
				return json.NewEncoder(a.Out).Encode(info)
			}
			line := "twofold " + info.Version
			if info.Revision != "" {
				line += " (" + info.Revision + ")"
			}
			_, err := fmt.Fprintf(a.Out, "%s %s %s\n", line, info.Go, info.System)
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return cmd
}

func readVersion() versionInfo {
	info := versionInfo{Version: version, Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return info
	}
	for _, s := range build.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			info.Revision = s.Value[:12]
		}
	}
	return info
}
