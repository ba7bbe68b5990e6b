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

	"twofold/verifier/delivery"
	"twofold/verifier/rollout"
	"twofold/verifier/server"
	"twofold/verifier/web"
)

// serveOptions are the flags of "twofold serve".
type serveOptions struct {
	listen, rollout, store, now, tokenFile, smtp, sms string
	json, verbose                                     bool
}

// shutdownPatience is how long running requests may take to finish after Ctrl-C.
const shutdownPatience = 5 * time.Second

func (a *app) serveCommand() *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Start a verifier to log in to",
		Long: `Start a verifier to log in to, for tests on this computer.

Open its address in a browser, or use its HTTP API. The tester's side, /lab and
the lab calls of the API, needs the lab token, which is printed at the start.

E-mail and SMS stay in an outbox, where the tester reads them, unless --smtp and
--sms say who carries them on:

  smtp://[USER@]HOST[:25]    smtps://[USER@]HOST[:465]
      ?from=ADDRESS          may be left out on this computer
      &tls=POLICY            none, opportunistic or starttls
      &ca=FILE               certificates to trust in place of the system's
  twilio+https://ACCOUNT-SID@HOST?from=NUMBER
  kannel+http://USER@HOST[:13013]?from=SENDER
  FILE                       in TOML: url, method, body, from, user, password-file,
                             expect, [headers]; {to}, {text}, {from}, {user} and
                             {password} in url, body and headers are filled in

A password is the first line of a file: &password-file=FILE.`,
		Example: `  twofold serve
  twofold serve --listen 127.0.0.1:0 --store :memory: --json
  twofold serve --rollout konexus --now 2026-07-12T23:59:00-04:00
  twofold serve --smtp smtp://127.0.0.1:1025
  twofold serve --sms 'kannel+http://USER@127.0.0.1:13013?from=Lab&password-file=FILE'`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serve(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.listen, "listen", "127.0.0.1:8200", "`HOST:PORT` on this computer; port 0 takes a free one")
	f.StringVar(&o.rollout, "rollout", "plain", "the policy: a `NAME`, or the path of a file")
	f.StringVar(&o.store, "store", "", "where users are kept: a `PATH`, or :memory: (default: in your data folder)")
	f.StringVar(&o.now, "now", "", "start the verifier's clock at this `TIME` (RFC 3339)")
	f.StringVar(&o.smtp, "smtp", "", "carry e-mail to this `URL` too (default: the outbox alone)")
	f.StringVar(&o.sms, "sms", "", "carry SMS to this `URL` or as this file says (default: the outbox alone)")
	f.StringVar(&o.tokenFile, "lab-token-file", "", "also write the lab token to this `FILE`, for scripts")
	f.BoolVar(&o.json, "json", false, "print one JSON object a line")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "log each request")
	return cmd
}

// verifierOptions turns flags into what the server wants.
func (a *app) verifierOptions(o serveOptions) (server.Options, error) {
	policy, err := rollout.Open(o.rollout)
	if err != nil {
		return server.Options{}, err
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
	if o.smtp != "" {
		if options.Email, err = delivery.ParseSMTP(o.smtp); err != nil {
			return server.Options{}, flagError("--smtp", err)
		}
	}
	if o.sms != "" {
		if options.SMS, err = delivery.ParseSMS(o.sms); err != nil {
			return server.Options{}, flagError("--sms", err)
		}
	}
	return options, nil
}

// flagError says which flag's value is wrong.
func flagError(flag string, err error) error {
	return usageError{"twofold serve", fmt.Errorf("%s: %w", flag, err)}
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
	return func(p server.Parts) http.Handler {
		return web.New(p.Service, web.Options{Outbox: p.Outbox, LabToken: p.LabToken, Log: log})
	}
}

func (a *app) serve(ctx context.Context, o serveOptions) error {
	unhurried()
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
	asking, enough := context.WithCancel(ctx)
	asked := a.askTransports(asking, options)
	defer func() {
		enough()
		<-asked
	}()
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

// askTransports warns, in the background, of a transport that doesn't answer. It may later; until then each message
// that it should carry is one that failed.
func (a *app) askTransports(ctx context.Context, o server.Options) (asked <-chan struct{}) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, t := range []delivery.Transport{o.Email, o.SMS} {
			if t == nil {
				continue
			}
			if err := t.Check(ctx); err != nil && ctx.Err() == nil {
				fmt.Fprintf(a.Err, "warning: %v\nhint: messages that cannot be carried stay in the outbox as failed; the verifier goes on\n", err)
			}
		}
	}()
	return done
}

// carried says how messages leave.
func carried(t delivery.Transport) string {
	if t == nil {
		return "outbox only"
	}
	return t.String()
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
			Mail     string `json:"mail"`
			SMS      string `json:"sms"`
		}{"listening", srv.URL(), srv.LabToken(), o.Rollout.Name, o.Store, carried(o.Email), carried(o.SMS)})
	}
	_, err := io.WriteString(a.Out, fmt.Sprintf(`Verifier   %s
Roll-out   %s
Users      %s
Mail       %s
SMS        %s
Lab token  %s

Open the address in a browser, or read %s/openapi.json.
Ctrl-C stops it.
`, srv.URL(), o.Rollout.Name, o.Store, carried(o.Email), carried(o.SMS), srv.LabToken(), srv.URL()))
	return err
}
