package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"twofold/verifier/rollout"
	"twofold/verifier/server"
	"twofold/verifier/web"
)

// serveOptions are the flags of "twofold serve".
type serveOptions struct {
	listen, rollout, store, now, tokenFile string
	json, verbose                          bool
}

// shutdownPatience is how long running requests may take to finish after Ctrl-C.
const shutdownPatience = 5 * time.Second

func (a *app) serveCommand() *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Start a verifier to log in to",
		Long: `Start a verifier to log in to, for tests on this computer.

Open its address in a browser, or use its HTTP API. The tester's side of the API
needs the lab token, which is printed at the start.`,
		Example: `  twofold serve
  twofold serve --listen 127.0.0.1:0 --store :memory: --json
  twofold serve --now 2026-07-12T23:59:00-04:00`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serve(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.listen, "listen", "127.0.0.1:8200", "`HOST:PORT` on this computer; port 0 takes a free one")
	f.StringVar(&o.rollout, "rollout", "plain", "`NAME` of the policy")
	f.StringVar(&o.store, "store", "", "where users are kept: a `PATH`, or :memory: (default: in your data folder)")
	f.StringVar(&o.now, "now", "", "start the verifier's clock at this `TIME` (RFC 3339)")
	f.StringVar(&o.tokenFile, "lab-token-file", "", "also write the lab token to this `FILE`, for scripts")
	f.BoolVar(&o.json, "json", false, "print one JSON object a line")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "log each request")
	return cmd
}

// verifierOptions turns flags into what the server wants.
func (a *app) verifierOptions(o serveOptions) (server.Options, error) {
	policy, err := rollout.Load(o.rollout)
	if err != nil {
		return server.Options{}, usageError{"twofold serve", err}
	}
	if _, err := strconv.ParseUint(o.listen, 10, 16); err == nil {
		o.listen = net.JoinHostPort("127.0.0.1", o.listen) // a port alone is one of this computer
	}
	log := a.requestLog(o.verbose)
	options := server.Options{
		Addr: o.listen, Store: o.store, Rollout: policy, Now: a.now, LabTokenFile: o.tokenFile, Version: version,
		Log: log, Pages: pages(log),
	}
	if options.Store == "" {
		options.Store = filepath.Join(a.verifierDir(), "verifier.db")
	}
	if o.now != "" {
		if options.StartAt, err = time.Parse(time.RFC3339, o.now); err != nil {
			return server.Options{}, usageError{"twofold serve", errors.New("--now wants a time like 2026-07-12T23:59:00-04:00")}
		}
	}
	if o.tokenFile != "" && filepath.Clean(o.tokenFile) == filepath.Clean(options.Store) {
		return server.Options{}, usageError{"twofold serve", errors.New("--lab-token-file names the file that keeps the users")}
	}
	return options, nil
}

// requestLog always has the faults; the requests only when they are asked for.
func (a *app) requestLog(verbose bool) *slog.Logger {
	level := slog.LevelWarn
	if verbose {
		level = slog.LevelInfo
	}
	return slog.New(slog.NewTextHandler(a.Err, &slog.HandlerOptions{Level: level}))
}

// pages joins the verifier's pages to its server. A nil log discards.
func pages(log *slog.Logger) func(server.Parts) http.Handler {
	return func(p server.Parts) http.Handler { return web.New(p.Service, web.Options{Log: log}) }
}

func (a *app) serve(ctx context.Context, o serveOptions) error {
	options, err := a.verifierOptions(o)
	if err != nil {
		return err
	}
	srv, err := server.Listen(options)
	if err != nil {
		return err
	}
	stopped := make(chan error, 1)
	go func() { stopped <- srv.Serve() }()
	if err := a.announce(srv, options, o.json); err != nil {
		return errors.Join(err, shutdown(srv), <-stopped)
	}
	select {
	case err := <-stopped:
		return errors.Join(err, shutdown(srv))
	case <-ctx.Done():
	}
	fmt.Fprintln(a.Err, "Stopping.")
	return errors.Join(shutdown(srv), <-stopped)
}

func shutdown(srv *server.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownPatience)
	defer cancel()
	return srv.Shutdown(ctx)
}

// announce says where the verifier is and how to get at its tester's side.
func (a *app) announce(srv *server.Server, o server.Options, asJSON bool) error {
	if asJSON {
		return a.writeJSON(struct {
			Event    string `json:"event"`
			URL      string `json:"url"`
			LabToken string `json:"lab_token"`
			Rollout  string `json:"rollout"`
			Store    string `json:"store"`
		}{"listening", srv.URL(), srv.LabToken(), o.Rollout.Name, o.Store})
	}
	_, err := io.WriteString(a.Out, fmt.Sprintf(`Verifier   %s
Roll-out   %s
Users      %s
Lab token  %s

Open the address in a browser, or read %s/openapi.json.
Ctrl-C stops it.
`, srv.URL(), o.Rollout.Name, o.Store, srv.LabToken(), srv.URL()))
	return err
}
