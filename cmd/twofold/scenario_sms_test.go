package main

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// What the verifier's account at the SMS gateway is.
const (
	accountSID = "AC00000000000000000000000000000042"
	authToken  = "token of the sms gateway"
	ourNumber  = "+15005550006"
)

// gateway is an SMS gateway over HTTP with the shape of Twilio's API, version 2010-04-01. It takes nothing else.
type gateway struct {
	server *httptest.Server
	token  string // the file that has the token

	mu    sync.Mutex
	texts []sms
	wrong []string
}

type sms struct{ to, text string }

func openGateway(t *testing.T) *gateway {
	t.Helper()
	g := &gateway{token: filepath.Join(t.TempDir(), "token")}
	if err := os.WriteFile(g.token, []byte(authToken+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	g.server = httptest.NewServer(g)
	t.Cleanup(func() {
		g.server.Close()
		for _, w := range g.wrong {
			t.Errorf("the gateway got no request of Twilio's: %s", w)
		}
	})
	return g
}

func (g *gateway) url() string {
	query := url.Values{"from": {ourNumber}, "password-file": {g.token}}
	return "twilio+http://" + accountSID + "@" + g.server.Listener.Addr().String() + "?" + query.Encode()
}

var e164 = regexp.MustCompile(`^\+[1-9]\d{6,14}$`)

// ServeHTTP creates a Message resource.
func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if err := checkTwilio(r); err != nil {
		g.wrong = append(g.wrong, err.Error())
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"code":21600,"message":%q,"status":400}`, err)
		return
	}
	g.texts = append(g.texts, sms{r.PostForm.Get("To"), r.PostForm.Get("Body")})
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, `{"sid":"SM%032d","account_sid":%q,"status":"queued","error_code":null,"error_message":null}`, len(g.texts), accountSID)
}

// checkTwilio holds a request against what Twilio takes, part by part.
func checkTwilio(r *http.Request) error {
	if r.Method != http.MethodPost {
		return fmt.Errorf("the method is %s", r.Method)
	}
	if r.RequestURI != "/2010-04-01/Accounts/"+accountSID+"/Messages.json" {
		return fmt.Errorf("the path is %s", r.URL.Path)
	}
	if user, password, ok := r.BasicAuth(); !ok || user != accountSID || password != authToken {
		return fmt.Errorf("the account is %q, its token right: %t", user, password == authToken)
	}
	if kind := r.Header.Get("Content-Type"); kind != "application/x-www-form-urlencoded" {
		return fmt.Errorf("the content is %s", kind)
	}
	if err := r.ParseForm(); err != nil {
		return err
	}
	if fields := slices.Sorted(maps.Keys(r.PostForm)); !slices.Equal(fields, []string{"Body", "From", "To"}) {
		return fmt.Errorf("the fields are %v", fields)
	}
	form := r.PostForm
	if len(form["To"])+len(form["From"])+len(form["Body"]) != 3 || !e164.MatchString(form.Get("To")) || form.Get("From") != ourNumber {
		return fmt.Errorf("it goes from %v to %v", form["From"], form["To"])
	}
	if body := form.Get("Body"); strings.TrimSpace(body) == "" || len(body) > 1600 {
		return fmt.Errorf("the text has %d bytes", len(body))
	}
	return nil
}

// sent are the texts to a number.
func (g *gateway) sent(to string) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var texts []string
	for _, m := range g.texts {
		if m.to == to {
			texts = append(texts, m.text)
		}
	}
	return texts
}

// texted is the code in the newest text message to a number.
func (l *lab) texted(to string) string {
	l.t.Helper()
	texts := l.texts.sent(to)
	if len(texts) == 0 {
		l.t.Fatalf("no text message went to %s", to)
	}
	return l.codeIn(texts[len(texts)-1])
}
