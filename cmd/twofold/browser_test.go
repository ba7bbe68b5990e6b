package main

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"twofold/qr"
	"twofold/vault"
)

// TestBrowserEnrollsWithOurAuthenticator is the handshake as people have it: a real browser shows the pages, our decoder
// reads the QR code off a picture of the page, our vault keeps the account, and our codes sign in.
func TestBrowserEnrollsWithOurAuthenticator(t *testing.T) {
	need(t, "chromium")
	s := startServe(t, "--store", ":memory:")
	tab := newTab(t)
	v := vault.Throwaway(vault.Options{})
	t.Cleanup(func() { _ = v.Close() })

	tab.open(s.URL+"/signup", "Create an account")
	tab.do(
		chromedp.SendKeys("#email", "ada@example.com"),
		chromedp.SendKeys("#password", "correct horse"),
		chromedp.Submit("#password"),
	)
	tab.expect("Set up two-step sign-in")
	tab.do(chromedp.Click("form[action='/flow/enroll'] button"))
	tab.expect("Set up your authenticator app")
	account := enrollFrom(t, v, tab.screenshot())
	if account.Label != "ada@example.com" {
		t.Errorf("the picture enrolls %q", account.Label)
	}
	now := time.Now()
	tab.enter(codeOf(t, v, account.ID, now))
	tab.expect("Your recovery codes")
	tab.signOut(s.URL)

	// The next code, a period later by the verifier's clock; ours follows.
	s.advance(t, 30*time.Second)
	code := codeOf(t, v, account.ID, now.Add(30*time.Second))
	tab.signIn(s.URL)
	tab.enter(code)
	tab.expect("Your account")
	tab.signOut(s.URL)

	// The same code once more, in a new sign-in.
	tab.signIn(s.URL)
	tab.enter(code)
	tab.do(chromedp.WaitVisible("[role=alert]"))
	tab.expect("Enter your code")
}

// tab is one tab of a browser of the test's own.
type tab struct {
	t   *testing.T
	ctx context.Context
}

func newTab(t *testing.T) *tab {
	t.Helper()
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal(err)
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser), chromedp.NoSandbox,
		chromedp.UserDataDir(filepath.Join(t.TempDir(), "chromium")), chromedp.WindowSize(1100, 1400))
	for _, flag := range []string{"disable-gpu", "disable-quic", "disable-background-networking", "disable-component-update", "disable-sync"} {
		flags = append(flags, chromedp.Flag(flag, true))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, flags...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return &tab{t, ctx}
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatalf("browser: %v", err)
	}
}

func runIn[T any](b *tab, a chromedp.Action[T]) T {
	b.t.Helper()
	got, err := chromedp.Run(b.ctx, a)
	if err != nil {
		b.t.Fatalf("browser: %v", err)
	}
	return got
}

// open goes to an address whose page has this heading.
func (b *tab) open(address, heading string) {
	b.t.Helper()
	b.do(chromedp.Navigate(address))
	b.expect(heading)
}

func (b *tab) signIn(base string) {
	b.t.Helper()
	b.open(base+"/signin", "Sign in")
	b.do(
		chromedp.SendKeys("#email", "ada@example.com"),
		chromedp.SendKeys("#password", "correct horse"),
		chromedp.Submit("#password"),
	)
	b.expect("Enter your code")
}

func (b *tab) signOut(base string) {
	b.t.Helper()
	b.open(base+"/signout", "Sign out?")
	b.do(chromedp.Click("form[action='/signout'] button"))
	b.expect("You are signed out")
}

// enter types a code as people paste it, with a blank in the middle.
func (b *tab) enter(code string) {
	b.t.Helper()
	b.do(chromedp.SendKeys("#code", code[:3]+" "+code[3:]), chromedp.Submit("#code"))
}

// expect waits until the page that the browser is on its way to has this heading.
func (b *tab) expect(heading string) {
	b.t.Helper()
	const ask = `document.readyState === "complete" ? document.querySelector("h1")?.innerText ?? "" : ""`
	var got string
	for range 200 {
		found, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](ask))
		if err == nil { // an error while one page gives way to the next
			got = strings.TrimSpace(found)
		}
		if got == heading {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatalf("the page says %q, want %q", got, heading)
}

// screenshot is the whole page as a picture. TWOFOLD_KEEP_SCREENSHOTS names a folder to keep it in.
func (b *tab) screenshot() []byte {
	b.t.Helper()
	picture := runIn(b, chromedp.FullScreenshot(100))
	if dir := os.Getenv("TWOFOLD_KEEP_SCREENSHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, b.t.Name()+".png"), picture, 0o600); err != nil {
			b.t.Fatal(err)
		}
	}
	return picture
}

// enrollFrom reads the one code in a picture and adds what it enrolls.
func enrollFrom(t *testing.T, v *vault.Vault, picture []byte) vault.Account {
	t.Helper()
	found, err := qr.Decode(picture)
	if err != nil || len(found) != 1 {
		t.Fatalf("codes on the page: %d, %v", len(found), err)
	}
	key, err := vault.ParseKeyURI(found[0].Text)
	if err != nil {
		t.Fatal(err)
	}
	account, err := v.Add(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return account
}

func codeOf(t *testing.T, v *vault.Vault, id string, at time.Time) string {
	t.Helper()
	code, err := v.Code(t.Context(), id, at)
	if err != nil {
		t.Fatal(err)
	}
	return code.Reveal()
}

// advance moves the verifier's clock through the lab API.
func (s *served) advance(t *testing.T, by time.Duration) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, s.URL+"/api/v1/lab/clock",
		strings.NewReader(`{"advance":"`+by.String()+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+s.LabToken)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("move the clock: %s", response.Status)
	}
}
