package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"twofold/tui"
	"twofold/tui/walk"
	"twofold/vault"
	"twofold/verifier/api"
	"twofold/verifier/rollout"
	"twofold/verifier/server"
)

func (a *app) demoCommand() *cobra.Command {
	var auto, asJSON bool
	var policy string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "See a whole login with both sides; nothing is stored",
		Long: `See a whole login with both sides: a throwaway verifier and a throwaway vault.

In a terminal it opens both on one screen, and Enter takes the next step. Without
one, or with --auto, it plays by itself and prints every step. It exits with 0
only if all of it happened.`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := rollout.Open(policy); err != nil {
				return usageError{cmd.CommandPath(), err}
			}
			_, in := terminal(a.In)
			_, out := terminal(a.Out)
			if auto || asJSON || !in || !out {
				return a.playDemo(cmd.Context(), policy, asJSON)
			}
			return a.showInterface(cmd.Context(), tui.Options{
				StartVerifier: demoVerifier(policy), Now: a.now, Screen: tui.ScreenHandshake, Version: version,
			})
		},
	}
	cmd.Flags().BoolVar(&auto, "auto", false, "play by itself, also in a terminal")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a step; plays by itself")
	cmd.Flags().StringVar(&policy, "rollout", "plain", "policy: a `NAME` from \"twofold rollout list\", or a FILE")
	return cmd
}

// playDemo walks the handshake without a terminal.
func (a *app) playDemo(ctx context.Context, policy string, asJSON bool) error {
	srv, stop, err := throwawayVerifier(policy)
	if err != nil {
		return err
	}
	defer stop()
	v := vault.Throwaway(vault.Options{Now: a.now})
	defer func() { _ = v.Close() }()
	show := func(step walk.Step) error { return writeStep(a.Out, step) }
	if asJSON {
		show = func(step walk.Step) error { return a.writeJSON(step) }
	}
	w := walk.New(api.NewClient(srv.URL(), srv.LabToken()), v, walk.Options{})
	for !w.Done() {
		step, broken := w.Next(ctx)
		if err := errors.Join(broken, show(step)); err != nil {
			return err
		}
	}
	if !asJSON {
		_, err = fmt.Fprintln(a.Out, "All of it happened. Nothing is left behind.")
	}
	return err
}

// writeStep prints a step with both sides named.
func writeStep(w io.Writer, s walk.Step) error {
	if _, err := fmt.Fprintf(w, "%d/%d  %s  (%s)\n", s.Number, s.Of, s.Title, s.At.Format(time.TimeOnly)); err != nil {
		return err
	}
	for _, e := range s.Entries {
		side := string(e.Side)
		if e.To != "" {
			side += " → " + string(e.To)
		}
		if _, err := fmt.Fprintf(w, "     %-26s %s\n", side, printable(e.Text)); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w)
	return err
}

// demoVerifier is the interface's hook for a verifier to demonstrate with.
func demoVerifier(policy string) func(context.Context) (*api.Client, func(), error) {
	return func(context.Context) (*api.Client, func(), error) {
		srv, stop, err := throwawayVerifier(policy)
		if err != nil {
			return nil, nil, err
		}
		return api.NewClient(srv.URL(), srv.LabToken()), stop, nil
	}
}

// throwawayVerifier starts a verifier on a free port whose users live in memory, until stop is called.
func throwawayVerifier(policy string) (srv *server.Server, stop func(), err error) {
	rules, err := rollout.Open(policy)
	if err != nil {
		return nil, nil, err
	}
	srv, err = server.Listen(server.Options{Store: ":memory:", Rollout: rules, Version: version, Pages: pages(nil)})
	if err != nil {
		return nil, nil, err
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		_ = srv.Serve()
	}()
	return srv, func() {
		_ = shutdown(srv)
		<-stopped
	}, nil
}
