package delivery_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"twofold/verifier/delivery"
)

// asked is what a gateway was asked.
type asked struct {
	method, path, kind, user, password, body string
	query, form                              url.Values
	header                                   http.Header
}

// startGateway answers everything alike and keeps what it was asked.
func startGateway(t *testing.T, status int, answer string) (host string, got func() []asked) {
	t.Helper()
	requests := make(chan asked, 100)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		a := asked{
			method: r.Method, path: r.URL.Path, kind: r.Header.Get("Content-Type"), body: string(body), query: r.URL.Query(), header: r.Header,
		}
		a.user, a.password, _ = r.BasicAuth()
		a.form, _ = url.ParseQuery(a.body)
		requests <- a
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://"), func() (list []asked) {
		for len(requests) > 0 {
			list = append(list, <-requests)
		}
		return list
	}
}

func smsTo(t *testing.T, where string) delivery.Transport {
	t.Helper()
	tr, err := delivery.ParseSMS(where)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

var sms = delivery.Message{Channel: delivery.SMS, To: "+491701234567", Text: "123456 is your code & \"more\" – grüße", Code: "123456"}

const twilioTook = `{"account_sid":"AC1","body":"…","sid":"SM1","status":"queued","error_code":null,"error_message":null}`

func TestTwilioIsAskedInItsShape(t *testing.T) {
	host, got := startGateway(t, 201, twilioTook)
	token := fileOf(t, "to ken\n")
	for from, field := range map[string]string{"+15550100": "From", "MG0123": "MessagingServiceSid"} {
		tr := smsTo(t, "twilio+http://AC1@"+host+"?from="+url.QueryEscape(from)+"&password-file="+token)
		if err := tr.Send(t.Context(), sms); err != nil {
			t.Fatal(err)
		}
		list := got()
		if len(list) != 1 {
			t.Fatalf("%d requests", len(list))
		}
		r := list[0]
		want := url.Values{"To": {"+491701234567"}, field: {from}, "Body": {sms.Text}}
		if r.method != "POST" || r.path != "/2010-04-01/Accounts/AC1/Messages.json" || r.kind != "application/x-www-form-urlencoded" ||
			r.user != "AC1" || r.password != "to ken" || len(r.query) != 0 || r.form.Encode() != want.Encode() {
			t.Errorf("%+v", r)
		}
	}
	if err := smsTo(t, "twilio+http://AC1@"+host+"?from=+15550100&password-file="+token).Send(t.Context(), sms); err != nil {
		t.Fatal(err)
	}
	if r := got()[0]; r.form.Get("From") != "+15550100" { // a plus that was not escaped
		t.Errorf("%+v", r)
	}
}

func TestTwiliosRefusalIsQuoted(t *testing.T) {
	for _, c := range []struct {
		status       int
		answer, want string
	}{
		{400, `{"code":21211,"message":"The 'To' number +491701234567 is not valid: 123456","status":400}`, "400 Bad Request: The 'To' number +49 ••••• 4567 is not valid: [code] (Twilio's error 21211)"},
		{401, `{"code":20003,"message":"Authenticate with to ken","status":401}`, "401 Unauthorized: Authenticate with [password] (Twilio's error 20003)"},
		{201, `{"sid":"SM1","status":"failed","error_code":30003,"error_message":"Unreachable"}`, "Unreachable (Twilio's error 30003)"},
		{201, `<html>`, "no message of Twilio's"},
		{500, `<html>`, "500 Internal Server Error"},
		{307, ``, "307 Temporary Redirect"},
	} {
		host, got := startGateway(t, c.status, c.answer)
		b, _ := box(t, delivery.Options{SMS: smsTo(t, "twilio+http://AC1@"+host+"?from=1&password-file="+fileOf(t, "to ken"))})
		err := b.Send(t.Context(), sms)
		if err == nil || !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("%v, want %s", err, c.want)
		}
		if list := got(); len(list) != 1 {
			t.Errorf("%d: %d requests", c.status, len(list))
		}
	}
}

func TestKannelIsAskedInItsShape(t *testing.T) {
	host, got := startGateway(t, 202, "0: Accepted for delivery")
	tr := smsTo(t, "kannel+http://ada@"+host+"?from=Twofold&password-file="+fileOf(t, "pass&word"))
	plain := sms
	plain.Text = "123456 is your {code} €"
	for _, m := range []delivery.Message{plain, sms} {
		if err := tr.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	want := url.Values{
		"username": {"ada"}, "password": {"pass&word"}, "from": {"Twofold"}, "to": {"+491701234567"}, "text": {plain.Text}, "charset": {"UTF-8"},
	}
	list := got()
	if r := list[0]; r.method != "GET" || r.path != "/cgi-bin/sendsms" || r.query.Encode() != want.Encode() {
		t.Errorf("%+v", r)
	}
	want.Set("text", sms.Text)
	want.Set("coding", "2") // the dash is in no GSM alphabet
	if r := list[1]; r.query.Encode() != want.Encode() {
		t.Errorf("%+v", r)
	}
}

func TestGatewayThatIsDownIsNamedWithoutThePassword(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	host := strings.TrimPrefix(s.URL, "http://")
	password := fileOf(t, "hunter2")
	file := fileOf(t, fmt.Sprintf("url = 'http://%s/?p={password}&to={to}&text={text}'\npassword-file = '%s'\n", host, password))
	all := []string{"kannel+http://ada@" + host + "?from=1&password-file=" + password, "twilio+http://ada@" + host + "?from=1&password-file=" + password, file}
	for _, where := range all {
		if err := smsTo(t, where).Check(t.Context()); err != nil {
			t.Errorf("up: %v", err)
		}
	}
	s.Close()
	for _, where := range all {
		tr := smsTo(t, where)
		for _, err := range []error{tr.Send(t.Context(), sms), tr.Check(t.Context())} {
			if err == nil || !strings.Contains(err.Error(), host+": ") || !strings.Contains(err.Error(), "refused") ||
				strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "123456") {
				t.Errorf("%v", err)
			}
		}
	}
}

func TestFileDescribesAnotherGateway(t *testing.T) {
	for name, c := range map[string]struct {
		file  string
		check func(asked) bool
	}{
		"JSON": {`
url = "http://HOST/send?n={to}"
body = '{"text":"{text}","sender":"{from}"}'
from = "Two\"fold"
password-file = "PASSWORD"
[headers]
content-type = "application/json"
Authorization = "Bearer {password}"
`, func(r asked) bool {
			return r.method == "POST" && r.query.Get("n") == "+491701234567" && r.header.Get("Authorization") == "Bearer pass word" &&
				r.body == `{"text":"123456 is your code \u0026 \"more\" – grüße","sender":"Two\"fold"}`
		}},
		"form, basic authentication": {`
method = "PUT"
url = "http://HOST/send"
body = "t={text}&n={to}"
user = "ada"
password-file = "PASSWORD"
[headers]
Content-Type = "application/x-www-form-urlencoded"
`, func(r asked) bool {
			return r.method == "PUT" && r.user == "ada" && r.password == "pass word" && r.form.Get("t") == sms.Text && r.form.Get("n") == sms.To
		}},
		"XML": {`
url = "http://HOST/send"
body = "<sms to='{to}'>{text}</sms>"
[headers]
Content-Type = "text/xml; charset=utf-8"
`, func(r asked) bool {
			return r.body == "<sms to='+491701234567'>123456 is your code &amp; &#34;more&#34; – grüße</sms>"
		}},
		"GET": {`
url = "http://HOST/send?to={to}&text={text}"
expect = "OK"
`, func(r asked) bool {
			return r.method == "GET" && r.query.Get("text") == sms.Text && r.user == ""
		}},
	} {
		t.Run(name, func(t *testing.T) {
			host, got := startGateway(t, 200, "OK 1")
			text := strings.NewReplacer("HOST", host, "PASSWORD", fileOf(t, "pass word\n")).Replace(c.file)
			tr := smsTo(t, fileOf(t, text))
			if err := tr.Send(t.Context(), sms); err != nil {
				t.Fatal(err)
			}
			if r := got()[0]; !c.check(r) {
				t.Errorf("%+v", r)
			}
			if tr.String() != "http://"+host {
				t.Error(tr)
			}
		})
	}
	host, _ := startGateway(t, 200, "ERROR: no credit")
	err := smsTo(t, fileOf(t, `url = "http://`+host+`/?to={to}&text={text}"`+"\nexpect = 'OK'")).Send(t.Context(), sms)
	if err == nil || !strings.Contains(err.Error(), "no credit") {
		t.Error(err)
	}
}

func TestGatewaysThatCannotBeAreRefused(t *testing.T) {
	password := fileOf(t, "pass word")
	for where, want := range map[string]string{
		"twilio+https://AC1:secret@h?from=1":                  "password in the URL",
		"twilio+https://AC1@h?from=1":                         "want twilio+https://USER@HOST",
		"twilio+https://h?from=1&password-file=" + password:   "no user",
		"kannel+http://ada@h?password-file=" + password:       "want kannel+http://",
		"kannel+ftp://ada@h?from=1&password-file=" + password: "twilio+https://… or",
		"https://h":         "twilio+https://… or",
		"/nowhere/sms.toml": "no such file",
		fileOf(t, "url = 'http://h/?to={to}&text={text}'\nhedaers = 1"): `line 2: unknown key "hedaers"`,
		fileOf(t, "url = 'http://h\n"):                                  "line 1: ",
		fileOf(t, "url = 'http://h/?to={to}'"):                          "{to} and {text}",
		fileOf(t, "url = 'http://a:secret@h/?to={to}&text={text}'"):     "password-file",
		fileOf(t, "url = 'ftp://h/?to={to}&text={text}'"):               "want http",
		fileOf(t, "url = 'h/?to={to}&text={text}'"):                     "want http",
		fileOf(t, "url = 'http://h/?p={password}&to={to}&text={text}'"): "wants a password-file",
		fileOf(t, "url = 'http://h'\nbody = '{to}{text}'"):              "Content-Type",
	} {
		if _, err := delivery.ParseSMS(where); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want %q", where, err, want)
		}
	}
	if _, err := delivery.ParseSMS("kannel+http://a:b@h?from=1"); !errors.Is(err, delivery.ErrPasswordInURL) {
		t.Error(err)
	}
}
