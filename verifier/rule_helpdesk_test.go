package verifier_test

import (
	"strings"
	"testing"
	"time"

	"twofold/verifier"
	"twofold/verifier/rollout"
	"twofold/verifier/store"
)

// withHelpdesk has the helpdesk of MyCodabox.
func withHelpdesk(r *rollout.Rollout) {
	r.Helpdesk = rollout.Helpdesk{Reset: true, Questions: []string{"Which office?", "Since when?"}}
}

const desk = "desk@example.com"

// called is the case of somebody who calls the helpdesk.
func (w *world) called(p *person, operator string, answers ...string) error {
	w.t.Helper()
	c := verifier.HelpdeskCase{UserID: p.id, Operator: operator, Note: "by telephone"}
	for _, a := range answers {
		c.Answers = append(c.Answers, verifier.SecretOf(a))
	}
	return w.svc.Helpdesk(w.t.Context(), c)
}

// questioned signs somebody up who has questions, and makes a helpdesk.
func (w *world) questioned() *person {
	w.t.Helper()
	for email, role := range map[string]string{desk: verifier.RoleHelpdesk, "root@example.com": verifier.RoleAdmin, "user@example.com": verifier.RoleUser} {
		_, _, err := w.svc.AddUser(w.t.Context(), verifier.NewUser{Email: email, Password: verifier.SecretOf(password), Role: role})
		w.must(err)
	}
	ada := w.enrolled("ada@example.com")
	w.must(w.svc.SetQuestions(w.t.Context(), ada.id, []verifier.QuestionAnswer{
		{Ask: "Which office?", Answer: verifier.SecretOf("Peeters & Söhne")}, {Ask: "Since when?", Answer: verifier.SecretOf("May 2019")},
	}))
	return ada
}

// CODA-5
func TestHelpdeskAsksWhoCalls(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.questioned()
		done := w.remembered(ada)
		state := func() (factors, sessions, devices int) {
			_, err := w.svc.Me(t.Context(), done.Session)
			if err == nil {
				sessions = 1
			}
			if list, err := w.svc.Devices(t.Context(), done.Session); err == nil {
				devices = len(list)
			}
			return len(w.user(ada.email).Factors), sessions, devices
		}
		for name, row := range map[string]struct {
			operator string
			answers  []string
			want     verifier.Cause
		}{
			"one wrong":        {desk, []string{"Peeters & Söhne", "June"}, verifier.CauseHelpdeskIdentityFailed},
			"swapped":          {desk, []string{"May 2019", "Peeters & Söhne"}, verifier.CauseHelpdeskIdentityFailed},
			"too few":          {desk, []string{"Peeters & Söhne"}, verifier.CauseHelpdeskIdentityFailed},
			"too many":         {"root@example.com", []string{"Peeters & Söhne", "May 2019", ""}, verifier.CauseHelpdeskIdentityFailed},
			"no operator":      {"", []string{"Peeters & Söhne", "May 2019"}, verifier.CauseHelpdeskNotAllowed},
			"a user":           {"user@example.com", []string{"Peeters & Söhne", "May 2019"}, verifier.CauseHelpdeskNotAllowed},
			"nobody":           {"nobody@example.com", []string{"Peeters & Söhne", "May 2019"}, verifier.CauseHelpdeskNotAllowed},
			"oneself":          {ada.email, []string{"Peeters & Söhne", "May 2019"}, verifier.CauseHelpdeskNotAllowed},
			"nothing answered": {desk, nil, verifier.CauseHelpdeskIdentityFailed},
		} {
			w.refusal(w.called(ada, row.operator, row.answers...), row.want)
			if e := w.lastEvent(); e.Type != verifier.EventHelpdesk || e.Cause != row.want || e.Operator != row.operator || e.User != ada.email {
				t.Errorf("%s: the audit says %+v", name, e)
			}
			if f, s, d := state(); f != 1 || s != 1 || d != 1 {
				t.Errorf("%s: %d factors, %d sessions, %d devices are left", name, f, s, d)
			}
		}
		w.advance(time.Hour) // the calls that failed are counted
		before := len(w.mail.Messages(ada.email))
		w.must(w.called(ada, " DESK@example.com", " peeters  & SO\u0308HNE", "may 2019 "))
		if e := w.lastEvent(); e.Outcome != verifier.Accepted || !strings.EqualFold(strings.TrimSpace(e.Operator), desk) || e.Detail != "by telephone" {
			t.Errorf("the audit says %+v", e)
		}
		if f, s, _ := state(); f != 0 || s != 0 {
			t.Errorf("%d factors, %d sessions are left", f, s)
		}
		if len(w.mail.Messages(ada.email)) != before+1 {
			t.Error("the user does not hear of it")
		}
		if p := w.signIn(ada); p.Step.Kind != verifier.StepChooseMethod {
			t.Errorf("the next sign-in waits for %s", p.Step.Kind)
		}
	}, withHelpdesk, func(r *rollout.Rollout) { r.Limits.CodeFailures = 6 })
}

// TestHelpdeskNeedsTheRolloutAndAnAccountThatStands switches either off.
// CODA-5
func TestHelpdeskNeedsTheRolloutAndAnAccountThatStands(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.questioned()
		right := []string{"Peeters & Söhne", "May 2019"}
		w.refusal(w.called(&person{id: "nobody"}, desk, right...), verifier.CauseUserNotFound)
		w.must(w.svc.SetDisabled(t.Context(), w.user(desk).ID, true))
		w.refusal(w.called(ada, desk, right...), verifier.CauseHelpdeskNotAllowed)
		w.must(w.svc.SetDisabled(t.Context(), w.user(desk).ID, false))
		r := w.svc.Rollout()
		r.Helpdesk = rollout.Helpdesk{}
		w.must(w.svc.SetRollout(t.Context(), r))
		w.refusal(w.called(ada, desk, right...), verifier.CauseHelpdeskNotAllowed)
		if len(w.user(ada.email).Factors) != 1 {
			t.Error("the second step is off")
		}
		// An answer of blanks is none, and without a question nobody passes.
		withHelpdesk(&r)
		w.must(w.svc.SetRollout(t.Context(), r))
		w.must(w.svc.SetQuestions(t.Context(), ada.id, []verifier.QuestionAnswer{{Ask: "Which office?", Answer: verifier.SecretOf(" \t")}}))
		w.refusal(w.called(ada, desk), verifier.CauseHelpdeskIdentityFailed)
		w.refusal(w.called(ada, desk, ""), verifier.CauseHelpdeskIdentityFailed)
	}, withHelpdesk)
}

// CODA-5
func TestAnswersAreBoundToTheirQuestionAndUser(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.questioned()
		eve := w.enrolled("eve@example.com")
		same := []verifier.QuestionAnswer{{Ask: "Which office?", Answer: verifier.SecretOf("May 2019")}}
		w.must(w.svc.SetQuestions(t.Context(), eve.id, same))
		if w.user(ada.email).Questions[1].Answer == w.user(eve.email).Questions[0].Answer {
			t.Error("the same answer of two people is stored alike")
		}
		w.must(w.called(eve, desk, "may 2019"))
		if len(w.user(ada.email).Factors) != 1 {
			t.Error("another account lost its second step")
		}
	}, withHelpdesk)
}

// CODA-8
func TestOfficesAreSwitched(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		add := func(email, office string) {
			_, _, err := w.svc.AddUser(t.Context(), verifier.NewUser{Email: email, Password: verifier.SecretOf(password), Office: office})
			w.must(err)
		}
		add("ada@example.com", "office")
		add("bob@example.com", "annex")
		waits := func(email string, want verifier.StepKind, skippable bool) verifier.Progress {
			t.Helper()
			p, err := w.trySignIn(email, password)
			w.must(err)
			if p.Step.Kind != want || p.Step.Skippable != skippable {
				t.Fatalf("%s: the sign-in waits for %+v, want %s", email, p.Step, want)
			}
			return p
		}
		done := waits("ada@example.com", verifier.StepDone, false)
		w.must(w.svc.SwitchOffice(t.Context(), "office", rollout.Prompted))
		waits("ada@example.com", verifier.StepChooseMethod, true)
		w.must(w.svc.SwitchOffice(t.Context(), "office", rollout.Required))
		if e := w.lastEvent(); e.Type != verifier.EventRollout {
			t.Errorf("the audit says %+v", e)
		}
		waits("ada@example.com", verifier.StepChooseMethod, false)
		waits("bob@example.com", verifier.StepDone, false)
		_, err := w.svc.Me(t.Context(), done.Session)
		w.refusal(err, verifier.CauseSessionRefused)
		w.must(w.svc.SwitchOffice(t.Context(), "annex", rollout.Required)) // one that the file does not have
		waits("bob@example.com", verifier.StepChooseMethod, false)
		w.must(w.svc.SetOffice(t.Context(), w.user("bob@example.com").ID, ""))
		waits("bob@example.com", verifier.StepDone, false)
		if w.svc.SwitchOffice(t.Context(), "office", "sometimes") == nil {
			t.Error("a rule that is none was taken")
		}
		waits("ada@example.com", verifier.StepChooseMethod, false)
		w.must(w.svc.SwitchOffice(t.Context(), "office", rollout.Optional))
		waits("ada@example.com", verifier.StepDone, false)

		// An office asks for more than the organization, never for less.
		r := w.svc.Rollout()
		r.SecondStep.Enroll, r.SecondStep.Removable = rollout.Required, false
		w.must(w.svc.SetRollout(t.Context(), r))
		waits("ada@example.com", verifier.StepChooseMethod, false)
	}, named("mycodabox"))
}

// TestDisabledAccountsAreShut, and hear what anybody hears.
func TestDisabledAccountsAreShut(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		session := w.accepted(w.signIn(ada).ID, w.code(ada, 0)).Session
		open := w.signIn(ada)
		w.must(w.svc.SetDisabled(t.Context(), ada.id, true))
		_, err := w.svc.Me(t.Context(), session)
		w.refusal(err, verifier.CauseSessionRefused)
		_, err = w.svc.Flow(t.Context(), open.ID)
		w.refusal(err, verifier.CauseFlowUnknown)
		_, err = w.trySignIn(ada.email, password)
		w.refusal(err, verifier.CauseAccountDisabled)
		if !strings.Contains(err.Error(), string(verifier.CauseCredentialsRefused)) {
			t.Errorf("heard is %v", err)
		}
		w.must(w.svc.SetDisabled(t.Context(), ada.id, false))
		w.advance(30 * time.Second)
		w.accepted(w.signIn(ada).ID, w.code(ada, 0))
	})
}

// TestResetIsToldWhereThereWasSomething takes the second step off an account
// that has none yet, and off one that has.
func TestResetIsToldWhereThereWasSomething(t *testing.T) {
	w := newWorld(t, store.NewMemory(), named("mycodabox"))
	user, _, err := w.svc.AddUser(t.Context(), verifier.NewUser{Email: "ada@example.com", Password: verifier.SecretOf("a brave new horse")})
	w.must(err)
	w.must(w.svc.ResetMFA(t.Context(), user.ID, desk))
	if told := w.mail.Messages(user.Email); len(told) != 0 {
		t.Errorf("with nothing to take off, the user hears %q", told[0].Text)
	}
	w.must(w.store.Update(t.Context(), func(tx verifier.Tx) error {
		return tx.AddFactor(verifier.Factor{ID: "app", UserID: user.ID, Method: "totp", Created: start, Confirmed: start, LastStep: verifier.NoStep})
	}))
	w.must(w.svc.ResetMFA(t.Context(), user.ID, desk))
	if told := w.mail.Messages(user.Email); len(told) != 1 || !strings.Contains(told[0].Text, "no longer uses 2FA") {
		t.Errorf("the user hears %+v", told)
	}
}
