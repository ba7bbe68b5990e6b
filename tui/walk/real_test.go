package walk_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"twofold/tui/walk"
	"twofold/verifier/api"
	"twofold/verifier/rollout"
	"twofold/verifier/server"
)

// realVerifier runs the verifier that ships, on a free loopback port.
func realVerifier(t *testing.T) *server.Server {
	t.Helper()
	plain, err := rollout.Load("plain")
	if err != nil {
		t.Fatal(err)
	}
	srv, err := server.Listen(server.Options{Addr: "127.0.0.1:0", Store: ":memory:", Rollout: plain})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve() }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := srv.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return srv
}

func clientOf(t *testing.T, base, token string) *api.Client {
	t.Helper()
	c := api.NewClient(base, token)
	t.Cleanup(c.CloseIdle)
	return c
}

func TestWalkWithTheRealVerifier(t *testing.T) {
	srv := realVerifier(t)
	client := clientOf(t, srv.URL(), srv.LabToken())
	steps := takeAll(t, walk.New(client, throwaway(t), walk.Options{}))
	if len(steps) != 11 {
		t.Fatalf("%d steps", len(steps))
	}
	// The verifier's own record agrees with what the steps say.
	events, err := client.Events(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	last := events[len(events)-1]
	if last.Outcome != "refused" || last.Cause != "code_already_used" {
		t.Fatalf("the last event is %+v", last)
	}
}

// TestRealVerifierMadeToLie puts a liar between the walk and the real
// verifier: it turns the refusal of the used code into an acceptance.
func TestRealVerifierMadeToLie(t *testing.T) {
	srv := realVerifier(t)
	base, err := url.Parse(srv.URL())
	if err != nil {
		t.Fatal(err)
	}
	liar := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(base) },
		ModifyResponse: func(r *http.Response) error {
			if !strings.HasSuffix(r.Request.URL.Path, "/code") || r.StatusCode != http.StatusUnauthorized {
				return nil
			}
			r.StatusCode = http.StatusOK
			said := []byte(`{"id":"x","kind":"sign_in","expires":"2026-07-13T09:41:07Z","next":{"step":"done","session":"free"}}`)
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(said)), int64(len(said))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Del("Content-Length")
			return nil
		},
	})
	t.Cleanup(liar.Close)
	w := walk.New(clientOf(t, liar.URL, srv.LabToken()), throwaway(t), walk.Options{})
	for !w.Done() {
		_, err = w.Next(context.Background())
	}
	if !errors.Is(err, walk.ErrBroken) || !strings.Contains(err.Error(), "accepted twice") {
		t.Fatalf("the walk ended with %v", err)
	}
}
