package main

import (
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// soon is how long anything here is waited for.
const soon = 20 * time.Second

// letter is an e-mail as its recipient reads it.
type letter struct {
	to, subject, text string
	read              bool
}

// mailbox is an SMTP server that keeps what it gets for the recipients.
type mailbox struct {
	addr string

	mu      sync.Mutex
	letters []*letter
	came    chan struct{} // closed by the next letter
}

func openMailbox(t *testing.T) *mailbox {
	t.Helper()
	m := &mailbox{came: make(chan struct{})}
	s := smtp.NewServer(m)
	s.Domain, s.ReadTimeout, s.WriteTimeout = "localhost", soon, soon
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m.addr = l.Addr().String()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.Serve(l) // ends with the test
	}()
	t.Cleanup(func() {
		_ = s.Close()
		<-ended
	})
	return m
}

func (m *mailbox) url() string { return "smtp://" + m.addr + "?from=verifier@localhost" }

// NewSession is of smtp.Backend.
func (m *mailbox) NewSession(*smtp.Conn) (smtp.Session, error) { return &mailSession{box: m}, nil }

// mailSession is one conversation with a sender.
type mailSession struct {
	box *mailbox
	to  []string
}

func (s *mailSession) Reset()                               { s.to = nil }
func (s *mailSession) Logout() error                        { return nil }
func (s *mailSession) Mail(string, *smtp.MailOptions) error { return nil }
func (s *mailSession) Rcpt(recipient string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, recipient)
	return nil
}

// Data takes the letter, as a mail program reads it.
func (s *mailSession) Data(r io.Reader) error {
	raw, err := netmail.ReadMessage(r)
	if err != nil {
		return err
	}
	body := raw.Body
	if strings.EqualFold(raw.Header.Get("Content-Transfer-Encoding"), "quoted-printable") {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(raw.Header.Get("Subject"))
	if err != nil {
		return err
	}
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	for _, to := range s.to {
		s.box.letters = append(s.box.letters, &letter{to: to, subject: subject, text: strings.ReplaceAll(string(text), "\r\n", "\n")})
	}
	close(s.box.came)
	s.box.came = make(chan struct{})
	return nil
}

// next opens the first unread letter to somebody that has these words in it, once it is there.
func (m *mailbox) next(t *testing.T, to, words string) *letter {
	t.Helper()
	late := time.After(soon)
	for {
		m.mu.Lock()
		came := m.came
		for _, l := range m.letters {
			if !l.read && l.to == to && strings.Contains(l.subject+"\n"+l.text, words) {
				l.read = true
				m.mu.Unlock()
				return l
			}
		}
		m.mu.Unlock()
		select {
		case <-came:
		case <-late:
			t.Fatalf("no letter with %q came to %s", words, to)
		}
	}
}

// unread is how many letters to somebody with these words nobody opened yet.
func (m *mailbox) unread(to, words string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, l := range m.letters {
		if !l.read && l.to == to && strings.Contains(l.subject+"\n"+l.text, words) {
			n++
		}
	}
	return n
}

var (
	sixDigits = regexp.MustCompile(`\b\d{6}\b`)
	address   = regexp.MustCompile(`http://\S+`)
)

// mailed is the code in the next letter with one.
func (l *lab) mailed(to string) string {
	l.t.Helper()
	return l.codeIn(l.mail.next(l.t, to, "It works for 10 minutes").text)
}

// codeIn is the one code in a message.
func (l *lab) codeIn(text string) string {
	l.t.Helper()
	found := sixDigits.FindAllString(text, -1)
	if len(found) != 1 {
		l.t.Fatalf("a message has %d codes in it", len(found))
	}
	return l.hides(found[0])
}
