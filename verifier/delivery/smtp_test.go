package delivery_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"mime"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"twofold/verifier/delivery"
)

// inbox is an SMTP server that keeps what it gets.
type inbox struct {
	addr   string
	server *smtp.Server
	refuse error // the answer to a recipient
	auth   bool  // asks for ada and her password

	mu   sync.Mutex
	got  []string
	seen []string // recipients
	user string
}

type inboxSession struct{ *inbox }

func (i *inbox) NewSession(*smtp.Conn) (smtp.Session, error) { return inboxSession{i}, nil }
func (inboxSession) Reset()                                  {}
func (inboxSession) Logout() error                           { return nil }
func (i inboxSession) Mail(string, *smtp.MailOptions) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.auth && i.user == "" {
		return smtp.ErrAuthRequired
	}
	return nil
}

func (i inboxSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.seen = append(i.seen, to)
	return i.refuse
}

func (i inboxSession) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.got = append(i.got, string(text))
	return err
}

func (i inboxSession) AuthMechanisms() []string { return []string{sasl.Plain} }
func (i inboxSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "ada" || password != "pass word" {
			return smtp.ErrAuthFailed
		}
		i.mu.Lock()
		defer i.mu.Unlock()
		i.user = user
		return nil
	}), nil
}

// startInbox serves on loopback until the test ends.
func startInbox(t *testing.T, change func(*inbox)) *inbox {
	t.Helper()
	i := &inbox{}
	i.server = smtp.NewServer(i)
	i.server.Domain, i.server.ReadTimeout, i.server.ErrorLog = "localhost", 20*time.Second, quietLog{}
	if change != nil {
		change(i)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	i.addr = l.Addr().String()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = i.server.Serve(l) // ends with the test
	}()
	t.Cleanup(func() {
		_ = i.server.Close()
		_ = l.Close() // the server may not have begun
		<-ended
	})
	return i
}

type quietLog struct{}

func (quietLog) Printf(string, ...any) {}
func (quietLog) Println(...any)        {}

func smtpTo(t *testing.T, url string) delivery.Transport {
	t.Helper()
	tr, err := delivery.ParseSMTP(url)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func fileOf(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// readLetter gives the headers and the decoded text of a mail.
func readLetter(t *testing.T, raw string) (netmail.Header, string) {
	t.Helper()
	letter, err := netmail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	body := letter.Body
	if strings.EqualFold(letter.Header.Get("Content-Transfer-Encoding"), "quoted-printable") {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return letter.Header, strings.ReplaceAll(string(text), "\r\n", "\n")
}

func TestMailIsPlainTextAndSaysThatAProgramWroteIt(t *testing.T) {
	in := startInbox(t, nil)
	b, _ := box(t, delivery.Options{Email: smtpTo(t, "smtp://"+in.addr+"?from=Twofold%20%3Cno-reply@example.org%3E")})
	link := "https://verifier.example/reset/" + strings.Repeat("abcdefgh", 20)
	send(t, b, delivery.Message{
		Channel: delivery.Email, To: "ada@example.com", Subject: "Your Büro code\r\nBcc: eve@example.com",
		Text: "Grüße!\n\n.\n    123456\n" + link + "\n", Code: "123456",
	})
	holds(t, b, "delivered:123456")
	head, text := readLetter(t, in.got[0])
	if text = strings.TrimRight(text, "\n"); text != "Grüße!\n\n.\n    123456\n"+link {
		t.Errorf("text %q", text)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(head.Get("Subject"))
	if err != nil || subject != "Your Büro code Bcc: eve@example.com" {
		t.Errorf("subject %q, %v", subject, err)
	}
	for name, want := range map[string]string{
		"Auto-Submitted": "auto-generated", "To": "<ada@example.com>", "From": `"Twofold" <no-reply@example.org>`, "Bcc": "",
		"Mime-Version": "1.0", "Content-Type": "text/plain; charset=UTF-8", "Date": noon.Format(time.RFC1123Z),
	} {
		if got := head.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if id := head.Get("Message-Id"); !strings.HasSuffix(id, "@example.org>") || len(id) < 30 {
		t.Errorf("message id %q", id)
	}
	if len(in.seen) != 1 || in.seen[0] != "ada@example.com" {
		t.Errorf("recipients %q", in.seen)
	}
}

func TestAddressesCannotAddRecipientsOrHeaders(t *testing.T) {
	in := startInbox(t, nil)
	b, _ := box(t, delivery.Options{Email: smtpTo(t, "smtp://"+in.addr)})
	for _, to := range []string{"ada@example.com\r\nRCPT TO:<eve@example.com>", "ada@example.com, eve@example.com", "", "ada"} {
		m := code("123456")
		m.To = to
		if err := b.Send(t.Context(), m); err == nil {
			t.Errorf("%q went", to)
		}
	}
	if len(in.got) != 0 || len(in.seen) != 0 {
		t.Errorf("%q to %q", in.got, in.seen)
	}
}

func TestPasswordComesFromAFile(t *testing.T) {
	in := startInbox(t, func(i *inbox) { i.auth, i.server.AllowInsecureAuth = true, true })
	right, wrong := fileOf(t, "pass word\nsecond line\n"), fileOf(t, "hunter2222\n")
	tr := smtpTo(t, "smtp://ada@"+in.addr+"?password-file="+right)
	b, _ := box(t, delivery.Options{Email: tr})
	send(t, b, code("123456"))
	if in.user != "ada" || len(in.got) != 1 {
		t.Errorf("%q sent %d", in.user, len(in.got))
	}
	if err := tr.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if tr.String() != "smtp://"+in.addr {
		t.Error(tr)
	}
	err := smtpTo(t, "smtp://ada@"+in.addr+"?password-file="+wrong).Check(t.Context())
	if err == nil || strings.Contains(err.Error(), "hunter") {
		t.Errorf("wrong password: %v", err)
	}
}

// certificate makes one for 127.0.0.1 and gives the file to trust it by.
func certificate(t *testing.T) (tls.Certificate, string, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile := fileOf(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	keyFile := fileOf(t, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, certFile, keyFile
}

func TestTLSIsAsAskedFor(t *testing.T) {
	cert, ca, _ := certificate(t)
	password := fileOf(t, "pass word")
	in := startInbox(t, func(i *inbox) {
		i.auth, i.server.TLSConfig = true, &tls.Config{Certificates: []tls.Certificate{cert}}
	})
	bare := startInbox(t, nil)
	user := "smtp://ada@" + in.addr + "?password-file=" + password
	for query, works := range map[string]bool{
		"&tls=starttls&ca=" + ca:      true,
		"&tls=opportunistic&ca=" + ca: true,
		"&tls=starttls":               false, // nobody vouches for the certificate
		"&tls=none":                   false, // the server takes no password without TLS
	} {
		tr := smtpTo(t, user+query)
		if err := tr.Send(t.Context(), code("123456")); (err == nil) != works {
			t.Errorf("%s: %v", query, err)
		}
	}
	if err := smtpTo(t, "smtp://"+bare.addr+"?tls=starttls").Check(t.Context()); err == nil {
		t.Error("a server without STARTTLS passed")
	}
	if err := smtpTo(t, "smtp://"+bare.addr+"?tls=opportunistic").Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestSMTPSIsTLSFromTheStart(t *testing.T) {
	cert, ca, _ := certificate(t)
	in := &inbox{auth: true}
	in.server = smtp.NewServer(in)
	in.server.Domain, in.server.ErrorLog = "localhost", quietLog{}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = in.server.Serve(l) // ends with the test
	}()
	defer func() {
		_ = in.server.Close()
		_ = l.Close()
		<-ended
	}()
	url := "smtps://ada@" + l.Addr().String() + "?password-file=" + fileOf(t, "pass word")
	if err := smtpTo(t, url+"&ca="+ca).Send(t.Context(), code("123456")); err != nil || len(in.got) != 1 {
		t.Errorf("%v, %d came", err, len(in.got))
	}
	if err := smtpTo(t, url).Check(t.Context()); err == nil {
		t.Error("a certificate of nobody passed")
	}
}

func TestRefusalOfTheServerIsQuoted(t *testing.T) {
	in := startInbox(t, func(i *inbox) {
		i.refuse = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user <ada@example.com>"}
	})
	b, _ := box(t, delivery.Options{Email: smtpTo(t, "smtp://"+in.addr)})
	err := b.Send(t.Context(), code("123456"))
	if err == nil || !strings.Contains(err.Error(), `550 "5.1.1 no such user`) || strings.Contains(err.Error(), "ada@") {
		t.Error(err)
	}
	holds(t, b, "failed:123456")
}

func TestServerThatIsDownFailsAtOnceAndIsTriedAnew(t *testing.T) {
	in := startInbox(t, nil)
	tr := smtpTo(t, "smtp://"+in.addr)
	b, _ := box(t, delivery.Options{Email: tr})
	send(t, b, code("1"))
	_ = in.server.Close()
	if err := b.Send(t.Context(), code("2")); err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Error(err)
	}
	if err := tr.Check(t.Context()); err == nil {
		t.Error("a server that is down passed")
	}
	b.Post(code("3"))
	if err := b.Close(t.Context()); err != nil {
		t.Error(err)
	}
	holds(t, b, "delivered:1 failed:2 failed:3")
}

// talker is a server that says lines, one for each it hears, and then hangs up; or is silent, where lines end with "".
func talker(t *testing.T, lines ...string) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			heard := make([]byte, 4096)
			for _, line := range lines {
				if line == "" {
					for err == nil { // until the other side hangs up
						_, err = c.Read(heard)
					}
					break
				}
				if _, err = io.WriteString(c, line+"\r\n"); err == nil {
					_, err = c.Read(heard)
				}
				if err != nil {
					break
				}
			}
			_ = c.Close()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-ended
	})
	return l.Addr().String()
}

func TestServerThatDiesMidwayFailsTheMessage(t *testing.T) {
	whole := []string{"220 hi", "250 localhost", "250 noop", "250 from", "250 to", "354 go", "250 taken"}
	for n := range len(whole) - 1 {
		b, _ := box(t, delivery.Options{Email: smtpTo(t, "smtp://"+talker(t, whole[:n]...))})
		if err := b.Send(t.Context(), code("1")); err == nil {
			t.Errorf("died after %q, and no error", whole[:n])
		}
		holds(t, b, "failed:1")
	}
	// What it took is delivered, also when it dies before the goodbye.
	b, _ := box(t, delivery.Options{Email: smtpTo(t, "smtp://"+talker(t, whole...))})
	send(t, b, code("1"))
}

func TestSilentServerIsGivenUpAtTheDeadline(t *testing.T) {
	for _, said := range [][]string{{""}, {"220 hi", ""}, {"220 hi", "250 localhost", "250 noop", ""}} {
		tr := smtpTo(t, "smtp://"+talker(t, said...))
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		began := time.Now()
		if err := tr.Send(ctx, code("1")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%q: %v", said, err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%q: took %v", said, took)
		}
		cancel()
	}
}

func TestURLsOfMailAreRead(t *testing.T) {
	password := fileOf(t, "pass word")
	for url, want := range map[string]string{
		"smtp://ada:secret@127.0.0.1:1025":                             "password in the URL",
		"smtp://ada@127.0.0.1?password=secret":                         "password in the URL",
		"smtp://ada@127.0.0.1":                                         "no password-file",
		"smtp://127.0.0.1?password-file=" + password:                   "no user",
		"smtp://ada@127.0.0.1?password-file=/nowhere":                  "read password",
		"smtp://ada@127.0.0.1?password-file=" + fileOf(t, "\nsecond"):  "none on its first line",
		"smtp://mail.example.com":                                      "lacks from",
		"smtp://mail.example.com?from=ada":                             "from is no",
		"smtp://mail.example.com?from=a@b.example%0d%0aBcc:eve@b.test": "from is no",
		"smtp://127.0.0.1?tls=maybe":                                   "tls is",
		"smtps://127.0.0.1?tls=none":                                   "leave out tls",
		"smtp://127.0.0.1?ca=" + password:                              "no certificates",
		"smtp://127.0.0.1?form=a@b.example":                            `unknown parameter "form"`,
		"smtp://127.0.0.1?tls=none&tls=none":                           "twice",
		"smtp://127.0.0.1/inbox":                                       "path",
		"smtp://127.0.0.1:mail":                                        "want a URL",
		"http://127.0.0.1":                                             "smtp://HOST",
		"127.0.0.1:25":                                                 "want a URL",
		"":                                                             "want a URL",
	} {
		if _, err := delivery.ParseSMTP(url); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want %q", url, err, want)
		}
	}
	for _, url := range []string{"smtp://localhost", "smtp://[::1]:25", "smtps://ada%40example.com@mail.example.com?from=a@b.example&password-file=" + password} {
		if _, err := delivery.ParseSMTP(url); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
	if !errors.Is(func() error { _, err := delivery.ParseSMTP("smtp://a:b@h"); return err }(), delivery.ErrPasswordInURL) {
		t.Error("the error has another name")
	}
}
