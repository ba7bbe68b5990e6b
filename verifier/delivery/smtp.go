package delivery

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"os"
	"strconv"
	"strings"

	"github.com/wneessen/go-mail"
)

// smtpServer sends mail, on a connection for each message.
type smtpServer struct {
	at     address
	from   string
	domain string // of from
	port   int
	ssl    bool           // TLS from the first byte
	tls    mail.TLSPolicy // STARTTLS
	trust  *x509.CertPool // nil: the system's
}

// ParseSMTP makes a transport for e-mail of a URL:
//
//	smtp://[USER@]HOST[:25]   smtps://[USER@]HOST[:465]
//	    ?from=ADDRESS         of the sender; may be left out on loopback
//	    &password-file=FILE   whose first line is USER's password
//	    &tls=POLICY           of smtp: none, opportunistic or starttls (required);
//	                          without it none on loopback, opportunistic elsewhere
//	    &ca=FILE              certificates (PEM) to trust in place of the system's
//
// A password goes to another computer only over TLS, or by a mechanism that
// doesn't show it.
func ParseSMTP(raw string) (Transport, error) {
	a, err := parseAddress(raw, "from", "tls", "ca")
	if err != nil {
		return nil, err
	}
	s := &smtpServer{at: a, from: a.query.Get("from"), tls: mail.TLSOpportunistic}
	port := "25"
	switch a.Scheme {
	case "smtp":
	case "smtps":
		s.ssl, port = true, "465"
	default:
		return nil, errors.New("mail wants a URL like smtp://HOST:PORT or smtps://HOST")
	}
	if a.User.Username() != "" && a.password == "" {
		return nil, errors.New("the URL has a user, and no password-file")
	}
	if err := s.setTLS(a); err != nil {
		return nil, err
	}
	if s.from == "" {
		if !a.loopback() {
			return nil, errors.New("the URL lacks from=ADDRESS, the sender")
		}
		s.from = "twofold@localhost"
	}
	sender, err := netmail.ParseAddress(s.from)
	if err != nil {
		return nil, errors.New("from is no e-mail address")
	}
	s.domain = sender.Address[strings.LastIndexByte(sender.Address, '@')+1:]
	if s.port, err = strconv.Atoi(a.port(port)); err != nil {
		return nil, errors.New("the URL's port is no number")
	}
	return s, nil
}

func (s *smtpServer) setTLS(a address) error {
	policy := a.query.Get("tls")
	switch {
	case policy == "none" || policy == "" && a.loopback():
		s.tls = mail.NoTLS
	case policy == "" || policy == "opportunistic":
	case policy == "starttls":
		s.tls = mail.TLSMandatory
	default:
		return errors.New("tls is none, opportunistic or starttls")
	}
	if s.ssl && policy != "" {
		return errors.New("smtps has TLS always: leave out tls")
	}
	file := a.query.Get("ca")
	if file == "" {
		return nil
	}
	certificates, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read ca: %w", err)
	}
	s.trust = x509.NewCertPool()
	if !s.trust.AppendCertsFromPEM(certificates) {
		return errors.New("read ca: no certificates in it")
	}
	return nil
}

func (s *smtpServer) String() string { return s.at.shown() }

// Send hands m to the server. It is delivered when the server took it, whatever
// it says to the goodbye.
func (s *smtpServer) Send(ctx context.Context, m Message) error {
	letter, err := s.letter(m)
	if err != nil {
		return err
	}
	return s.during(ctx, func(c *mail.Client) error {
		err := c.DialAndSendWithContext(ctx, letter)
		if letter.IsDelivered() {
			return nil
		}
		return err
	})
}

// Check says hello to the server, with TLS and password where asked for.
func (s *smtpServer) Check(ctx context.Context) error {
	return s.during(ctx, func(c *mail.Client) error {
		talk, err := c.DialToSMTPClientWithContext(ctx)
		if err != nil {
			return err
		}
		return c.CloseWithSMTPClient(talk)
	})
}

// during makes a client whose connection ends with ctx, and with talk.
func (s *smtpServer) during(ctx context.Context, talk func(*mail.Client) error) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	var conn net.Conn
	dial := func(dialCtx context.Context, network, to string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(dialCtx, network, to)
		if err != nil {
			return nil, err
		}
		conn = c
		context.AfterFunc(ctx, func() { _ = c.Close() })
		if !s.ssl {
			return c, nil
		}
		secure := tls.Client(c, s.tlsConfig())
		return secure, secure.HandshakeContext(dialCtx)
	}
	options := []mail.Option{
		mail.WithPort(s.port), mail.WithTimeout(sendTimeout), mail.WithDialContextFunc(dial),
		mail.WithTLSPolicy(s.tls), mail.WithTLSConfig(s.tlsConfig()),
	}
	if s.ssl {
		options = append(options, mail.WithSSL())
	}
	if user := s.at.User.Username(); user != "" {
		options = append(options, mail.WithUsername(user), mail.WithPassword(s.at.password), mail.WithOpportunisticSMTPAuth(
			mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthSCRAMSHA1, mail.SMTPAuthCramMD5, mail.SMTPAuthPlain, mail.SMTPAuthLogin,
		))
	}
	client, err := mail.NewClient(s.at.Hostname(), options...)
	if err != nil {
		return fmt.Errorf("SMTP: %w", err)
	}
	err = talk(client)
	if conn != nil {
		_ = conn.Close()
	}
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("the SMTP server %s did not answer in time: %w", s, ctx.Err())
	}
	if err != nil {
		return fmt.Errorf("SMTP server %s: %w", s, plainSMTP(err))
	}
	return nil
}

func (s *smtpServer) tlsConfig() *tls.Config {
	return &tls.Config{ServerName: s.at.Hostname(), RootCAs: s.trust, MinVersion: tls.VersionTLS12}
}

// plainSMTP leaves out the recipient and message id that go-mail appends.
func plainSMTP(err error) error {
	var refused *mail.SendError
	if !errors.As(err, &refused) {
		return err
	}
	said, _, _ := strings.Cut(refused.Error(), ", affected ")
	return errors.New(said)
}

// letter writes m as plain text. Lines in addresses or subject don't become
// headers.
func (s *smtpServer) letter(m Message) (*mail.Msg, error) {
	letter := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := letter.From(s.from); err != nil {
		return nil, fmt.Errorf("write mail: %w", err)
	}
	if err := letter.To(m.To); err != nil {
		return nil, errors.New("write mail: the recipient is no e-mail address")
	}
	letter.Subject(oneLine(m.Subject, mostSubject))
	letter.SetDateWithValue(m.At)
	letter.SetMessageIDWithValue(rand.Text() + "@" + s.domain)
	letter.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834, section 5
	letter.SetBodyString(mail.TypeTextPlain, m.Text)
	return letter, nil
}

// mostSubject is how many bytes of a subject go out.
const mostSubject = 200
