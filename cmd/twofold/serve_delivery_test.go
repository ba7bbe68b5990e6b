package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestServeGoesOnWithoutItsMailServer starts with an SMTP server that is down: a warning, no end; each message that it
// should carry is in the outbox as failed.
func TestServeGoesOnWithoutItsMailServer(t *testing.T) {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close() // nobody listens there now
	mail := "smtp://" + l.Addr().String()
	cmd := exec.CommandContext(t.Context(), "twofold", "serve", "--listen", "127.0.0.1:0", "--json", "--store", ":memory:", "--smtp", mail)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	talk, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	var s struct {
		URL      string `json:"url"`
		LabToken string `json:"lab_token"`
		Mail     string `json:"mail"`
		SMS      string `json:"sms"`
	}
	if err := json.NewDecoder(out).Decode(&s); err != nil || s.Mail != mail || s.SMS != "outbox only" {
		t.Fatalf("%+v, %v", s, err)
	}
	if line, err := bufio.NewReader(talk).ReadString('\n'); err != nil || !strings.HasPrefix(line, "warning: SMTP server "+mail+": ") {
		t.Fatalf("%q, %v", line, err)
	}
	go func() { _, _ = io.Copy(io.Discard, talk) }() // ends with the process

	ask := func(method, path, body string) string {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, s.URL+"/api/v1/lab/"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+s.LabToken)
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		answer, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode > 299 {
			t.Fatalf("%s: %s %v", res.Status, answer, err)
		}
		return string(answer)
	}
	ask("POST", "users", `{"email":"ada@example.com","temporary":true}`)
	var box []struct{ State, To string }
	for tries := 0; ; tries++ {
		if err := json.Unmarshal([]byte(ask("GET", "outbox?to=ada@example.com", "")), &box); err != nil {
			t.Fatal(err)
		}
		if len(box) == 1 && box[0].State == "failed" {
			return
		}
		if tries == 1000 {
			t.Fatalf("%+v", box)
		}
	}
}
