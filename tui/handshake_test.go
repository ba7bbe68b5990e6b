package tui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"twofold/vault"
	"twofold/verifier/api"
	"twofold/verifier/rollout"
	"twofold/verifier/server"
)

// realVerifier is a hook that starts the verifier that ships; running counts those not stopped.
func realVerifier(t *testing.T, running *int) func(context.Context) (*api.Client, func(), error) {
	return func(context.Context) (*api.Client, func(), error) {
		plain, err := rollout.Load("plain")
		if err != nil {
			return nil, nil, err
		}
		srv, err := server.Listen(server.Options{Addr: "127.0.0.1:0", Store: ":memory:", Rollout: plain})
		if err != nil {
			return nil, nil, err
		}
		ended := make(chan error, 1)
		go func() { ended <- srv.Serve() }()
		*running++
		return api.NewClient(srv.URL(), srv.LabToken()), func() {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			if err := errors.Join(srv.Shutdown(ctx), <-ended); err != nil {
				t.Error(err)
			}
			*running--
		}, nil
	}
}

func TestHandshakeWalksOneKeyAtATime(t *testing.T) {
	running := 0
	d := newDesk(t, 100, 40, func(o *Options, _ *desk) {
		o.Open, o.Screen, o.StartVerifier = nil, ScreenHandshake, realVerifier(t, &running)
	}).start()
	d.shows("Both sides of one login", "⏎  one step")
	d.press("enter")
	d.shows("You", "Authenticator", "Verifier", "1  Both sides are there", "step 1 of 11")
	for range 10 {
		d.press("enter")
	}
	d.shows("step 11 of 11", "the same digits: ", "refused: code_already_used", "“That code didn't work.”",
		"Done. One code, accepted once.", "r start over")
	d.press("enter") // nothing is left to do
	d.shows("step 11 of 11")
	for range 60 {
		d.press("up")
	}
	d.shows("1  Both sides are there")
	d.press("r")
	d.shows("Both sides of one login")
	if running != 1 {
		t.Fatalf("%d verifiers run", running)
	}
	d.model.owned.close()
	if running != 0 {
		t.Fatalf("%d verifiers left behind", running)
	}
}

func TestHandshakeIsOneKeyAwayFromTheFirstStart(t *testing.T) {
	running := 0
	d := newDesk(t, 40, 12, func(o *Options, k *desk) {
		noVault(vault.KindKeyring, gnome)(o, k)
		o.StartVerifier = realVerifier(t, &running)
	}).start()
	d.press("d", "enter", "enter")
	d.shows("2  Get an account", "You ► Verifier:")
	d.press("esc")
	d.shows("Welcome to Twofold.")
}

func TestHandshakeSaysWhenThereIsNoVerifier(t *testing.T) {
	d := newDesk(t, 80, 24, func(o *Options, _ *desk) {
		o.Screen = ScreenHandshake
		o.StartVerifier = func(context.Context) (*api.Client, func(), error) { return nil, nil, errors.New("port taken") }
	}).start()
	d.shows("The verifier could not be started.", "port taken", "r  try again")
}

// screenful collects what a program writes, for a terminal that is not there.
type screenful struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (s *screenful) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.Write(p)
}

func (s *screenful) waitFor(t *testing.T, pattern string) {
	t.Helper()
	re := regexp.MustCompile(pattern)
	for range 200 {
		s.mu.Lock()
		ok := re.Match(s.all.Bytes())
		s.mu.Unlock()
		if ok {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t.Fatalf("never wrote %s:\n%q", pattern, s.all.String())
}

func TestRunCopiesByOSC52AndEndsClean(t *testing.T) {
	v := vault.Throwaway(vault.Options{})
	d := &desk{t: t, vault: v}
	d.furnish()
	in, keys := io.Pipe()
	out := &screenful{}
	ended := make(chan error, 1)
	go func() {
		ended <- Run(context.Background(), Options{
			Inspect: func(context.Context, vault.Kind) (vault.Status, error) {
				return vault.Status{Kind: vault.KindKeyring, Exists: true}, nil
			},
			Open:  func(context.Context, vault.Kind, vault.Secret) (*vault.Vault, error) { return v, nil },
			Input: in, Output: out, Environ: []string{"TERM=xterm-256color", "NO_COLOR=1"}, Width: 80, Height: 24,
		})
	}()
	out.waitFor(t, "GitHub")
	_, _ = io.WriteString(keys, "\r")
	out.waitFor(t, "\x1b\\]52;c;[A-Za-z0-9+/=]+\x07")
	_, _ = io.WriteString(keys, "q")
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	_ = keys.Close()
	if !strings.Contains(out.all.String(), "\x1b]52;c;\x07") {
		t.Error("the clipboard was not emptied at the end")
	}
	if _, err := v.Code(context.Background(), "x", morning); !errors.Is(err, vault.ErrClosed) {
		t.Errorf("the vault was left open: %v", err)
	}
}

// TestRunShowsWhatAnotherProcessAdds is the real program with its real clock
// and no key pressed.
func TestRunShowsWhatAnotherProcessAdds(t *testing.T) {
	mine, theirs := twoVaults(t)
	in, keys := io.Pipe()
	out := &screenful{}
	ended := make(chan error, 1)
	go func() {
		ended <- Run(context.Background(), Options{
			Inspect: func(context.Context, vault.Kind) (vault.Status, error) {
				return vault.Status{Kind: vault.KindFile, Exists: true}, nil
			},
			Open: func(context.Context, vault.Kind, vault.Secret) (*vault.Vault, error) {
				time.Sleep(2 * soon)
				return mine, nil
			},
			Input: in, Output: out, Environ: []string{"TERM=xterm-256color", "NO_COLOR=1"}, Width: 80, Height: 24,
		})
	}()
	out.waitFor(t, "Opening the vault…")
	out.waitFor(t, "GitHub")
	(&desk{t: t, vault: theirs}).add("otpauth://totp/Newcomer:ada?issuer=Newcomer&secret="+rfcSecret, nil)
	out.waitFor(t, "Newcomer")
	_, _ = io.WriteString(keys, "q")
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	_ = keys.Close()
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	in, keys := io.Pipe()
	defer func() { _ = keys.Close() }()
	out := &screenful{}
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, Options{Input: in, Output: out, Environ: []string{"TERM=xterm"}, Width: 80, Height: 24, Screen: ScreenHandshake})
	}()
	out.waitFor(t, "Handshake|could not")
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Fatalf("ended with %v", err)
	}
}

// TestArrowsCrossIntoTheReceiversColumn: the head stands beyond the border, the
// other end in the sender's column, and neither goes over the whole of a very
// wide terminal.
func TestArrowsCrossIntoTheReceiversColumn(t *testing.T) {
	for _, width := range []int{72, 80, 110, 200} {
		running := 0
		d := newDesk(t, width, 100, func(o *Options, _ *desk) {
			o.Open, o.Screen, o.StartVerifier = nil, ScreenHandshake, realVerifier(t, &running)
		}).start()
		d.press("enter")
		d.shows("listens at http:")
		for range 10 {
			d.press("enter")
		}
		third := (width - 2) / 3
		borders := []int{third, 2*third + 1}
		column := func(at int) int {
			n := 0
			for _, b := range borders {
				if at == b {
					t.Errorf("an arrow ends on a border at %d columns", width)
				}
				if at > b {
					n++
				}
			}
			return n
		}
		var got []string
		for _, line := range strings.Split(d.text(), "\n")[2:] {
			cells := []rune(line) // all of one cell here
			if w := ansi.StringWidth(line); w != len(cells) || w > width {
				t.Errorf("a line of %d cells in %d: %q", w, width, line)
			}
			if !strings.ContainsAny(line, "►◄") {
				continue
			}
			first, last := -1, -1
			for i, r := range cells {
				if strings.ContainsRune("─►◄", r) {
					if last = i; first < 0 {
						first = i
					}
				}
			}
			from, to := first, last
			if cells[first] == '◄' {
				from, to = last, first
			}
			got = append(got, fmt.Sprint(column(from), column(to)))
			if width == 200 && last-first > 120 {
				t.Errorf("an arrow of %d cells: %s", last-first, line)
			}
		}
		want := "0 2,0 2,2 1,1 0,0 2,2 0,0 2,0 2,1 0,0 2,2 0,0 2,0 2,2 0"
		if all := strings.Join(got, ","); !strings.HasSuffix(want, all) || len(got) < 13 {
			t.Errorf("at %d columns arrows go %s, not %s\n%s", width, all, want, d.text())
		}
	}
}
