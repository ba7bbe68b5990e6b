package server_test

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"twofold/verifier/api"
)

// phone is an authenticator app.
type phone struct {
	s       *scene
	secret  string
	counter uint64
}

// scans reads the key URI of an enrollment, as an app does.
func (s *scene) scans(f api.Flow) *phone {
	s.t.Helper()
	s.at(f, "confirm", "")
	key, err := otp.NewKeyFromURL(f.Next.URI)
	if err != nil {
		s.t.Fatalf("an app cannot read the key URI: %v", err)
	}
	if key.Secret() != f.Next.Secret || f.Next.QR == "" {
		s.t.Error("the QR and the key to type differ")
	}
	if key.Type() != f.Next.Method || key.Digits() != otp.DigitsSix || key.Algorithm() != otp.AlgorithmSHA1 ||
		key.Type() == "totp" && key.Period() != 30 {
		s.t.Errorf("the key URI is not what apps agree on: %s, %s, %s, %d", key.Type(), key.Digits(), key.Algorithm(), key.Period())
	}
	return &phone{s: s, secret: key.Secret()}
}

// shows is the code so many steps from now.
func (p *phone) shows(steps int) string {
	p.s.t.Helper()
	return codeAt(p.s.t, p.secret, p.s.now().Add(time.Duration(steps)*30*time.Second))
}

// counts is the code that an app shows which was set to counter-based.
func (p *phone) counts(counter uint64) string {
	p.s.t.Helper()
	code, err := hotp.GenerateCode(p.secret, counter)
	p.s.ok(err)
	return code
}

// next is what a counter-based authenticator shows when its button is pressed.
func (p *phone) next() string {
	p.s.t.Helper()
	code := p.counts(p.counter)
	p.counter++
	return code
}

// stray is a code that is not right anywhere near now.
func (p *phone) stray() string {
	p.s.t.Helper()
	var near []string
	for n := -25; n <= 25; n++ {
		near = append(near, p.shows(n))
	}
	for n := range uint64(130) {
		near = append(near, p.counts(n))
	}
	for _, try := range []string{"000000", "111111", "222222", "333333"} {
		if !slices.Contains(near, try) {
			return try
		}
	}
	p.s.t.Fatal("every try is right somewhere")
	return ""
}

// enables sets an app up in the account, from the QR to the first code. The
// clock moves on, so that the code of the present is unspent.
func (s *scene) enables(session string) *phone {
	s.t.Helper()
	f := s.flow(s.AddFactor(context.Background(), session, api.EnrollRequest{Method: "totp"}))
	p := s.scans(f)
	s.at(s.enter(f, p.shows(0)), "done", "")
	s.step()
	return p
}

// oathtool computes a code with the program of that name.
func oathtool(t testing.TB, secret string, at time.Time, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("oathtool"); err != nil {
		if os.Getenv("TWOFOLD_TEST_PARTS") == "required" {
			t.Fatal("oathtool is not installed")
		}
		t.Skip("oathtool is not installed")
	}
	if len(args) == 0 {
		args = []string{"--totp"}
	}
	args = append(args, "-N", at.UTC().Format("2006-01-02 15:04:05 UTC"), "-b", "-")
	cmd := exec.CommandContext(t.Context(), "oathtool", args...)
	cmd.Stdin = strings.NewReader(secret)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
