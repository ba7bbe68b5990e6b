// Package server puts a verifier on the network: it opens the store and the
// key that seals secrets, listens on loopback, and shuts down when told to.
//
// It promises that nothing is served to another machine, another host name or
// another site's scripts, and that no secret reaches its log. What is served
// is left to packages api and web.
package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"twofold/verifier"
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
	Log          *slog.Logger     // nil: none
	Version      string           // of the program, for openapi.json
	// Pages gives the handler for every path outside /api and /openapi.json:
	// web.New. Nil: none.
	Pages func(*verifier.Service) http.Handler
}

// Server is a verifier that listens.
type Server struct{}

// Listen opens everything and takes the port, so that what is wrong is known
// before anything is served.
func Listen(_ Options) (*Server, error) { return nil, errors.New("not served yet") }

// URL is where the server listens, without a slash at the end.
func (s *Server) URL() string { return "" }

// LabToken opens the tester's side.
func (s *Server) LabToken() string { return "" }

// Service is what is served.
func (s *Server) Service() *verifier.Service { return nil }

// Serve answers until Shutdown; then it returns nil.
func (s *Server) Serve() error { return nil }

// Shutdown stops listening, lets running requests finish until ctx is done,
// and closes the store.
func (s *Server) Shutdown(context.Context) error { return nil }
