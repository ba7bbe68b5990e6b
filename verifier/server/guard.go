package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"twofold/verifier/api"
)

// A NotLoopbackError refuses an address that other machines could reach.
type NotLoopbackError struct{ Addr string }

// Error names the address and the reason.
func (e *NotLoopbackError) Error() string {
	return fmt.Sprintf("listen on %s: other machines could reach it, and whoever reaches a verifier with lab controls "+
		"can move its clock and read its events; only loopback is served (127.0.0.1, [::1], localhost)", e.Addr)
}

// checkLoopback refuses every address that is not loopback for certain.
func checkLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", addr, err)
	}
	if !loopbackName(host) {
		return &NotLoopbackError{Addr: addr}
	}
	return nil
}

// loopbackName reports whether host names this machine whatever a name server
// says.
func loopbackName(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"))
	return err == nil && ip.Unmap().IsLoopback()
}

// contentPolicy lets pages use what this server sends, and nothing inline.
const contentPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard is what every request passes: log, headers, host, origin, size.
func guard(next http.Handler, log *slog.Logger) http.Handler {
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		api.WriteProblem(w, http.StatusForbidden, "cross_site", "Another site's page asked for this.")
	}))
	inner := origin.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		seen := &answer{ResponseWriter: w}
		defer func() {
			if caught := recover(); caught != nil {
				if err, ok := caught.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(caught)
				}
				// The value may hold anything; its type and place do not.
				log.Error("panic", "type", fmt.Sprintf("%T", caught), "stack", string(debug.Stack()))
				if seen.status == 0 {
					api.WriteProblem(seen, http.StatusInternalServerError, "internal", "The verifier failed; its log says more.")
				}
			}
			log.Info("request", "method", methodOf(r), "route", routeOf(r), "status", seen.status, "duration", time.Since(began))
		}()
		setHeaders(w.Header())
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		if !loopbackName(host) {
			api.WriteProblem(seen, http.StatusMisdirectedRequest, "host_refused",
				"Ask for 127.0.0.1, [::1] or localhost: a page under another name could be anybody's.")
			return
		}
		r.Body = http.MaxBytesReader(seen, r.Body, mostBody) // not MaxBytesHandler: the pattern would be set on its copy
		inner.ServeHTTP(seen, r)
	})
}

func setHeaders(h http.Header) {
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// methodOf gives a method that is known; others could be any text.
func methodOf(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions:
		return r.Method
	}
	return "other"
}

// routeOf gives the pattern that matched: paths hold flow ids.
func routeOf(r *http.Request) string {
	_, path, found := strings.Cut(r.Pattern, " ")
	if !found {
		path = r.Pattern
	}
	return path
}

// answer remembers the status for the log.
type answer struct {
	http.ResponseWriter
	status int
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// quiet logs that net/http had something to say, and not what: its messages
// can quote what a client sent.
type quiet struct{ slog.Handler }

func (q quiet) Handle(ctx context.Context, r slog.Record) error {
	return q.Handler.Handle(ctx, slog.NewRecord(r.Time, r.Level, "connection failed", r.PC))
}
