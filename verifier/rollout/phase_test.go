package rollout_test

import (
	"testing"
	"time"

	"twofold/verifier/rollout"
)

func TestPhasesBeginInTheirZone(t *testing.T) {
	for _, row := range []struct{ from, zone, want string }{
		{"2026-07-13", "America/New_York", "2026-07-13T04:00:00Z"},
		{"2026-07-13", "", "2026-07-13T00:00:00Z"},
		{"2026-01-13 09:30", "America/New_York", "2026-01-13T14:30:00Z"}, // winter
		{"2026-07-13T09:30:00+02:00", "America/New_York", "2026-07-13T07:30:00Z"},
	} {
		got, err := rollout.Phase{From: row.from}.Start(row.zone)
		if err != nil || got.UTC().Format(time.RFC3339) != row.want {
			t.Errorf("%s in %q: %v, %v", row.from, row.zone, got, err)
		}
	}
	for _, from := range []string{"", "tomorrow", "2026-13-01", "13/07/2026"} {
		if got, err := (rollout.Phase{From: from}).Start(""); err == nil {
			t.Errorf("%q is taken as %v", from, got)
		}
	}
	if _, err := (rollout.Phase{From: "2026-07-13"}).Start("Local"); err == nil {
		t.Error("the machine's own zone is taken")
	}
}

// An office asks for more than the roll-out does, never for less.
func TestOfficesOnlyAskForMore(t *testing.T) {
	r := rollout.Rollout{Offices: []rollout.Office{{Name: "lax", Enroll: rollout.Optional}, {Name: "eager", Enroll: rollout.Required}}}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		base   rollout.Enroll
		office string
		want   rollout.Enroll
	}{
		{rollout.Required, "lax", rollout.Required},
		{rollout.Prompted, "lax", rollout.Prompted},
		{rollout.Optional, "eager", rollout.Required},
		{rollout.Optional, "", rollout.Optional},
	} {
		r.SecondStep.Enroll = row.base
		if got := r.At(now, "user", row.office).Enroll; got != row.want {
			t.Errorf("%s in %q: %s, want %s", row.base, row.office, got, row.want)
		}
	}
}

// Phases for different roles may begin at once; each role hears its own.
func TestPhasesOfDifferentRolesMayBeginAtOnce(t *testing.T) {
	r := load(t, "plain")
	r.SecondStep.Removable = false
	r.Phases = []rollout.Phase{
		{Name: "administrators", From: "2026-01-01", Roles: []string{"admin"}, Enroll: rollout.Required},
		{Name: "everybody else", From: "2026-01-01", Roles: []string{"user", "helpdesk"}, Enroll: rollout.Prompted},
	}
	if err := r.Check(); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if a, u := r.At(now, "admin", ""), r.At(now, "user", ""); a.Enroll != rollout.Required || u.Enroll != rollout.Prompted || u.Phase != "everybody else" {
		t.Errorf("%+v, %+v", a, u)
	}
	r.Phases[1].Roles = nil // everybody, so administrators twice
	if err := r.Check(); err == nil {
		t.Error("two phases hold for administrators at once")
	}
}
