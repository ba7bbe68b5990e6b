// Package server puts a verifier on the network: it opens the store and the
// key that seals secrets, listens on loopback, and shuts down when told to.
//
// It promises that nothing is served to another machine, another host name or
// another site's scripts, and that no secret reaches its log. What is served
// is left to packages api and web.
package server

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"twofold/verifier"
	"twofold/verifier/api"
	"twofold/verifier/delivery"
	"twofold/verifier/rollout"
)

// Options say what to serve and where.
type Options struct {
	Addr         string           // host:port on loopback; port 0 takes a free one; empty is 127.0.0.1:0
	Store        string           // path of the SQLite file, or ":memory:"; its folder holds the key and is made
	Rollout      rollout.Rollout  // zero: plain
	Now          func() time.Time // the machine's clock; nil: time.Now
	StartAt      time.Time        // where the verifier's clock starts; zero: with the machine's
	Rand         io.Reader        // nil: crypto/rand
	LabToken     string           // empty: a random one
	LabTokenFile string           // if set, the lab token is written there, 0600
	Log          *slog.Logger     // of requests and faults; nil: none
	Version      string           // of the program, for openapi.json
	// Email and SMS carry messages on from the outbox. Nil: it is all there is.
	Email, SMS delivery.Transport
	// Pages gives the handler for every path outside /api and /openapi.json.
	// Nil: none.
	Pages func(Parts) http.Handler
}

// Parts are what pages are made of.
type Parts struct {
	Service  *verifier.Service
	Outbox   *delivery.Outbox
	LabToken verifier.Secret // opens the tester's pages
}

// Server is a verifier that listens.
type Server struct {
	svc      *verifier.Service
	outbox   *delivery.Outbox
	store    io.Closer
	listener net.Listener
	http     *http.Server
	labToken string
	endAll   context.CancelFunc // ends event streams
	silent   silent
	once     sync.Once
	ended    error
}

// Bounds on connections. The write timeout is for an answer as a whole and so
// longer than the longest wait for a password's turn; event streams set their
// own.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 30 * time.Second
	writeTimeout  = 40 * time.Second
	idleTimeout   = 60 * time.Second
	mostHeader    = 16 << 10
	mostBody      = api.MaxBody + 1024 // the API refuses its own first, with words
)

// Listen opens everything and takes the port, so that what is wrong is known
// before anything is served.
func Listen(o Options) (*Server, error) {
	s, err := listen(o)
	if err != nil {
		return nil, fmt.Errorf("start verifier: %w", err)
	}
	return s, nil
}

func listen(o Options) (*Server, error) {
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Rollout.Name == "" {
		plain, err := rollout.Load("plain")
		if err != nil {
			return nil, err
		}
		o.Rollout = plain
	}
	if err := o.Rollout.Check(); err != nil {
		return nil, err
	}
	clock := verifier.NewClock(o.Now)
	if !o.StartAt.IsZero() {
		if err := clock.Set(o.StartAt); err != nil {
			return nil, err
		}
	}
	addr := cmp.Or(o.Addr, "127.0.0.1:0")
	if err := checkLoopback(addr); err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, err
	}
	s := &Server{listener: listener, silent: silent{conns: map[net.Conn]struct{}{}}}
	if err := s.open(o, clock); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return s, nil
}

// open opens the store and builds everything that stands on it.
func (s *Server) open(o Options, clock *verifier.Clock) error {
	token, err := labToken(o)
	if err != nil {
		return err
	}
	kept, key, err := openData(o.Store, o.Rand)
	if err != nil {
		return err
	}
	if o.LabTokenFile != "" {
		if err := writeSecret(o.LabTokenFile, []byte(token+"\n"), replace); err != nil {
			return errors.Join(fmt.Errorf("write lab token: %w", err), kept.Close())
		}
	}
	streams, endAll := context.WithCancel(context.Background())
	s.store, s.labToken, s.endAll = kept, token, endAll
	s.outbox = delivery.New(delivery.Options{Now: clock.Now, Email: o.Email, SMS: o.SMS, Log: o.Log})
	s.svc = verifier.New(kept, verifier.Options{
		Rollout: o.Rollout, Clock: clock, Rand: o.Rand, Key: key, Sender: s.outbox, URL: s.URL(),
	})

	machine := api.New(s.svc, api.Options{
		LabToken: verifier.SecretOf(token), Outbox: s.outbox, Version: o.Version, Until: streams, Log: o.Log,
	})
	mux := http.NewServeMux()
	mux.Handle("/api/", machine)
	mux.Handle("/openapi.json", machine)
	if o.Pages != nil {
		mux.Handle("/", o.Pages(Parts{Service: s.svc, Outbox: s.outbox, LabToken: verifier.SecretOf(token)}))
	} else {
		mux.Handle("/", machine) // its 404
	}
	s.http = &http.Server{
		Handler:           guard(mux, o.Log),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    mostHeader,
		ConnState:         s.silent.note,
		ErrorLog:          slog.NewLogLogger(quiet{o.Log.Handler()}, slog.LevelWarn),
	}
	return nil
}

// labToken gives the token of the tester's side.
func labToken(o Options) (string, error) {
	token := o.LabToken
	if token == "" {
		raw := make([]byte, 32)
		if _, err := io.ReadFull(o.Rand, raw); err != nil {
			return "", fmt.Errorf("make lab token: %w", err)
		}
		token = base64.RawURLEncoding.EncodeToString(raw)
	}
	return token, nil
}

// URL is where the server listens, without a slash at the end.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() }

// LabToken opens the tester's side.
func (s *Server) LabToken() string { return s.labToken }

// Service is what is served.
func (s *Server) Service() *verifier.Service { return s.svc }

// Outbox is where messages are read.
func (s *Server) Outbox() *delivery.Outbox { return s.outbox }

// Serve answers until Shutdown; then it returns nil.
func (s *Server) Serve() error {
	if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// Shutdown stops listening, ends event streams and connections that ask for
// nothing, lets running requests finish until ctx is done, and closes the store. Further calls give the same answer.
func (s *Server) Shutdown(ctx context.Context) error {
	s.once.Do(func() {
		s.endAll()
		s.silent.end()
		err := s.http.Shutdown(ctx)
		if err != nil {
			err = errors.Join(fmt.Errorf("shut down: %w", err), s.http.Close())
		}
		// Not served yet, the listener is unknown to http.Server.
		if closing := s.listener.Close(); !errors.Is(closing, net.ErrClosed) {
			err = errors.Join(err, closing)
		}
		s.ended = errors.Join(err, s.outbox.Close(ctx), s.store.Close())
	})
	return s.ended
}
