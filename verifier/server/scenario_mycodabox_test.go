package server_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/verifier/api"
	"twofold/verifier/rollout"
)

// disables switches 2FA off in the account with a password.
func (s *scene) disables(session, with string) error {
	s.t.Helper()
	factors, err := s.Factors(s.t.Context(), session)
	s.ok(err)
	if len(factors) != 1 {
		s.t.Fatalf("there are %d factors", len(factors))
	}
	return s.RemoveFactor(s.t.Context(), session, factors[0].ID, api.RemoveFactorRequest{Password: with})
}

// CODA-1, CODA-2, CODA-3, CODA-4
func TestS09_MyCodaboxIsEnabledDisabledAndEnabledAgain(t *testing.T) {
	s := open(t, "mycodabox")
	ctx := t.Context()
	f := s.flow(s.SignUp(ctx, api.SignUpRequest{Email: ada, Password: password}))
	session := s.session(f) // CODA-1: optional
	s.text("link_manage", "Manage 2FA")
	s.text("intro_manage", "recommend")
	if pages := s.rollout.SetUp.Pages; len(pages) != 2 || !slices.Equal(pages[0], []rollout.Block{rollout.BlockScan}) ||
		!slices.Equal(pages[1], []rollout.Block{rollout.BlockCode}) || !s.rollout.SetUp.DonePage {
		t.Errorf("CODA-2: the wizard is %v, with a last page: %t", pages, s.rollout.SetUp.DonePage)
	}

	// Next, Back, Next: the same secret each time.
	f = s.flow(s.AddFactor(ctx, session, api.EnrollRequest{Method: "totp"}))
	app := s.scans(f)
	for _, back := range []func() (api.Flow, error){
		func() (api.Flow, error) { return s.Flow(ctx, f.ID) },
		func() (api.Flow, error) { return s.Enroll(ctx, f.ID, api.EnrollRequest{Method: "totp"}) },
	} {
		if again := s.flow(back()); again.Next.Secret != app.secret || again.Next.URI != f.Next.URI || again.ID != f.ID {
			t.Error("going back shows another secret")
		}
	}
	s.session(s.signIn(ada)) // not active yet
	s.at(s.enter(f, app.shows(0)), "done", "")
	s.text("heading_done", "enabled")
	s.signOut(session)

	s.step()
	f = s.at(s.signIn(ada), "code", "totp") // CODA-3: a separate screen
	if f.Next.Session != "" {
		t.Error("the password alone gave a session")
	}
	session = s.session(s.enter(f, app.shows(0)))

	s.refuses(s.disables(session, "a wrong password"), 403, "disable_password_wrong")
	s.audit("password", "refused", "disable_password_wrong", ada)
	if s.method(session) != "totp" {
		t.Error("a wrong password disabled it")
	}
	s.at(s.signIn(ada), "code", "totp")
	s.ok(s.disables(session, password))
	s.audit("factor_removed", "accepted", "", ada)
	s.told(ada, "no longer uses 2FA")
	s.signOut(session)
	session = s.in(ada) // without a code

	second := s.enables(session)
	if second.secret == app.secret {
		t.Error("enabled again, the secret is the old one")
	}
	s.wrong(s.at(s.signIn(ada), "code", "totp"), app.shows(0), "code_wrong") // the old one is dead
	s.session(s.enter(s.signIn(ada), second.shows(0)))
}

const helper = "help@mycodabox.example"

// withQuestions is somebody with 2FA on, questions, and a helpdesk to call.
func (s *scene) withQuestions() (app *phone, session string) {
	s.t.Helper()
	ctx := s.t.Context()
	s.added(helper, func(n *api.NewUser) { n.Role = "helpdesk" })
	s.added(ada)
	app = s.enables(s.in(ada))
	if len(s.rollout.Helpdesk.Questions) < 3 {
		s.t.Fatalf("the helpdesk asks %v", s.rollout.Helpdesk.Questions)
	}
	questions := []api.Question{}
	for i, ask := range s.rollout.Helpdesk.Questions[:3] {
		questions = append(questions, api.Question{Ask: ask, Answer: []string{"Peeters & Söhne", "K-1815", "May"}[i]})
	}
	s.ok(s.SetQuestions(ctx, s.user(ada).ID, api.QuestionsRequest{Questions: questions}))
	session = s.session(s.enter(s.signIn(ada), app.shows(0)))
	s.step()
	return app, session
}

var rightAnswers = []string{" peeters &  so\u0308hne", "k-1815", "MAY "} // as heard on the telephone

// CODA-5
func TestS10_MyCodaboxLostPhone(t *testing.T) {
	s := open(t, "mycodabox")
	ctx := t.Context()
	app, session := s.withQuestions()
	id := s.user(ada).ID
	if asked := s.user(ada).Questions; !slices.Equal(asked, s.rollout.Helpdesk.Questions) {
		t.Errorf("the operator reads %v", asked)
	}
	call := func(operator string, answers ...string) error {
		return s.Helpdesk(ctx, id, api.HelpdeskRequest{Operator: operator, Answers: append([]string{}, answers...), Note: "called from the office"})
	}
	letters := len(s.inbox(ada))
	s.refuses(call(helper, rightAnswers[0], rightAnswers[1], "June"), 403, "helpdesk_identity_failed")
	if e := s.audit("helpdesk", "refused", "helpdesk_identity_failed", ada); e.Operator != helper || e.Detail != "called from the office" {
		t.Errorf("the audit says %+v", e)
	}
	s.added("bob@example.com")
	for _, operator := range []string{"", "nobody@example.com", "bob@example.com", ada} {
		s.refuses(call(operator, rightAnswers...), 403, "helpdesk_not_allowed")
	}
	if s.method(session) != "totp" { // the session stands, and so does everything
		t.Error("a call that failed changed something")
	}
	s.session(s.enter(s.at(s.signIn(ada), "code", "totp"), app.shows(0)))

	open := s.signIn(ada)
	s.ok(call(helper, rightAnswers...))
	e := s.audit("helpdesk", "accepted", "", ada)
	if e.Operator != helper || e.Detail != "called from the office" {
		t.Errorf("the audit says %+v", e)
	}
	s.told(ada, "no longer uses 2FA")
	if len(s.inbox(ada)) == letters {
		t.Error("the user hears nothing")
	}
	_, err := s.Me(ctx, session)
	s.refuses(err, 401, "session_refused")
	_, err = s.Flow(ctx, open.ID)
	s.refuses(err, 404, "flow_unknown")

	session = s.in(ada) // with e-mail and password
	fresh := s.enables(session)
	if fresh.secret == app.secret {
		t.Error("enabled again, the secret is the lost one")
	}
	f := s.at(s.signIn(ada), "code", "totp")
	s.wrong(f, app.shows(0), "code_wrong")
	s.session(s.enter(f, fresh.shows(0)))
}

// CODA-6, CODA-7
func TestS11_MyCodaboxRefusedCodesAreToldApart(t *testing.T) {
	s := open(t, "mycodabox")
	s.added(ada)
	app := s.enables(s.in(ada))
	s.added("bob@example.com")
	bob := s.enables(s.in("bob@example.com"))
	s.step()
	s.step()
	s.text("link_help", "Not accepted?")
	s.text("help_same_app", "the app that you used when you enabled 2FA?")
	s.text("help_right_entry", "newest code")

	f := s.at(s.signIn(ada), "code", "totp")
	for _, row := range []struct {
		code, cause string
		off         int
		detail      string
	}{
		{app.shows(-1), "code_old_step", -1, ""},
		{app.shows(-2), "code_old_step", -2, ""},
		{app.shows(-20), "code_old_step", -20, ""},
		{app.shows(1), "code_future_step", 1, ""},
		{app.shows(20), "code_future_step", 20, ""},
		{bob.shows(0), "code_of_other_account", 0, "bob@example.com"},
		{bob.shows(-1), "code_of_other_account", -1, "bob@example.com"},
		{app.counts(3), "code_looks_counter_based", 99, "counter-based"},
		{app.shows(0)[:5], "code_wrong_length", 99, "5 digits"},
		{app.shows(0) + "0", "code_wrong_length", 99, "7 digits"},
		{app.stray(), "code_wrong", 99, ""},
	} {
		e := s.wrong(f, row.code, row.cause)
		if row.off == 99 && e.StepsOff != nil || row.off != 99 && (e.StepsOff == nil || *e.StepsOff != row.off) {
			t.Errorf("%s: %v steps off, want %d", row.cause, e.StepsOff, row.off)
		}
		if !strings.Contains(e.Detail, row.detail) {
			t.Errorf("%s: the tester hears %q", row.cause, e.Detail)
		}
		s.unlock(ada)
	}
	code := app.shows(0)
	s.session(s.enter(f, code))
	s.wrong(s.signIn(ada), code, "code_already_used")
	s.step()
	s.wrong(s.signIn(ada), code, "code_already_used") // its step is the one before, too
}

// CODA-6: refused or accepted is one number.
func TestMyCodaboxCodeOfThePreviousStep(t *testing.T) {
	for _, accepted := range []bool{false, true} {
		s := open(t, "mycodabox", func(r *rollout.Rollout) {
			if accepted {
				r.TOTP.Skew = 1
			}
		})
		s.added(ada)
		app := s.enables(s.in(ada))
		s.step()
		previous := app.shows(-1)
		f := s.signIn(ada)
		if !accepted {
			s.wrong(f, previous, "code_old_step")
		} else {
			s.session(s.enter(f, previous))
		}
	}
}

// CODA-7: where the roll-out turns diagnosis on, the account holder hears it.
func TestMyCodaboxDiagnosisCanBeToldToTheAccountHolder(t *testing.T) {
	s := open(t, "mycodabox", func(r *rollout.Rollout) { r.Diagnosis = true })
	s.added(ada)
	app := s.enables(s.in(ada))
	s.step()
	f := s.signIn(ada)
	for _, row := range [][2]string{
		{app.shows(-1), "code_old_step"}, {app.shows(1), "code_future_step"}, {app.counts(1), "code_looks_counter_based"}, {"12345", "code_wrong_length"},
	} {
		_, err := s.Code(t.Context(), f.ID, api.CodeRequest{Code: row[0]})
		s.refuses(err, 401, row[1])
	}
}

// CODA-5: guessing answers is bounded, whoever calls.
func TestMyCodaboxAnswersCannotBeGuessed(t *testing.T) {
	s := open(t, "mycodabox")
	ctx := t.Context()
	app, session := s.withQuestions()
	s.added("second@mycodabox.example", func(n *api.NewUser) { n.Role = "admin" })
	id := s.user(ada).ID
	for n, answers := range [][]string{
		{rightAnswers[0], rightAnswers[1], "June"},
		{},
		rightAnswers[:2], append(slices.Clone(rightAnswers), "x"),
		{rightAnswers[1], rightAnswers[0], rightAnswers[2]},
	} {
		operator := []string{helper, "second@mycodabox.example"}[n%2]
		s.refuses(s.Helpdesk(ctx, id, api.HelpdeskRequest{Operator: operator, Answers: answers}), 403, "helpdesk_identity_failed")
	}
	err := s.Helpdesk(ctx, id, api.HelpdeskRequest{Operator: helper, Answers: rightAnswers})
	if wait := s.refuses(err, 429, "too_many_attempts"); wait != time.Minute {
		t.Errorf("again in %s", wait)
	}
	if u := s.user(ada); u.Failures != 0 || s.method(session) != "totp" {
		t.Error("calls of strangers reached the account")
	}
	s.session(s.enter(s.signIn(ada), app.shows(0)))
	s.advance(time.Minute)
	s.ok(s.Helpdesk(ctx, id, api.HelpdeskRequest{Operator: helper, Answers: rightAnswers}))

	// Nobody is identified by no questions.
	s.added("bob@example.com")
	s.refuses(s.Helpdesk(ctx, s.user("bob@example.com").ID, api.HelpdeskRequest{Operator: helper, Answers: []string{}}), 403, "helpdesk_identity_failed")
}

// CODA-8: "for all users in your office" is a switch.
func TestMyCodaboxOfficeIsSwitchedOnAndOff(t *testing.T) {
	s := open(t, "mycodabox")
	ctx := t.Context()
	s.added(ada, func(n *api.NewUser) { n.Office = "office" })
	s.added("bob@example.com")
	session := s.in(ada)
	s.ok(s.SwitchOffice(ctx, "office", api.OfficeSwitch{Enroll: "required"}))
	f := s.at(s.signIn(ada), "choose_method", "")
	if f.Next.CanSkip() {
		t.Error("set-up can be skipped")
	}
	s.in("bob@example.com") // works elsewhere
	_, err := s.Me(ctx, session)
	s.refuses(err, 401, "session_refused") // from before the switch, without a second step
	f = s.flow(s.Enroll(ctx, f.ID, api.EnrollRequest{Method: "totp"}))
	app := s.scans(f)
	session = s.session(s.enter(f, app.shows(0)))
	s.refuses(s.disables(session, password), 403, "disable_forbidden_by_policy")

	s.ok(s.SetOffice(ctx, s.user("bob@example.com").ID, api.OfficeRequest{Office: "office"}))
	s.at(s.signIn("bob@example.com"), "choose_method", "")
	s.ok(s.SwitchOffice(ctx, "office", api.OfficeSwitch{Enroll: "optional"}))
	s.in("bob@example.com")
	s.step()
	s.at(s.signIn(ada), "code", "totp") // who enabled it keeps it
	s.ok(s.disables(session, password))
	s.in(ada)
}

// CODA-9
func TestMyCodaboxErrorsSayWhomToAsk(t *testing.T) {
	s := open(t, "mycodabox")
	if s.rollout.Support.Email == "" || s.rollout.Support.Phone == "" {
		t.Fatal("there is nobody to ask")
	}
	s.text("error_support", s.rollout.Support.Name, s.rollout.Support.Email, s.rollout.Support.Phone)
	s.text("faq_lost_answer", s.rollout.Support.Email)
}
