package verifier_test

import (
	"math"
	"testing"
	"time"

	"twofold/verifier"
	"twofold/verifier/rollout"
)

// machine is a machine's clock that a test moves.
type machine struct{ now time.Time }

func (m *machine) read() time.Time { return m.now }

func TestClockStandsStillRunsFastAndGoesOn(t *testing.T) {
	m := &machine{now: start}
	clock := verifier.NewClock(m.read)
	reads := func(what string, want time.Time) {
		t.Helper()
		if got := clock.Now(); !got.Equal(want) {
			t.Errorf("%s: it is %s, want %s", what, got, want)
		}
		if off := clock.Offset(); off != want.Sub(m.now) {
			t.Errorf("%s: the offset is %s, want %s", what, off, want.Sub(m.now))
		}
	}
	rate := func(r float64) {
		t.Helper()
		if err := clock.SetRate(r); err != nil {
			t.Fatal(err)
		}
	}
	run := func(d time.Duration) { m.now = m.now.Add(d) }

	reads("at first", start)
	rate(0)
	run(time.Hour)
	reads("frozen", start)
	if !clock.Frozen() || clock.Rate() != 0 {
		t.Error("it does not say that it stands still")
	}
	if err := clock.Advance(30 * time.Second); err != nil {
		t.Fatal(err)
	}
	reads("frozen, and moved on", start.Add(30*time.Second))
	run(time.Hour)
	reads("still frozen", start.Add(30*time.Second))
	rate(1)
	reads("let go", start.Add(30*time.Second)) // no jump
	run(time.Minute)
	reads("running", start.Add(90*time.Second))
	rate(60)
	reads("made fast", start.Add(90*time.Second))
	run(time.Minute)
	reads("an hour a minute", start.Add(90*time.Second+time.Hour))
	if err := clock.Set(start); err != nil {
		t.Fatal(err)
	}
	reads("set", start)
	run(time.Second)
	reads("set, and as fast as before", start.Add(time.Minute))
	rate(0.5)
	run(time.Minute)
	reads("slow", start.Add(90*time.Second))
	rate(1)
	if err := clock.SetOffset(-time.Hour); err != nil {
		t.Fatal(err)
	}
	reads("behind", m.now.Add(-time.Hour))

	for _, bad := range []float64{-1, 100_001, math.NaN(), math.Inf(1)} {
		if err := clock.SetRate(bad); cause(err) != verifier.CauseClockOutOfRange {
			t.Errorf("rate %f: %v", bad, err)
		}
	}
	reads("after what was refused", m.now.Add(-time.Hour))
	rate(100_000)
	run(100 * 365 * 24 * time.Hour) // a hundred years of the machine
	if clock.Now().Year() > 2300 {
		t.Errorf("it ran to %s", clock.Now())
	}
}

// TestSpentStepNeverReopens goes through the clock's every way back.
func TestSpentStepNeverReopens(t *testing.T) {
	back := func(d time.Duration) verifier.ClockChange { return verifier.ClockChange{Advance: &d} }
	frozen, running, fast := true, false, 1000.0
	hour, behind := -time.Hour, -24*time.Hour
	for name, changes := range map[string][]verifier.ClockChange{
		"back an hour and on again": {back(hour), back(-hour)},
		"behind the machine":        {{Offset: &behind}, {Now: &start}},
		"frozen":                    {{Frozen: &frozen}},
		"frozen, back and let go":   {{Frozen: &frozen}, back(hour), {Frozen: &running}, back(-hour)},
		"fast and back":             {{Rate: &fast}, {Now: &start}},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				ada := w.enrolled("ada@example.com")
				w.must(w.clock.Set(start.Add(time.Minute)))
				code := w.code(ada, 0)
				w.accepted(w.signIn(ada).ID, code)
				for _, change := range changes {
					w.must(w.svc.SetClock(t.Context(), change))
					_, err := w.answer(w.signIn(ada).ID, code)
					w.refusal(err, verifier.CauseCodeAlreadyUsed)
					for n := -3; n <= 3; n++ { // nor does one before it open
						if at := w.clock.Now().Add(time.Duration(n) * 30 * time.Second); at.After(start.Add(time.Minute)) {
							continue
						}
						if _, err := w.answer(w.signIn(ada).ID, w.code(ada, n)); err == nil {
							t.Errorf("the code of %d steps from %s was accepted", n, w.clock.Now())
						}
					}
					if e := w.events(); e[len(e)-1].Outcome == verifier.Accepted {
						t.Error("the last is accepted")
					}
				}
			}, often)
		})
	}
}

// TestSentCodeStaysSpentWhateverTheClock goes back to when it was sent.
func TestSentCodeStaysSpentWhateverTheClock(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		flow, err := w.svc.SignUp(t.Context(), verifier.NewAccount{Email: "ada@example.com", Password: verifier.SecretOf(password)})
		w.must(err)
		session := w.accepted(flow.ID, w.sent("ada@example.com")).Session
		_, err = w.svc.AddFactor(t.Context(), session, verifier.NewFactor{Method: "totp"})
		w.must(err)
		w.advance(time.Hour)
		flow, err = w.trySignIn("ada@example.com", password)
		w.must(err)
		code := w.sent("ada@example.com")
		w.advance(time.Minute)
		if p := w.accepted(flow.ID, code); p.Step.Kind != verifier.StepConfirm {
			t.Fatalf("the flow waits for %s", p.Step.Kind)
		}
		w.refused(flow.ID, code, verifier.CauseCodeAlreadyUsed)
		w.advance(-time.Minute)
		w.refused(flow.ID, code, verifier.CauseCodeAlreadyUsed)
	}, named("kore"))
}

// TestClockChangesAreChecked sends what is out of range.
func TestClockChangesAreChecked(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		early, late, far, bad := time.Unix(0, 0), time.Date(2301, 1, 1, 0, 0, 0, 0, time.UTC), time.Duration(math.MaxInt64), -1.0
		for _, change := range []verifier.ClockChange{{Now: &early}, {Now: &late}, {Advance: &far}, {Offset: &far}, {Rate: &bad}} {
			w.refusal(w.svc.SetClock(t.Context(), change), verifier.CauseClockOutOfRange)
		}
		if !w.clock.Now().Equal(start) || len(w.events()) != 0 {
			t.Errorf("it is %s, after %d events", w.clock.Now(), len(w.events()))
		}
		rate, advance := 0.0, time.Minute
		w.must(w.svc.SetClock(t.Context(), verifier.ClockChange{Rate: &rate, Advance: &advance}))
		if e := w.lastEvent(); e.Type != verifier.EventClock || !e.At.Equal(start.Add(time.Minute)) || !w.clock.Frozen() {
			t.Errorf("the event is %+v", e)
		}
	})
}

// TestPhasesFollowTheClockBackAndForth has nothing but the clock decide.
// KNX-6
func TestPhasesFollowTheClockBackAndForth(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		user, _, err := w.svc.AddUser(t.Context(), verifier.NewUser{Email: "ada@example.com", Password: verifier.SecretOf(password)})
		w.must(err)
		for _, row := range []struct {
			at   string
			want rollout.Enroll
			name string
		}{
			{"2026-05-26T03:59:59Z", rollout.Optional, ""},
			{"2026-05-26T04:00:00Z", rollout.Optional, "announcement"},
			{"2026-07-31T04:00:00Z", rollout.Required, "full enforcement"},
			{"2026-06-11T04:00:00Z", rollout.Prompted, "optional enrollment"},
			{"2026-06-11T03:59:59.999999Z", rollout.Optional, "announcement"},
			{"2026-07-13T03:59:59.999999Z", rollout.Prompted, "optional enrollment"},
			{"2026-07-13T04:00:00Z", rollout.Required, "e-mail verification required"},
		} {
			at, err := time.Parse(time.RFC3339Nano, row.at)
			w.must(err)
			w.must(w.clock.Set(at))
			if p := w.svc.Policy(user); p.Enroll != row.want || p.Phase != row.name {
				t.Errorf("%s: %s in %q, want %s in %q", row.at, p.Enroll, p.Phase, row.want, row.name)
			}
		}
	}, named("konexus"))
}
