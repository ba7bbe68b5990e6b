package walk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"net/http"
	"strings"
	"time"

	"twofold/qr"
	"twofold/vault"
	"twofold/verifier/api"
)

// period is that of the roll-out's codes, RFC 6238's default.
const period = 30 * time.Second

type step struct {
	title string
	do    func(*Walk, context.Context) error
}

var steps = []step{
	{"Both sides are there", (*Walk).meet},
	{"Get an account", (*Walk).enter},
	{"Set up an authenticator app", (*Walk).enroll},
	{"The picture crosses", (*Walk).picture},
	{"The account is stored", (*Walk).store},
	{"The first code", (*Walk).firstCode},
	{"The code confirms", (*Walk).confirm},
	{"Sign out", (*Walk).signOut},
	{"Half a minute later, the password", (*Walk).password},
	{"The next code opens", (*Walk).signIn},
	{"The same code again", (*Walk).again},
}

func (w *Walk) meet(ctx context.Context) error {
	if n := len(w.vault.Accounts()); n != 0 {
		return broken("the vault should be empty and holds %d accounts", n)
	}
	policy, err := w.client.Rollout(ctx)
	if err != nil {
		return fmt.Errorf("read the roll-out: %w", err)
	}
	w.signUpAllowed, w.skew = policy.SignUp.Allowed, policy.TOTP.Skew
	w.required = policy.At(w.now, "user", "").Enroll == "required"
	w.says(Verifier, "listens at %s", w.client.URL())
	w.says(Verifier, "clock %s", w.now.Format(time.TimeOnly))
	w.says(Authenticator, "empty vault, in memory")
	w.says(Authenticator, "clock %s", w.now.Format(time.TimeOnly))
	return nil
}

func (w *Walk) picture(ctx context.Context) error {
	data, err := w.client.QR(ctx, w.flow)
	if err != nil {
		return err
	}
	img, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return broken("the QR code is no PNG: %v", err)
	}
	w.crosses(Verifier, Authenticator, "picture, PNG %d×%d, over HTTP", img.Width, img.Height)
	found, err := qr.Decode(data)
	if err != nil {
		return fmt.Errorf("read the picture: %w", err)
	}
	if len(found) != 1 || found[0].Text != w.uri {
		return broken("the picture should hold the link of this enrollment, and does not")
	}
	w.says(Authenticator, "one QR code found")
	scheme, rest, _ := strings.Cut(found[0].Text, "?")
	w.says(Authenticator, "%s", scheme)
	w.says(Authenticator, "?secret=••••%s", others(rest))
	return nil
}

// others are the names of a link's parameters beside the secret.
func others(query string) string {
	var b strings.Builder
	for _, p := range strings.Split(query, "&") {
		if name, _, _ := strings.Cut(p, "="); name != "secret" {
			b.WriteString("&" + name)
		}
	}
	return b.String()
}

func (w *Walk) store(ctx context.Context) error {
	k, err := vault.ParseKeyURI(w.uri)
	if err != nil {
		return err
	}
	a, err := w.vault.Add(ctx, k)
	if err != nil {
		return err
	}
	back, err := w.vault.Key(ctx, a.ID)
	if err != nil {
		return err
	}
	if !back.Secret.Equal(k.Secret) {
		return broken("the vault gives back another secret than was stored")
	}
	w.id, w.key = a.ID, back
	w.says(Authenticator, "%s stored", strings.Trim(a.Issuer+" · "+a.Label, " ·"))
	w.says(Authenticator, "time-based, %d digits", a.Digits)
	w.says(Authenticator, "every %d s, %s", a.Period, a.Algorithm)
	return nil
}

func (w *Walk) firstCode(ctx context.Context) error { return w.compute(ctx) }

func (w *Walk) confirm(ctx context.Context) error {
	w.crosses(You, Verifier, "%d digits: %s", len(w.code), group(w.code))
	f, err := w.client.Code(ctx, w.flow, api.CodeRequest{Code: w.code})
	if err != nil {
		return err
	}
	return w.accepted(ctx, f, "confirm", "the app is active")
}

// accepted checks that a code opened the door, and says how.
func (w *Walk) accepted(ctx context.Context, f api.Flow, event string, outcome ...string) error {
	opened := f.Next.Session != ""
	if opened {
		w.session = f.Next.Session
	}
	if f.Next.Step != "done" || w.session == "" {
		return broken("the code should have opened a session, and the flow waits at %q", f.Next.Step)
	}
	e, err := w.event(ctx, event)
	if err != nil {
		return err
	}
	if e.Outcome != "accepted" {
		return broken("the verifier recorded the code as %s", e.Outcome)
	}
	me, err := w.client.Me(ctx, w.session)
	if err != nil {
		return fmt.Errorf("use the session: %w", err)
	}
	if !strings.EqualFold(me.Email, w.opts.Email) || len(me.Factors) != 1 {
		return broken("the session should be of %s with one app", w.opts.Email)
	}
	w.says(Verifier, "window%s", window(w.stepNo, w.skew))
	w.says(Verifier, "matches %s, %s", tail(w.stepNo), drift(e.StepsOff))
	w.says(Verifier, "%s spent", tail(w.stepNo))
	for _, o := range outcome {
		w.says(Verifier, "%s", o)
	}
	if opened {
		w.crosses(Verifier, You, "a session")
		w.says(You, "signed in")
	}
	return nil
}

// window names the steps that are accepted, the clock's in brackets.
func window(step uint64, skew int) string {
	var b strings.Builder
	for n := -skew; n <= skew; n++ {
		name := tail(uint64(int64(step) + int64(n)))
		if n == 0 {
			name = "[" + name + "]"
		}
		b.WriteString(" " + name)
	}
	return b.String()
}

func drift(steps *int) string {
	switch {
	case steps == nil || *steps == 0:
		return "on time"
	case *steps < 0:
		return fmt.Sprintf("%d behind", -*steps)
	}
	return fmt.Sprintf("%d ahead", *steps)
}

func (w *Walk) signOut(ctx context.Context) error {
	w.crosses(You, Verifier, "sign out")
	if err := w.client.SignOut(ctx, w.session, api.SignOutRequest{}); err != nil {
		return err
	}
	_, err := w.client.Me(ctx, w.session)
	if !refused(err, http.StatusUnauthorized) {
		return broken("the session still opens the door after signing out")
	}
	w.session = ""
	w.says(Verifier, "session ended")
	w.says(Verifier, "tried again: refused")
	w.says(You, "signed out")
	return nil
}

func refused(err error, status int) bool {
	var p *api.Problem
	return errors.As(err, &p) && p.Status == status
}

func (w *Walk) password(ctx context.Context) error {
	if err := w.moveTo(ctx, w.now.Add(period)); err != nil {
		return err
	}
	w.says(Verifier, "clock + 30 s → %s", w.now.Format(time.TimeOnly))
	w.says(Authenticator, "clock follows → %s", w.now.Format(time.TimeOnly))
	return w.knock(ctx)
}

// knock gives the password and stands before the second step.
func (w *Walk) knock(ctx context.Context) error {
	w.crosses(You, Verifier, "%s, the password", w.opts.Email)
	f, err := w.client.SignIn(ctx, api.SignInRequest{Email: w.opts.Email, Password: w.opts.Password})
	if err != nil {
		return err
	}
	if f.Next.Step != "code" || f.Next.Session != "" {
		return broken("the password alone should lead to a code, and led to %q", f.Next.Step)
	}
	w.flow = f.ID
	w.says(Verifier, "password right, now a code")
	return nil
}

func (w *Walk) signIn(ctx context.Context) error {
	before := w.code
	if err := w.compute(ctx); err != nil {
		return err
	}
	if w.code == before {
		return broken("two steps in a row gave the same code")
	}
	w.crosses(You, Verifier, "%d digits: %s", len(w.code), group(w.code))
	f, err := w.client.Code(ctx, w.flow, api.CodeRequest{Code: w.code})
	if err != nil {
		return err
	}
	return w.accepted(ctx, f, "code")
}

func (w *Walk) again(ctx context.Context) error {
	w.says(You, "somebody read it over the shoulder")
	if err := w.knock(ctx); err != nil {
		return err
	}
	w.crosses(You, Verifier, "the same digits: %s", group(w.code))
	f, err := w.client.Code(ctx, w.flow, api.CodeRequest{Code: w.code})
	var p *api.Problem
	switch {
	case err == nil:
		return broken("the same code was accepted twice (the flow is at %q)", f.Next.Step)
	case !errors.As(err, &p):
		return err
	case p.Status != http.StatusUnauthorized || p.Code != "code_refused":
		return broken("a used code should be refused as 401 code_refused, and was as %d %s", p.Status, p.Code)
	}
	e, err := w.event(ctx, "code")
	if err != nil {
		return err
	}
	if e.Outcome != "refused" || e.Cause != "code_already_used" {
		return broken("the verifier should record code_already_used, and recorded %s %s", e.Outcome, e.Cause)
	}
	now, err := w.client.Flow(ctx, w.flow)
	if err == nil && (now.Next.Step != "code" || now.Next.Session != "") {
		return broken("the refused sign-in went on to %q", now.Next.Step)
	}
	w.says(Verifier, "%s is spent already", tail(w.stepNo))
	w.says(Verifier, "refused: %s", e.Cause)
	w.crosses(Verifier, You, "code_refused, and no word more")
	w.says(You, "“That code didn't work.”")
	return nil
}
