package delivery

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// described is a gateway as a file describes it.
type described struct {
	gateway
	form smsFile
}

// smsFile is the file. In url, headers and body, {to}, {text}, {from},
// {user} and {password} stand for the message's and the gateway's.
type smsFile struct {
	Method       string            `toml:"method"`
	URL          string            `toml:"url"`
	Headers      map[string]string `toml:"headers"`
	Body         string            `toml:"body"`
	From         string            `toml:"from"`
	User         string            `toml:"user"`
	PasswordFile string            `toml:"password-file"`
	Expect       string            `toml:"expect"`
}

// mostSMSFile is how large, in bytes, a file may be.
const mostSMSFile = 64 << 10

var placeholder = regexp.MustCompile(`\{(to|text|from|user|password)\}`)

// ParseSMSFile makes a transport for SMS of a TOML file:
//
//	method = "POST"                     # without it POST where there is a body, else GET
//	url = "https://gw.example/send"
//	body = '{"to":"{to}","text":"{text}"}'
//	from = "Example"                    # {from}
//	user = "ada"                        # {user}; with a password also basic authentication, unless
//	                                    # {password} or an Authorization header says otherwise
//	password-file = "password"          # {password}: its first line; beside this file
//	expect = "OK"                       # the answer must have this in it; any 2xx without
//	[headers]
//	Content-Type = "application/json"
//
// What stands for {to} and so on is quoted as its place wants it: for a URL
// there, and in the body for JSON, XML or a form, by Content-Type.
func ParseSMSFile(file string) (Transport, error) {
	form, err := readSMSFile(file)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	d := &described{form: form}
	if form.PasswordFile != "" {
		path := form.PasswordFile
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(file), path)
		}
		if d.password, err = readPassword(path); err != nil {
			return nil, err
		}
	}
	req, err := d.request(context.Background(), Message{To: "+15550100", Text: "text"})
	if err == nil && (req.URL.Scheme != "http" && req.URL.Scheme != "https" || req.URL.Host == "") {
		err = errors.New("want http:// or https://")
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: url: %w", file, err)
	}
	d.gateway = gateway{client: newClient(), shown: req.URL.Scheme + "://" + req.URL.Host, host: req.URL, password: d.password}
	return d, nil
}

func readSMSFile(file string) (form smsFile, err error) {
	f, err := os.Open(file)
	if err != nil {
		return form, errors.Unwrap(err) // the name is said already
	}
	defer f.Close()
	err = toml.NewDecoder(io.LimitReader(f, mostSMSFile)).DisallowUnknownFields().Decode(&form)
	var unknown *toml.StrictMissingError
	if errors.As(err, &unknown) && len(unknown.Errors) > 0 {
		row, _ := unknown.Errors[0].Position()
		return form, fmt.Errorf("line %d: unknown key %q", row, strings.Join(unknown.Errors[0].Key(), "."))
	}
	var malformed *toml.DecodeError
	if errors.As(err, &malformed) {
		row, _ := malformed.Position()
		return form, fmt.Errorf("line %d: %s", row, strings.TrimPrefix(malformed.Error(), "toml: "))
	}
	if err != nil {
		return form, err
	}
	all := form.URL + form.Body + strings.Join(headerLines(form.Headers), "\n")
	if !strings.Contains(all, "{to}") || !strings.Contains(all, "{text}") {
		return form, errors.New("{to} and {text} must be in it, in url, body or headers")
	}
	if placeholder.MatchString(form.Body) && contentType(form.Headers) == "" {
		return form, errors.New("the body wants a Content-Type among the headers, that says how to quote")
	}
	if strings.Contains(all, "{password}") && form.PasswordFile == "" {
		return form, errors.New("{password} wants a password-file")
	}
	if u, err := url.Parse(placeholder.ReplaceAllString(form.URL, "x")); err == nil && u.User != nil {
		return form, errors.New("url: a user goes into user, and a password into password-file")
	}
	return form, nil
}

func headerLines(headers map[string]string) []string {
	var lines []string
	for name, value := range headers {
		lines = append(lines, name+": "+value)
	}
	return lines
}

// fill puts a message into a text with placeholders.
func (d *described) fill(text string, m Message, quote func(string) string) string {
	values := map[string]string{
		"{to}": m.To, "{text}": m.Text, "{from}": d.form.From, "{user}": d.form.User, "{password}": d.password,
	}
	return placeholder.ReplaceAllStringFunc(text, func(name string) string { return quote(values[name]) })
}

// request is what to ask the gateway.
func (d *described) request(ctx context.Context, m Message) (*http.Request, error) {
	method, body := d.form.Method, d.fill(d.form.Body, m, quoteFor(contentType(d.form.Headers)))
	if method == "" {
		method = http.MethodGet
		if body != "" {
			method = http.MethodPost
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, d.fill(d.form.URL, m, url.QueryEscape), strings.NewReader(body))
	if err != nil {
		return nil, withoutURL(err)
	}
	for name, value := range d.form.Headers {
		req.Header.Set(name, d.fill(value, m, func(s string) string { return oneLine(s, mostAnswer) }))
	}
	shown := strings.Contains(d.form.URL+d.form.Body+strings.Join(headerLines(d.form.Headers), ""), "{password}")
	if d.password != "" && !shown && req.Header.Get("Authorization") == "" {
		req.SetBasicAuth(d.form.User, d.password)
	}
	return req, nil
}

func contentType(headers map[string]string) string {
	for name, value := range headers {
		if strings.EqualFold(name, "Content-Type") {
			kind, _, _ := mime.ParseMediaType(value)
			return kind
		}
	}
	return ""
}

// quoteFor finds how a value is quoted inside a body.
func quoteFor(kind string) func(string) string {
	switch {
	case strings.HasSuffix(kind, "json"):
		return func(s string) string {
			quoted, _ := json.Marshal(s)
			return string(quoted[1 : len(quoted)-1])
		}
	case strings.HasSuffix(kind, "xml"):
		return func(s string) string {
			var b strings.Builder
			_ = xml.EscapeText(&b, []byte(s)) // a Builder takes all
			return b.String()
		}
	case kind == "application/x-www-form-urlencoded":
		return url.QueryEscape
	}
	return func(s string) string { return s }
}

// Send asks the gateway as the file says.
func (d *described) Send(ctx context.Context, m Message) error {
	req, err := d.request(ctx, m)
	if err != nil {
		return d.wrong(err)
	}
	status, answer, err := d.ask(req)
	if err != nil {
		return err
	}
	if status < 200 || status > 299 || !strings.Contains(answer, d.form.Expect) {
		return d.wrong(answered(status, answer))
	}
	return nil
}
