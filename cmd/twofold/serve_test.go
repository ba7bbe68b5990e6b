package main

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// need skips a test that lacks a part, or fails it where parts are required.
func need(t testing.TB, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if _, err := exec.LookPath(part); err == nil {
			continue
		}
		if partsRequired() {
			t.Fatalf("%s is missing, and make test requires it", part)
		}
		t.Skipf("%s is missing", part)
	}
}

// served is a "twofold serve" in a process of its own.
type served struct {
	URL      string `json:"url"`
	LabToken string `json:"lab_token"`
	process  *exec.Cmd
}

// startServe starts "twofold serve" on a free port and waits until it says where it listens.
func startServe(t *testing.T, args ...string) *served {
	t.Helper()
	s := &served{process: exec.CommandContext(t.Context(), "twofold", append([]string{"serve", "--listen", "127.0.0.1:0", "--json"}, args...)...)}
	s.process.Env = append(os.Environ(), "HOME="+t.TempDir())
	s.process.Stderr = os.Stderr
	out, err := s.process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.process.Process.Kill()
		_ = s.process.Wait()
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatalf("read the first line: %v", err)
	}
	if err := json.Unmarshal(line, s); err != nil || s.URL == "" {
		t.Fatalf("first line %q: %v", line, err)
	}
	return s
}

// shell runs lines of bash against the server, as the README shows them, and gives what they print.
func (s *served) shell(t *testing.T, lines string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-euc", "set -o pipefail\n"+lines)
	cmd.Env = append(os.Environ(), "V="+s.URL, "TOKEN="+s.LabToken)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v in\n%s", err, lines)
	}
	return strings.TrimSpace(string(out))
}

// TestCurlAndOathtoolAreEnough goes the whole way with a shell in place of our authenticator.
func TestCurlAndOathtoolAreEnough(t *testing.T) {
	need(t, "bash", "curl", "jq", "oathtool")
	s := startServe(t, "--store", ":memory:")
	secret := s.shell(t, `
		flow=$(curl -s $V/api/v1/signup -d '{"email":"ada@example.com","password":"correct horse"}' | jq -r .id)
		secret=$(curl -s $V/api/v1/flows/$flow/enroll -d '{"method":"totp"}' | jq -r .next.secret)
		step=$(curl -s $V/api/v1/flows/$flow/code -d "{\"code\":\"$(oathtool --totp -b $secret)\"}" | jq -r .next.step)
		test "$step" = done
		echo $secret`)
	const signIn = `
		flow=$(curl -s $V/api/v1/signin -d '{"email":"ada@example.com","password":"correct horse"}' | jq -r .id)
		curl -s $V/api/v1/flows/$flow/code -d "{\"code\":\"$CODE\"}"`
	// The confirming code is spent; the next one is not there yet for the verifier until its clock has moved.
	now := "CODE=$(oathtool --totp -b " + secret + ")\n"
	if got := s.shell(t, now+signIn+" | jq -r .code"); got != "code_refused" {
		t.Errorf("the code that confirmed the enrollment, again: %q, want code_refused", got)
	}
	next := "CODE=$(oathtool --totp -N '+30 seconds' -b " + secret + ")\n"
	s.shell(t, `curl -sf -X PUT -H "Authorization: Bearer $TOKEN" $V/api/v1/lab/clock -d '{"advance":"30s"}'`)
	session := s.shell(t, next+signIn+" | jq -r .next.session")
	if session == "" || session == "null" {
		t.Fatal("no session for the next code")
	}
	if got := s.shell(t, `curl -s -H "Authorization: Bearer `+session+`" $V/api/v1/me | jq -r .email`); got != "ada@example.com" {
		t.Errorf("me: %q", got)
	}
	causes := s.shell(t, `curl -s -H "Authorization: Bearer $TOKEN" "$V/api/v1/lab/events?follow=false" | jq -r '.. | .cause? // empty'`)
	if !strings.Contains(causes, "code_already_used") {
		t.Errorf("causes of refusals: %q, want code_already_used among them", causes)
	}
}

// TestCodeStaysSpentOverKill is the acceptance scenario S12: accepted, killed, started again, refused.
func TestCodeStaysSpentOverKill(t *testing.T) {
	need(t, "bash", "curl", "jq", "oathtool")
	store := filepath.Join(t.TempDir(), "verifier.db")
	s := startServe(t, "--store", store)
	code := s.shell(t, `
		flow=$(curl -s $V/api/v1/signup -d '{"email":"ada@example.com","password":"correct horse"}' | jq -r .id)
		secret=$(curl -s $V/api/v1/flows/$flow/enroll -d '{"method":"totp"}' | jq -r .next.secret)
		code=$(oathtool --totp -b $secret)
		curl -sf $V/api/v1/flows/$flow/code -d "{\"code\":\"$code\"}" >/dev/null
		echo $code`)
	if err := s.process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = s.process.Wait()

	again := startServe(t, "--store", store)
	got := again.shell(t, `
		flow=$(curl -s $V/api/v1/signin -d '{"email":"ada@example.com","password":"correct horse"}' | jq -r .id)
		curl -s $V/api/v1/flows/$flow/code -d '{"code":"`+code+`"}' | jq -r .code`)
	if got != "code_refused" {
		t.Errorf("the code after kill -9 and a restart: %q, want code_refused", got)
	}
}

// TestServeStopsOnTerm holds that SIGTERM ends it within its patience, with exit code 0.
func TestServeStopsOnTerm(t *testing.T) {
	s := startServe(t, "--store", ":memory:")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/signin", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("the sign-in page: %s", response.Status)
	}
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.process.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("after SIGTERM: %v, want exit code 0", err)
		}
	case <-time.After(2 * shutdownPatience):
		t.Error("it did not stop")
	}
}
