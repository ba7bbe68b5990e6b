// Package api is the verifier as JSON over HTTP, and the client that speaks to
// it. It promises what API.md fixes and describes itself at /openapi.json.
//
// A handler reads, bounds, calls the service and writes; the rules are in
// package verifier. Listening, hosts, origins and limits on connections are
// package server's.
package api

import (
	"net/http"

	"twofold/verifier"
)

// Options are what an API needs besides its service.
type Options struct {
	LabToken verifier.Secret // opens the tester's side; zero keeps it shut
	Version  string          // of the program, for openapi.json
}

// New gives the handler of /api/ and /openapi.json.
func New(_ *verifier.Service, _ Options) http.Handler { return http.NotFoundHandler() }
