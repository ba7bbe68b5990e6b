package server_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/verifier/api"
	"twofold/verifier/rollout"
)

// inNewYork is a time of 2026 by the calendar of Konexus.
func inNewYork(t testing.TB, text string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04:05", "2026-"+text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func konexus(t testing.TB, at string, change ...func(*rollout.Rollout)) *scene {
	t.Helper()
	return openAt(t, ":memory:", "konexus", inNewYork(t, at), change...)
}

// prompted checks that set-up is asked for, with or without Skip.
func (s *scene) prompted(f api.Flow, skippable bool) api.Flow {
	s.t.Helper()
	s.at(f, "choose_method", "")
	if f.Next.CanSkip() != skippable || !slices.Equal(f.Next.Methods, []string{"email", "totp"}) {
		s.t.Fatalf("the prompt offers %v, skippable: %t", f.Next.Methods, f.Next.CanSkip())
	}
	return f
}

func (s *scene) skip(f api.Flow) (session string) {
	s.t.Helper()
	return s.session(s.flow(s.Skip(s.t.Context(), f.ID)))
}

// KNX-1, KNX-2, KNX-3, KNX-4, KNX-5, KNX-6, KNX-7, KNX-8, KNX-14
func TestS03_KonexusMovesThroughItsCalendar(t *testing.T) {
	s := konexus(t, "05-25 23:59:59")
	ctx := t.Context()
	const bob, robot = "bob@example.com", "robot@example.com"
	s.added(ada)
	s.added(bob)
	s.added(robot, func(n *api.NewUser) { n.Role = "service" })

	// 25 May: nothing yet.
	f := s.signIn(ada)
	if f.Phase != "" || f.Notice != "" {
		t.Errorf("on 25 May there is phase %q, notice %q", f.Phase, f.Notice)
	}
	s.session(f)

	// 26 May, midnight: announced, and no more.
	s.advance(time.Second)
	f = s.signIn(ada)
	me, err := s.Me(ctx, s.session(f))
	s.ok(err)
	if f.Phase != "announcement" || f.Notice == "" || me.Notice != f.Notice || me.Phase != f.Phase {
		t.Errorf("on 26 May there is phase %q, notice %q, in the account %q", f.Phase, f.Notice, me.Notice)
	}
	s.goTo(inNewYork(t, "06-10 23:59:59"))
	s.in(ada)

	// 12 June: the prompt, with Skip, at each login.
	s.goTo(inNewYork(t, "06-12 09:00:00"))
	for range 2 {
		f = s.prompted(s.signIn(ada), true)
		if f.Phase != "optional enrollment" {
			t.Errorf("the phase is %s", f.Phase)
		}
		if s.skip(f); s.audit("skip", "accepted", "", ada).At.IsZero() || len(s.inbox(ada)) != 0 {
			t.Error("skipping sent something")
		}
	}
	// Bob enrolls now, with an app.
	f = s.prompted(s.signIn(bob), true)
	f = s.flow(s.Enroll(ctx, f.ID, api.EnrollRequest{Method: "totp", Name: "Google Authenticator"}))
	app := s.scans(f)
	s.session(s.enter(f, app.shows(0)))

	// 12 July, the last second: Skip, still.
	s.goTo(inNewYork(t, "07-12 23:59:00"))
	skipped := s.skip(s.prompted(s.signIn(ada), true))
	s.advance(59 * time.Second)
	pending := s.prompted(s.signIn(ada), true)
	_, err = s.Me(ctx, skipped)
	s.ok(err)

	// 13 July, 00:00: the button that is still on the page is refused (KNX-6).
	s.advance(time.Second)
	if !s.now().Equal(inNewYork(t, "07-13 00:00:00")) {
		t.Fatalf("it is %s", s.now())
	}
	_, err = s.Skip(ctx, pending.ID)
	s.refuses(err, 403, "skip_not_allowed")
	s.audit("skip", "refused", "skip_not_allowed", ada)
	s.prompted(s.flow(s.Flow(ctx, pending.ID)), false)
	_, err = s.Me(ctx, skipped) // nor is a session of the last minute good any longer
	s.refuses(err, 401, "session_refused")
	s.at(s.flow(s.Enroll(ctx, pending.ID, api.EnrollRequest{Method: "email"})), "confirm", "email") // the flow can go on

	f = s.at(s.signIn(ada), "confirm", "email") // KNX-4: by itself
	if f.Phase != "e-mail verification required" || !slices.Equal(f.Next.Methods, []string{"totp"}) || f.Next.CanSkip() {
		t.Errorf("phase %q; besides e-mail there is %v, skippable: %t", f.Phase, f.Next.Methods, f.Next.CanSkip())
	}
	_, err = s.Skip(ctx, f.ID)
	s.refuses(err, 403, "skip_not_allowed")
	// The app is offered, not forced: begun here, and left for the e-mail.
	s.scans(s.flow(s.Enroll(ctx, f.ID, api.EnrollRequest{Method: "totp"})))
	s.at(s.flow(s.Enroll(ctx, f.ID, api.EnrollRequest{Method: "email"})), "confirm", "email")
	s.session(s.enter(f, s.sent(ada).Code))
	s.in(robot) // the first phases are for people

	// Bob is asked for his code, not to set up again (KNX-14).
	f = s.at(s.signIn(bob), "code", "totp")
	s.session(s.enter(f, app.shows(0)))

	// 31 July: every account, either method.
	s.goTo(inNewYork(t, "07-30 23:59:59"))
	s.in(robot)
	s.advance(time.Second)
	f = s.at(s.signIn(robot), "confirm", "email")
	if f.Phase != "full enforcement" {
		t.Errorf("the phase is %q", f.Phase)
	}
	f = s.at(s.signIn(ada), "code", "email")
	s.session(s.enter(f, s.sent(ada).Code))
	session := s.session(s.enter(s.at(s.signIn(bob), "code", "totp"), app.shows(0)))
	factors, err := s.Factors(ctx, session)
	s.ok(err)
	s.refuses(s.RemoveFactor(ctx, session, factors[0].ID, api.RemoveFactorRequest{Password: password}), 403, "disable_forbidden_by_policy")
}

// KNX-3, KNX-5, KNX-9, KNX-11, KNX-12, KNX-14
func TestS04_KonexusWithoutASmartphone(t *testing.T) {
	s := konexus(t, "05-30 12:00:00")
	ctx := t.Context()
	s.added(ada)
	s.in(ada) // announced: the password is enough

	s.goTo(inNewYork(t, "06-15 12:00:00")) // optional
	f := s.prompted(s.signIn(ada), true)
	f = s.at(s.flow(s.Enroll(ctx, f.ID, api.EnrollRequest{Method: "email"})), "confirm", "email")
	code := s.sent(ada)
	if code.Channel != "email" || len(code.Code) != 6 || code.To != ada {
		t.Errorf("a %s with %d digits went to %s", code.Channel, len(code.Code), code.To)
	}
	if s.user(ada).EmailVerified != nil {
		t.Error("the address counts as confirmed before its code was typed")
	}
	s.wrong(f, other(code.Code), "code_wrong")
	if s.user(ada).EmailVerified != nil {
		t.Error("a wrong code confirmed the address")
	}
	session := s.session(s.enter(f, code.Code))
	if s.user(ada).EmailVerified == nil || s.method(session) != "email" { // KNX-9
		t.Error("the right code did not confirm the address")
	}
	if !s.rollout.SetUp.DonePage { // KNX-11
		t.Error("no page says that it is done")
	}
	s.text("done_email", "used from now on", "each time you log in")
	s.text("done_totp", "used from now on", "each time you log in")

	for _, at := range []string{"06-20 12:00:00", "07-12 23:59:59", "07-13 00:00:00", "07-20 12:00:00", "07-31 00:00:00", "12-01 12:00:00"} {
		s.goTo(inNewYork(t, at))
		before := s.codes(ada)
		f := s.at(s.signIn(ada), "code", "email")
		if s.codes(ada) != before+1 || len(f.Next.Others) != 0 || f.Next.Remember {
			t.Errorf("%s: %d codes were sent, %v is offered", at, s.codes(ada)-before, f.Next.Others)
		}
		s.session(s.enter(f, s.sent(ada).Code))
	}
	// KNX-12: what the answers say is so.
	s.text("faq_when_answer", "No.", "11 June", "12 July", "13 July")
	s.text("faq_phone_answer", "Email")
	s.text("faq_support_answer", s.rollout.Support.Email)
	s.text("faq_lost_answer", s.rollout.Support.Email)
	if s.rollout.Support.Email == "" || strings.ContainsAny(s.rollout.Support.Email, "[]{}") {
		t.Error("nobody is named to ask") // KNX-13
	}
}

// KNX-7: "all administrators must" before "all users" do.
func TestKonexusCanBeginWithAdministrators(t *testing.T) {
	s := konexus(t, "06-15 12:00:00", func(r *rollout.Rollout) {
		r.Phases[1].Roles = []string{"admin"}
		r.Phases[1].Enroll, r.Phases[1].Automatic = rollout.Required, rollout.Email
	})
	s.added(ada)
	s.added("root@example.com", func(n *api.NewUser) { n.Role = "admin" })
	s.in(ada)
	s.at(s.signIn("root@example.com"), "confirm", "email")
	s.goTo(inNewYork(t, "07-31 00:00:00"))
	s.at(s.signIn(ada), "confirm", "email")
}

// KNX-6: the instant is that of the completion, in New York.
func TestKonexusDecidesAtTheInstantOfCompletion(t *testing.T) {
	for _, zone := range []string{"America/New_York", "Europe/Brussels"} {
		t.Run(zone, func(t *testing.T) {
			s := konexus(t, "07-12 12:00:00", func(r *rollout.Rollout) { r.TimeZone = zone })
			place, err := time.LoadLocation(zone)
			s.ok(err)
			boundary := time.Date(2026, 7, 13, 0, 0, 0, 0, place)
			s.added(ada)
			s.goTo(boundary.Add(-time.Microsecond))
			kept := s.prompted(s.signIn(ada), true)
			s.skip(s.prompted(s.signIn(ada), true))
			s.goTo(boundary)
			_, err = s.Skip(t.Context(), kept.ID)
			s.refuses(err, 403, "skip_not_allowed")
			s.goTo(boundary.Add(-time.Microsecond)) // and the clock alone decides
			s.skip(kept)
		})
	}
}

// KNX-1: another year is four dates to change.
func TestKonexusCalendarTakesAnotherYear(t *testing.T) {
	s := konexus(t, "07-20 12:00:00", func(r *rollout.Rollout) {
		for i := range r.Phases {
			r.Phases[i].From = strings.Replace(r.Phases[i].From, "2026", "2027", 1)
		}
	})
	s.added(ada)
	s.in(ada)
	s.goTo(time.Date(2027, 7, 20, 12, 0, 0, 0, time.UTC))
	s.at(s.signIn(ada), "confirm", "email")
}

// KNX-8, KNX-10, KNX-11
func TestKonexusAppIsChosenBeforeTheQR(t *testing.T) {
	s := konexus(t, "06-15 12:00:00")
	ctx := t.Context()
	s.added(ada)
	f := s.prompted(s.signIn(ada), true) // KNX-8: e-mail or app
	pages := s.rollout.SetUp.Pages
	if len(pages) < 3 || !slices.Equal(pages[0], []rollout.Block{rollout.BlockApp}) || !slices.Contains(pages[1], rollout.BlockScan) {
		t.Errorf("the pages are %v: the app is not chosen on one of its own, before the QR", pages)
	}
	var names []string
	for _, a := range s.rollout.Apps {
		names = append(names, a.Name)
	}
	if !slices.Contains(names, "Google Authenticator") || !slices.Contains(names, "Microsoft Authenticator") {
		t.Errorf("to choose from there is %v", names)
	}
	f = s.flow(s.Enroll(ctx, f.ID, api.EnrollRequest{Method: "totp", Name: "Microsoft Authenticator"}))
	app := s.scans(f)
	f = s.enter(f, app.shows(0))
	session := s.session(f)
	factors, err := s.Factors(ctx, session)
	s.ok(err)
	if len(factors) != 1 || factors[0].Name != "Microsoft Authenticator" {
		t.Errorf("the choice is not remembered: %+v", factors)
	}
	s.told(ada, "second step of your account at Konexus was changed")
	s.step()
	if f = s.at(s.signIn(ada), "code", "totp"); f.Next.Hint != "Microsoft Authenticator" {
		t.Errorf("the hint is %q", f.Next.Hint)
	}
}

// KNX-9: codes go to the address on file, whatever is asked for.
func TestKonexusCodesGoToTheAddressOnFile(t *testing.T) {
	const thief = "thief@example.com"
	s := konexus(t, "06-15 12:00:00")
	ctx := t.Context()
	s.added(ada)
	f := s.prompted(s.signIn(ada), true)
	_, err := s.Enroll(ctx, f.ID, api.EnrollRequest{Method: "email", Email: thief})
	s.refuses(err, 403, "method_not_allowed")
	s.prompted(s.flow(s.Flow(ctx, f.ID)), true)
	s.at(s.flow(s.Enroll(ctx, f.ID, api.EnrollRequest{Method: "email", Email: " ADA@example.com"})), "confirm", "email") // the same
	_, err = s.Enroll(ctx, f.ID, api.EnrollRequest{Method: "email", Email: thief})
	s.refuses(err, 403, "method_not_allowed")
	if len(s.inbox(thief)) != 0 || s.codes(ada) != 1 {
		t.Errorf("%d messages went to another address, %d to the one on file", len(s.inbox(thief)), s.codes(ada))
	}
}

// KNX-13: a text that somebody left unfilled is no roll-out.
func TestKonexusUnfilledSupportContactIsNamed(t *testing.T) {
	s := konexus(t, "06-15 12:00:00")
	r, err := s.Rollout(t.Context())
	s.ok(err)
	r.Support.Email = "[support email]"
	_, err = s.SetRollout(t.Context(), r)
	s.refuses(err, 422, "rollout_invalid")
	var p *api.Problem
	if !asProblem(err, &p) || !strings.Contains(strings.Join(p.Mistakes, "\n"), "[support email]") {
		t.Errorf("the mistakes are %v", p)
	}
	if r, err = s.Rollout(t.Context()); err != nil || strings.Contains(r.Support.Email, "[") {
		t.Error("the roll-out with the unfilled text is in force")
	}
}
