package delivery_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"twofold/verifier/delivery"
)

// need skips a test that lacks a part, or fails it where parts are required.
func need(t *testing.T, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if _, err := exec.LookPath(part); err == nil {
			continue
		}
		if os.Getenv("TWOFOLD_TEST_PARTS") == "required" {
			t.Fatalf("%s is missing, and make test requires it", part)
		}
		t.Skipf("%s is missing", part)
	}
}

// freePort finds one that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// start runs a program until the test ends, and shows what it said if the test failed.
func start(t *testing.T, program string, args ...string) {
	t.Helper()
	said, err := os.Create(filepath.Join(t.TempDir(), "said"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = t.TempDir()
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		said.Close()
		if text, err := os.ReadFile(said.Name()); err == nil && t.Failed() {
			t.Logf("%s said: %s", program, text)
		}
	})
}

// answers waits until a transport's other side is there.
func answers(t *testing.T, tr delivery.Transport) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		err := tr.Check(ctx)
		if err == nil {
			return
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			t.Fatal(err)
		}
	}
}

// TestMailReachesARealServer sends to aiosmtpd, a server of the Python project, over STARTTLS, and reads the mailbox
// that it writes.
func TestMailReachesARealServer(t *testing.T) {
	need(t, "aiosmtpd")
	_, cert, key := certificate(t)
	mailbox := filepath.Join(t.TempDir(), "mail")
	port := freePort(t)
	start(t, "aiosmtpd", "-n", "-l", "127.0.0.1:"+port, "--tlscert", cert, "--tlskey", key, "-c", "aiosmtpd.handlers.Mailbox", mailbox)
	tr := smtpTo(t, "smtp://127.0.0.1:"+port+"?tls=starttls&ca="+cert)
	answers(t, tr)
	b, _ := box(t, delivery.Options{Email: tr})
	m := code("123456")
	m.Subject, m.Text = "Dein Büro-Code", "Der Code für Ada lautet 123456.\n.\nGrüße\n"
	send(t, b, m)
	b.SetFaults(delivery.Faults{Email: delivery.Fault{Twice: true}})
	b.Post(m)
	if err := b.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(mailbox, "new", "*"))
	if err != nil || len(files) != 3 {
		t.Fatalf("%d mails, %v", len(files), err)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	head, text := readLetter(t, string(raw))
	if strings.TrimSpace(text) != strings.TrimSpace(m.Text) || head.Get("X-RcptTo") != "ada@example.com" || head.Get("Date") != noon.Format(time.RFC1123Z) {
		t.Errorf("%v\n%s", head, text)
	}
}

// kannelConfig is a gateway whose SMS center is an HTTP server. Everything is on loopback.
const kannelConfig = `
group = core
admin-port = %[1]s
admin-password = adminsecret
admin-interface = 127.0.0.1
smsbox-port = %[2]s
smsbox-interface = 127.0.0.1
box-allow-ip = "127.0.0.1"
store-type = file
store-location = %[5]s

group = smsc
smsc = http
smsc-id = center
system-type = kannel
smsc-username = center
smsc-password = centersecret
port = %[4]s
connect-allow-ip = 127.0.0.1
send-url = "%[6]s"

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = %[2]s
sendsms-port = %[3]s
sendsms-interface = 127.0.0.1
global-sender = 13013

group = sendsms-user
username = ada
password = "pass word"
concatenation = true
max-messages = 5
`

// TestSMSReachesAPhoneThroughARealGateway sends through Debian's Kannel: bearerbox and smsbox, with an HTTP server in
// place of the SMS center.
func TestSMSReachesAPhoneThroughARealGateway(t *testing.T) {
	if testing.Short() {
		t.Skip("Kannel takes seconds to start")
	}
	t.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin") // where Debian has its daemons
	need(t, "bearerbox", "smsbox")
	heard := make(chan url.Values, 10)
	center := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		heard <- r.URL.Query()
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, "0: Accepted for delivery")
	}))
	defer center.Close()
	dir, sendPort, boxPort := t.TempDir(), freePort(t), freePort(t)
	conf := filepath.Join(dir, "kannel.conf")
	text := fmt.Sprintf(kannelConfig, freePort(t), boxPort, sendPort, freePort(t), filepath.Join(dir, "store"), center.URL)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, "bearerbox", conf)
	listens(t, boxPort)
	start(t, "smsbox", conf)

	password := fileOf(t, "pass word\n")
	tr := smsTo(t, "kannel+http://ada@127.0.0.1:"+sendPort+"?from=+15550100&password-file="+password)
	answers(t, tr)
	b, _ := box(t, delivery.Options{SMS: tr})
	for text, encode := range map[string]func(string) string{
		"123456 is your code.": func(s string) string { return s },
		"Ваш код 123456 – ☃":   utf16Text, // as Kannel hands it on
	} {
		m := sms
		m.Text = text
		send(t, b, m)
		select {
		case got := <-heard:
			if got.Get("to") != m.To || got.Get("text") != encode(text) || got.Get("from") != "+15550100" {
				t.Errorf("the center got %q", got)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("nothing came out of the gateway")
		}
	}
	holds(t, b, "delivered:123456 delivered:123456")

	err := smsTo(t, "kannel+http://ada@127.0.0.1:"+sendPort+"?from=1&password-file="+fileOf(t, "wrong")).Send(t.Context(), sms)
	if err == nil || !strings.Contains(err.Error(), "403") || strings.Contains(err.Error(), "wrong") {
		t.Errorf("wrong password: %v", err)
	}
}

// listens waits until a port of this computer is taken.
func listens(t *testing.T, port string) {
	t.Helper()
	for began := time.Now(); ; {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", "127.0.0.1:"+port)
		if err == nil {
			_ = conn.Close()
			return
		}
		if time.Since(began) > 30*time.Second {
			t.Fatal(err)
		}
		<-time.After(50 * time.Millisecond)
	}
}

// utf16Text is text as UCS-2, big-endian.
func utf16Text(text string) string {
	var b strings.Builder
	for _, r := range text {
		b.WriteByte(byte(r >> 8))
		b.WriteByte(byte(r))
	}
	return b.String()
}
