package verifier_test

import (
	"testing"
	"time"

	"twofold/verifier"
	"twofold/verifier/rollout"
)

// remembered signs somebody in with a code and the tick.
func (w *world) remembered(p *person) verifier.Progress {
	w.t.Helper()
	done, err := w.svc.Code(w.t.Context(), w.signIn(p).ID, verifier.Answer{
		Code: verifier.SecretOf(w.code(p, 0)), Remember: true, Agent: "a browser\u202e on a desk",
	})
	w.must(err)
	w.advance(30 * time.Second)
	return done
}

func (w *world) signInOn(email string, device verifier.Secret) verifier.Progress {
	w.t.Helper()
	p, err := w.svc.SignIn(w.t.Context(), verifier.Credentials{Email: email, Password: verifier.SecretOf(password), Device: device})
	w.must(err)
	return p
}

// spared checks whether a device goes without the second step, and why not.
func (w *world) spared(email string, device verifier.Secret, why verifier.Cause) {
	w.t.Helper()
	p := w.signInOn(email, device)
	if is := p.Step.Kind == verifier.StepDone; is != (why == "") || is == p.Session.IsZero() {
		w.t.Fatalf("the sign-in waits for %s, want spared: %t", p.Step.Kind, why == "")
	}
	e := w.lastEvent()
	if e.Type != verifier.EventDevice || e.Cause != why || e.User != email {
		w.t.Errorf("the tester hears %+v, want %s", e, why)
	}
}

// TestP26_TrustEndsWithWhatItRestedOn takes trust away in every way there is.
// KOR-9, KOR-10
func TestP26_TrustEndsWithWhatItRestedOn(t *testing.T) {
	type act func(t *testing.T, w *world, p *person, session verifier.Secret)
	fresh := verifier.SecretOf("another horse battery")
	for name, row := range map[string]struct {
		end act
		why verifier.Cause
	}{
		"nothing": {func(*testing.T, *world, *person, verifier.Secret) {}, ""},
		"signing out": {func(t *testing.T, w *world, _ *person, session verifier.Secret) {
			w.must(w.svc.SignOut(t.Context(), session, false))
		}, ""},
		"forgotten at sign-out": {func(t *testing.T, w *world, _ *person, session verifier.Secret) {
			w.must(w.svc.SignOut(t.Context(), session, true))
		}, verifier.CauseDeviceTrustRevoked},
		"forgotten in the list": {func(t *testing.T, w *world, _ *person, session verifier.Secret) {
			devices, err := w.svc.Devices(t.Context(), session)
			w.must(err)
			w.must(w.svc.ForgetDevice(t.Context(), session, devices[0].ID))
			w.refusal(w.svc.ForgetDevice(t.Context(), session, devices[0].ID), verifier.CauseDeviceUnknown)
		}, verifier.CauseDeviceTrustRevoked},
		"all forgotten": {func(t *testing.T, w *world, _ *person, session verifier.Secret) {
			w.must(w.svc.ForgetDevices(t.Context(), session))
		}, verifier.CauseDeviceTrustRevoked},
		"the last moment": {func(_ *testing.T, w *world, _ *person, _ verifier.Secret) {
			w.advance(30*24*time.Hour - 30*time.Second - time.Microsecond)
		}, ""},
		"the server's time": {func(_ *testing.T, w *world, _ *person, _ verifier.Secret) {
			w.advance(30*24*time.Hour - 30*time.Second)
		}, verifier.CauseDeviceTrustExpired},
		"a roll-out without": {func(t *testing.T, w *world, _ *person, _ verifier.Secret) {
			r := w.svc.Rollout()
			r.Device = rollout.Device{}
			w.must(w.svc.SetRollout(t.Context(), r))
		}, verifier.CauseDeviceTrustExpired},
		"disabled": {func(t *testing.T, w *world, p *person, _ verifier.Secret) {
			w.must(w.svc.SetDisabled(t.Context(), p.id, true))
			w.must(w.svc.SetDisabled(t.Context(), p.id, false))
		}, verifier.CauseDeviceTrustRevoked},
		"the last factor removed": {func(t *testing.T, w *world, p *person, session verifier.Secret) {
			me, err := w.svc.Me(t.Context(), session)
			w.must(err)
			w.must(w.svc.RemoveFactor(t.Context(), session, me.Factors[0].ID, verifier.Proof{Password: verifier.SecretOf(password)}))
			adding, err := w.svc.AddFactor(t.Context(), session, verifier.NewFactor{Method: "totp"})
			w.must(err)
			w.accepted(adding.ID, w.code(&person{secret: adding.Enrollment.Key.RevealBase32()}, 0))
		}, verifier.CauseDeviceTrustRevoked},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				ada := w.enrolled("ada@example.com")
				done := w.remembered(ada)
				r := w.svc.Rollout()
				optional(&r)
				w.must(w.svc.SetRollout(t.Context(), r))
				row.end(t, w, ada, done.Session)
				w.spared(ada.email, done.DeviceToken, row.why)
			})
		})
	}
	for name, end := range map[string]act{
		"password changed": func(t *testing.T, w *world, _ *person, session verifier.Secret) {
			w.must(w.svc.SetPassword(t.Context(), session, verifier.SecretOf(password), fresh))
		},
		"password reset": func(t *testing.T, w *world, p *person, _ verifier.Secret) {
			w.must(w.svc.RequestReset(t.Context(), p.email))
			w.must(w.svc.ResetPassword(t.Context(), verifier.SecretOf(w.sent(p.email)), fresh))
		},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				ada := w.enrolled("ada@example.com")
				done := w.remembered(ada)
				end(t, w, ada, done.Session)
				p, err := w.svc.SignIn(t.Context(), verifier.Credentials{Email: ada.email, Password: fresh, Device: done.DeviceToken})
				if w.must(err); p.Step.Kind != verifier.StepCode || w.lastEvent().Cause != verifier.CauseDeviceTrustRevoked {
					t.Errorf("the sign-in waits for %s; the tester hears %+v", p.Step.Kind, w.lastEvent())
				}
			})
		})
	}
}

// optional lets people go without a second step, and take it off.
func optional(r *rollout.Rollout) {
	r.SecondStep.Enroll, r.SecondStep.Removable = rollout.Optional, true
}

// TestP26_TrustIsOneAccountsAlone brings a token to another account, and one
// that nobody gave out.
func TestP26_TrustIsOneAccountsAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada, eve := w.enrolled("ada@example.com"), w.enrolled("eve@example.com")
		done := w.remembered(ada)
		w.spared(eve.email, done.DeviceToken, verifier.CauseDeviceUnknown)
		w.spared(ada.email, verifier.SecretOf(done.DeviceToken.RevealText()+"x"), verifier.CauseDeviceUnknown)
		w.spared(ada.email, done.DeviceToken, "") // and was spent by none of it
		devices, err := w.svc.Devices(t.Context(), done.Session)
		if w.must(err); len(devices) != 1 || devices[0].Name != "a browser on a desk" || devices[0].Used.IsZero() {
			t.Errorf("the list is %+v", devices)
		}
		other := w.accepted(w.signIn(eve).ID, w.code(eve, 0)).Session
		w.refusal(w.svc.ForgetDevice(t.Context(), other, devices[0].ID), verifier.CauseDeviceUnknown)
	})
}

// TestP26_TrustSparesNoSetUp has a device of somebody whose second step was
// reset: set-up is asked for, as of anybody.
func TestP26_TrustSparesNoSetUp(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		device := w.remembered(ada).DeviceToken
		w.must(w.svc.ResetMFA(t.Context(), ada.id, ""))
		if p := w.signInOn(ada.email, device); p.Step.Kind != verifier.StepChooseMethod || !p.Session.IsZero() {
			t.Errorf("the sign-in waits for %s", p.Step.Kind)
		}
		if e := w.lastEvent(); e.Cause != verifier.CauseDeviceTrustRevoked {
			t.Errorf("the tester hears %+v", e)
		}
	})
}

// TestDevicesAreTrustedOnlyWhereTheRolloutSaysSo sends the tick where it is not
// offered.
func TestDevicesAreTrustedOnlyWhereTheRolloutSaysSo(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		if w.signIn(ada).Remember {
			t.Error("the tick is offered")
		}
		if !w.remembered(ada).DeviceToken.IsZero() {
			t.Error("the device is trusted")
		}
	}, func(r *rollout.Rollout) { r.Device = rollout.Device{} })
}

// TestSessionsAfterAPasswordChange keeps the one that changed it.
func TestSessionsAfterAPasswordChange(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		other := w.remembered(ada)
		open := w.signIn(ada)
		session := w.accepted(w.signIn(ada).ID, w.code(ada, 0)).Session
		fresh := verifier.SecretOf("another horse battery")
		w.refusal(w.svc.SetPassword(t.Context(), session, verifier.SecretOf("wrong"), fresh), verifier.CausePasswordWrong)
		w.refusal(w.svc.SetPassword(t.Context(), session, verifier.SecretOf(password), verifier.SecretOf("password")), verifier.CausePasswordBreached)
		if _, err := w.svc.Me(t.Context(), other.Session); err != nil {
			t.Fatal("a refused change ended a session")
		}
		w.must(w.svc.SetPassword(t.Context(), session, verifier.SecretOf(password), fresh))
		if _, err := w.svc.Me(t.Context(), session); err != nil {
			t.Errorf("the session that changed the password: %v", err)
		}
		_, err := w.svc.Me(t.Context(), other.Session)
		w.refusal(err, verifier.CauseSessionRefused)
		_, err = w.svc.Flow(t.Context(), open.ID)
		w.refusal(err, verifier.CauseFlowUnknown)
		_, err = w.trySignIn(ada.email, password)
		w.refusal(err, verifier.CausePasswordWrong)
	})
}

// KODE-10: every device is trusted once it has shown a code, and no other.
func TestNewDevicesAloneAreAsked(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		first := w.accepted(w.signIn(ada).ID, w.code(ada, 0))
		if first.DeviceToken.IsZero() || first.Remember {
			t.Fatal("the device is not known from now on, or there was something to tick")
		}
		w.spared(ada.email, first.DeviceToken, "")
		if p := w.signIn(ada); p.Step.Kind != verifier.StepCode {
			t.Errorf("a new device waits for %s", p.Step.Kind)
		}
		w.advance(720 * time.Hour)
		w.spared(ada.email, first.DeviceToken, verifier.CauseDeviceTrustExpired)
	}, named("kode"), optional, func(r *rollout.Rollout) {
		r.SecondStep.Enroll = rollout.Required
		r.Device = rollout.Device{Automatic: true, Remember: true, Lifetime: rollout.Duration(720 * time.Hour)}
	})
}

// KODE-10, KNX-5: programs have keys, and are asked where nobody is exempt.
func TestServiceAccounts(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		robot, access, err := w.svc.AddUser(t.Context(), verifier.NewUser{Email: "robot@example.com", Role: verifier.RoleService})
		w.must(err)
		if access.Len() < 32 || len(w.mail.Messages("")) != 0 {
			t.Fatalf("a key of %d characters, %d messages", access.Len(), len(w.mail.Messages("")))
		}
		in := func() verifier.Progress {
			p, err := w.svc.SignIn(t.Context(), verifier.Credentials{Email: robot.Email, Password: access})
			w.must(err)
			return p
		}
		p := in()
		if p.Step.Kind != verifier.StepDone || p.Session.IsZero() || !p.Policy.Exempt {
			t.Fatalf("the program's sign-in waits for %s", p.Step.Kind)
		}
		_, err = w.svc.Me(t.Context(), p.Session)
		w.must(err)
		_, err = w.trySignIn(robot.Email, "a guess of a key")
		w.refusal(err, verifier.CausePasswordWrong)

		w.must(w.svc.SetRole(t.Context(), robot.ID, verifier.RoleUser)) // a person now
		if p = in(); p.Step.Kind != verifier.StepChooseMethod {
			t.Errorf("as a person's, the sign-in waits for %s", p.Step.Kind)
		}
		w.must(w.svc.SetRole(t.Context(), robot.ID, verifier.RoleService))
		in()
		r := w.svc.Rollout()
		r.SecondStep.Exempt = nil
		w.must(w.svc.SetRollout(t.Context(), r))
		if p = in(); p.Step.Kind != verifier.StepChooseMethod {
			t.Errorf("where nobody is exempt, it waits for %s", p.Step.Kind)
		}
	})
}
