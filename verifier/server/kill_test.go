package server_test

import (
	"bufio"
	"context"
	"encoding/base32"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"twofold/verifier/api"
	"twofold/verifier/server"
)

func decode32(text string) ([]byte, error) {
	return base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(text)
}

// childStore, when set, makes the test binary a verifier on that file, to be
// killed.
const childStore = "TWOFOLD_TEST_SERVE"

func TestMain(m *testing.M) {
	if path := os.Getenv(childStore); path != "" {
		s, err := server.Listen(server.Options{Store: path, Now: frozen})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(s.URL(), s.LabToken())
		_ = s.Serve()
		return
	}
	os.Exit(m.Run())
}

// child runs a verifier in another process.
func child(t *testing.T, path string) (*exec.Cmd, *api.Client) {
	t.Helper()
	cmd := exec.CommandContext(context.Background(), os.Args[0])
	cmd.Env = append(os.Environ(), childStore+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			kill(t, cmd)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	url, token, _ := strings.Cut(strings.TrimSpace(line), " ")
	if err != nil || url == "" {
		t.Fatalf("the verifier did not start: %v", err)
	}
	return cmd, api.NewClient(url, token)
}

func kill(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil { // SIGKILL
		t.Fatal(err)
	}
	_ = cmd.Wait() // it says "killed"
}

// TestP05_CodeStaysSpentOverKill accepts a code in a process that is killed at
// once, and asks the next process to accept it again.
func TestP05_CodeStaysSpentOverKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "verifier.db")
	for round := range 3 {
		email := fmt.Sprintf("ada%d@example.com", round)
		first, c := child(t, path)
		secret, session := enroll(t, c, email)
		advance := api.Duration(30 * time.Second)
		must(c.SetClock(t.Context(), api.ClockChange{Advance: &advance}))(t)
		flow := must(c.SignIn(t.Context(), api.SignInRequest{Email: email, Password: password}))(t)
		code := codeAt(t, secret, start.Add(30*time.Second))
		must(c.Code(t.Context(), flow.ID, api.CodeRequest{Code: code}))(t)
		kill(t, first)

		second, c := child(t, path)
		must(c.SetClock(t.Context(), api.ClockChange{Advance: &advance}))(t)
		must(c.Me(t.Context(), session))(t) // the session lives on
		flow = must(c.SignIn(t.Context(), api.SignInRequest{Email: email, Password: password}))(t)
		_, err := c.Code(t.Context(), flow.ID, api.CodeRequest{Code: code})
		refused(t, err, 401, "code_refused")
		events := must(c.Events(t.Context()))(t)
		if last := events[len(events)-1]; last.Cause != "code_already_used" {
			t.Errorf("the tester hears %+v", last)
		}
		kill(t, second)
	}
}

// TestP11_FailuresStayCountedOverKill counts wrong codes, kills the process,
// and reads the count back.
func TestP11_FailuresStayCountedOverKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "verifier.db")
	first, c := child(t, path)
	enroll(t, c, "ada@example.com")
	flow := must(c.SignIn(t.Context(), api.SignInRequest{Email: "ada@example.com", Password: password}))(t)
	for range 3 {
		_, err := c.Code(t.Context(), flow.ID, api.CodeRequest{Code: "not a code"})
		refused(t, err, 401, "code_refused")
	}
	kill(t, first)
	_, c = child(t, path)
	if users := must(c.Users(t.Context()))(t); users[0].Failures != 3 {
		t.Errorf("%d failures are counted after the restart, want 3", users[0].Failures)
	}
	for range 2 {
		_, err := c.Code(t.Context(), flow.ID, api.CodeRequest{Code: "not a code"})
		refused(t, err, 401, "code_refused")
	}
	_, err := c.Code(t.Context(), flow.ID, api.CodeRequest{Code: "not a code"})
	if again := refused(t, err, 429, "too_many_attempts"); again != time.Minute {
		t.Errorf("again in %v, want a minute", again)
	}
}
