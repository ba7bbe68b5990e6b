package delivery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// ParseSMS makes a transport for SMS of a URL, or of the name of a file that
// describes another gateway (see ParseSMSFile):
//
//	twilio+https://ACCOUNT-SID@HOST?from=+15550100&password-file=FILE
//	kannel+http://USER@HOST[:13013]?from=SENDER&password-file=FILE
//	FILE.toml
//
// Both shapes go over http or https; the first line of FILE is the password.
func ParseSMS(where string) (Transport, error) {
	scheme, _, isURL := strings.Cut(where, "://")
	if !isURL {
		return ParseSMSFile(where)
	}
	shape, plain, _ := strings.Cut(scheme, "+")
	if plain != "http" && plain != "https" || shape != "twilio" && shape != "kannel" {
		return nil, errors.New("SMS want a URL like twilio+https://… or kannel+http://…, or a file")
	}
	a, err := parseAddress(where, "from")
	if err != nil {
		return nil, err
	}
	if a.User.Username() == "" || a.password == "" || a.from() == "" {
		return nil, fmt.Errorf("want %s://USER@HOST?from=SENDER&password-file=FILE", scheme)
	}
	a.Scheme = plain
	g := gateway{client: newClient(), shown: scheme + "://" + a.Host, host: a.URL, password: a.password}
	if shape == "twilio" {
		return &twilio{gateway: g, at: a}, nil
	}
	if a.Port() == "" {
		a.Host = net.JoinHostPort(a.Hostname(), "13013")
		g.shown = scheme + "://" + a.Host
	}
	return &kannel{gateway: g, at: a}, nil
}

// gateway is what SMS gateways over HTTP have in common.
type gateway struct {
	client   *http.Client
	shown    string
	host     *url.URL
	password string // is taken out of answers
}

// mostAnswer is how much of a gateway's answer is read.
const mostAnswer = 64 << 10

// newClient follows no redirects: they would carry codes and passwords to
// another place than the one that was named.
func newClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableKeepAlives = true
	return &http.Client{
		Transport:     transport,
		Timeout:       sendTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (g gateway) String() string { return g.shown }

// Check reports whether somebody listens there.
func (g gateway) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	port := g.host.Port()
	if port == "" {
		port = g.host.Scheme // a name that net knows
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(g.host.Hostname(), port))
	if err != nil {
		return g.wrong(err)
	}
	return conn.Close()
}

// ask makes a request and gives the answer. Its error has no URL in it, which
// may carry a password.
func (g gateway) ask(req *http.Request) (status int, answer string, err error) {
	res, err := g.client.Do(req)
	if err != nil {
		return 0, "", g.wrong(withoutURL(err))
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, mostAnswer))
	if err != nil {
		return 0, "", g.wrong(err)
	}
	answer = string(body)
	if g.password != "" {
		answer = strings.NewReplacer(g.password, "[password]", url.QueryEscape(g.password), "[password]").Replace(answer)
	}
	return res.StatusCode, answer, nil
}

func (g gateway) wrong(err error) error { return fmt.Errorf("SMS gateway %s: %w", g, err) }

func withoutURL(err error) error {
	var about *url.Error
	if errors.As(err, &about) {
		return about.Err
	}
	return err
}

// answered words an answer that is no success.
func answered(status int, said string) error {
	text := fmt.Sprintf("answered %d %s", status, http.StatusText(status))
	if said = oneLine(said, mostReason); said != "" {
		text += ": " + said
	}
	return errors.New(text)
}
