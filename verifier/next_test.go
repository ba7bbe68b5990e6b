package verifier_test

import (
	"testing"
	"time"

	"twofold/verifier"
	"twofold/verifier/rollout"
)

func load(t testing.TB, name string) rollout.Rollout {
	t.Helper()
	r, err := rollout.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestNextFollowsTheRollouts holds Next against the guides, at one instant each.
// KODE-2, KODE-5, KODE-10, KNX-2, KNX-3, KNX-4, KNX-5, KNX-6, KNX-7, KNX-14, KOR-2, KORE-3, KORE-4, CODA-8
func TestNextFollowsTheRollouts(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	at := func(month time.Month, day, hour, minute, second int) time.Time {
		return time.Date(2026, month, day, hour, minute, second, 0, newYork)
	}
	summer := at(8, 20, 12, 0, 0)
	app := verifier.Factor{ID: "app", Method: "totp", Confirmed: summer}
	mail := verifier.Factor{ID: "mail", Method: "email", Target: "u@example.com", Confirmed: summer}
	deferred := verifier.Factor{ID: "later", Method: "totp", Deferred: true}
	pending := verifier.Factor{ID: "new", Method: "totp"}
	someone := func(change func(*verifier.User), factors ...verifier.Factor) verifier.User {
		u := verifier.User{ID: "u", Email: "u@example.com", Role: verifier.RoleUser, Factors: factors}
		if change != nil {
			change(&u)
		}
		return u
	}
	role := func(name string) func(*verifier.User) { return func(u *verifier.User) { u.Role = name } }
	temporary := func(u *verifier.User) { u.Temporary = summer.Add(time.Hour) }
	skipped := func(f *verifier.Flow) { f.Skipped = f.Created }
	proven := func(f *verifier.Flow) { f.Proven = f.Created }
	trusted := func(f *verifier.Flow) { f.Device = "d" }
	enrolling := func(f *verifier.Flow) { f.Factor = "new" }
	chosen := func(f *verifier.Flow) { f.Chosen = "mail" }

	for _, row := range []struct {
		name    string
		rollout string
		user    verifier.User
		flow    func(*verifier.Flow)
		now     time.Time
		kind    verifier.StepKind
		method  verifier.Method
		begin   verifier.Method
		skip    bool
	}{
		{"KODE: nobody has to", "kode", someone(nil), nil, summer, verifier.StepDone, "", "", false},
		{"KODE: every login asks", "kode", someone(nil, app), nil, summer, verifier.StepCode, "totp", "", false},
		{"KODE: a program is not asked", "kode", someone(role(verifier.RoleService), app), nil, summer, verifier.StepDone, "", "", false},
		{"Konexus: announced", "konexus", someone(nil), nil, at(6, 10, 23, 59, 59), verifier.StepDone, "", "", false},
		{"Konexus: prompted", "konexus", someone(nil), nil, at(6, 11, 0, 0, 0), verifier.StepChooseMethod, "", "", true},
		{"Konexus: skipped", "konexus", someone(nil), skipped, at(7, 12, 23, 59, 59), verifier.StepDone, "", "", false},
		{"Konexus: skipped before, completed after", "konexus", someone(nil), skipped, at(7, 13, 0, 0, 0), verifier.StepChooseMethod, "", "email", false},
		{"Konexus: e-mail by itself", "konexus", someone(nil), nil, at(7, 13, 0, 0, 0), verifier.StepChooseMethod, "", "email", false},
		{"Konexus: administrators too", "konexus", someone(role(verifier.RoleAdmin)), nil, at(7, 13, 0, 0, 0), verifier.StepChooseMethod, "", "email", false},
		{"Konexus: a program from the last phase on", "konexus", someone(role(verifier.RoleService)), nil, at(7, 30, 23, 59, 59), verifier.StepDone, "", "", false},
		{"Konexus: nobody without", "konexus", someone(role(verifier.RoleService)), nil, at(7, 31, 0, 0, 0), verifier.StepChooseMethod, "", "email", false},
		{"Konexus: who enrolled is not asked again", "konexus", someone(nil, app), proven, at(7, 31, 0, 0, 0), verifier.StepDone, "", "", false},
		{"KOR: first the password", "kor", someone(temporary), nil, summer, verifier.StepChangePassword, "", "", false},
		{"KOR: then the app", "kor", someone(nil), nil, summer, verifier.StepChooseMethod, "", "", false},
		{"KOR: a factor is shown before the password is changed", "kor", someone(temporary, app), nil, summer, verifier.StepCode, "totp", "", false},
		{"KOR: and then it is changed", "kor", someone(temporary, app), proven, summer, verifier.StepChangePassword, "", "", false},
		{"KOR: a trusted device", "kor", someone(nil, app), trusted, summer, verifier.StepDone, "", "", false},
		{"KORE: the old method first", "kore", someone(nil, mail, deferred), nil, summer, verifier.StepCode, "email", "", false},
		{"KORE: then the QR, which can wait", "kore", someone(nil, mail, deferred), proven, summer, verifier.StepConfirm, "totp", "", true},
		{"KORE: it waited", "kore", someone(nil, mail, deferred), func(f *verifier.Flow) { proven(f); skipped(f) }, summer, verifier.StepDone, "", "", false},
		{"plain: the one that was chosen", "plain", someone(nil, app, mail), chosen, summer, verifier.StepCode, "email", "", false},
		{"plain: the preferred one", "plain", someone(func(u *verifier.User) { u.Preferred = "mail" }, app, mail), nil, summer, verifier.StepCode, "email", "", false},
		{"plain: a pending one is no choice", "plain", someone(nil, app, pending), func(f *verifier.Flow) { f.Chosen = "new" }, summer, verifier.StepCode, "totp", "", false},
		{"MyCodabox: nobody has to", "mycodabox", someone(nil), nil, summer, verifier.StepDone, "", "", false},
		{"MyCodabox: enabling", "mycodabox", someone(nil, pending), enrolling, summer, verifier.StepConfirm, "totp", "", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := verifier.Flow{Kind: verifier.FlowSignIn, UserID: "u", Created: row.now, Expires: row.now.Add(time.Minute)}
			if row.flow != nil {
				row.flow(&f)
			}
			got := verifier.Next(load(t, row.rollout), row.user, f, row.now)
			if got.Kind != row.kind || got.Method != row.method || got.Begin != row.begin || got.Skippable != row.skip {
				t.Errorf("got %+v", got)
			}
		})
	}

	t.Run("an office asks for more, never for less", func(t *testing.T) {
		r := load(t, "mycodabox")
		r.Offices = []rollout.Office{{Name: "Brussels", Enroll: rollout.Required}}
		f := verifier.Flow{Kind: verifier.FlowSignIn, Created: summer, Expires: summer.Add(time.Minute)}
		in := someone(func(u *verifier.User) { u.Office = "Brussels" })
		if got := verifier.Next(r, in, f, summer); got.Kind != verifier.StepChooseMethod || got.Skippable {
			t.Errorf("in the office: %+v", got)
		}
		if got := verifier.Next(r, someone(nil), f, summer); got.Kind != verifier.StepDone {
			t.Errorf("outside: %+v", got)
		}
		r.SecondStep.Enroll, r.Offices[0].Enroll = rollout.Required, rollout.Optional
		if got := verifier.Next(r, in, f, summer); got.Kind != verifier.StepChooseMethod {
			t.Errorf("an office let its people out: %+v", got)
		}
	})
}
