package api_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"twofold/verifier/api"
)

// described holds every answer of every test against openapi.json.
func described(t testing.TB, a *api.API) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &copied{ResponseWriter: w, status: http.StatusOK}
		a.ServeHTTP(seen, r)
		if r.Pattern == "" {
			return // no route
		}
		if err := a.Misfit(r.Pattern, seen.status, w.Header().Get("Content-Type"), seen.body.Bytes()); err != nil {
			if _, fuzz := t.(*testing.F); fuzz {
				panic(err)
			}
			t.Error(err)
		}
	})
}

// copied keeps what is written; an event stream's first words are enough.
type copied struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (c *copied) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

func (c *copied) Write(b []byte) (int, error) {
	if strings.HasSuffix(c.Header().Get("Content-Type"), "json") {
		c.body.Write(b)
	}
	return c.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (c *copied) Unwrap() http.ResponseWriter { return c.ResponseWriter }
