package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"twofold/verifier"
	"twofold/verifier/rollout"
)

// labUsersShown is how many users a page has.
const labUsersShown = 50

// labUsersPage is what the page of users shows.
type labUsersPage struct {
	Users   []labUser
	Paging  labPaging
	Find    string
	Roles   []string
	Offices []string
}

// labUser is a user in words.
type labUser struct {
	verifier.User
	State   verifier.State
	Asks    labPolicy
	Factors []labFactor
	Locked  string // for how long; empty: it is not
}

// labFactor is a factor in words.
type labFactor struct {
	verifier.Factor
	Kind       string
	First      bool   // it is asked for first
	Drift      string // how far off its clock was; empty: not at all, or nobody knows
	Parameters string
	State      string
}

// labStatesOf are the states in words.
var labStatesOf = map[verifier.State]string{
	verifier.StateInvited:    "invited",
	verifier.StateMustChange: "must change password",
	verifier.StateMustEnroll: "must set up",
	verifier.StateActive:     "active",
	verifier.StateLocked:     "locked",
	verifier.StateDisabled:   "disabled",
}

// StateText is the state in words.
func (u labUser) StateText() string { return labStatesOf[u.State] }

func (h *handler) labUserOf(u verifier.User, v labView) labUser {
	out := labUser{User: u, State: u.StateAt(v.Rollout, v.Clock.Now), Asks: labPolicy{Policy: h.svc.Policy(u)}}
	first, _ := u.First()
	for _, f := range u.Factors {
		out.Factors = append(out.Factors, labFactorOf(f, f.ID == first.ID))
	}
	if refusal := u.Guard.Refuses(v.Rollout.Limits, v.Clock.Now); refusal != nil {
		out.Locked = "for " + lasting(refusal.RetryAfter)
		if refusal.Cause == verifier.CauseLocked {
			out.Locked = "until somebody unlocks it"
		}
	}
	return out
}

func labFactorOf(f verifier.Factor, first bool) labFactor {
	out := labFactor{Factor: f, Kind: labSentence(labMethods[f.Method]), First: first, State: "confirmed"}
	switch {
	case f.Deferred && f.Pending():
		out.State = "set up at the next sign-in"
	case f.Pending():
		out.State = "never confirmed"
	}
	switch {
	case f.Drift > 0:
		out.Drift = "clock " + count(f.Drift, "step") + " ahead"
	case f.Drift < 0:
		out.Drift = "clock " + count(-f.Drift, "step") + " behind"
	}
	if f.App() {
		out.Parameters = f.Algorithm + ", " + count(f.Digits, "digit")
	}
	if f.Method == verifier.MethodTOTP {
		out.Parameters += ", " + lasting(f.Period)
	}
	return out
}

// labStates counts users by state.
func labStates(users []verifier.User, r rollout.Rollout, now time.Time) []labCount {
	counts := map[verifier.State]int{}
	for _, u := range users {
		counts[u.StateAt(r, now)]++
	}
	var out []labCount
	for _, state := range []verifier.State{
		verifier.StateActive, verifier.StateMustEnroll, verifier.StateMustChange, verifier.StateInvited,
		verifier.StateLocked, verifier.StateDisabled,
	} {
		if counts[state] > 0 {
			out = append(out, labCount{labStatesOf[state], counts[state]})
		}
	}
	return out
}

func (h *handler) labUsers(w http.ResponseWriter, r *http.Request) {
	h.labUsersForm(w, r, http.StatusOK, h.labView(r, "users"))
}

func (h *handler) labUsersForm(w http.ResponseWriter, r *http.Request, status int, v labView) {
	users, err := h.svc.Users(r.Context())
	if err != nil {
		h.fault(w, r, err)
		return
	}
	page := labUsersPage{Find: strings.TrimSpace(r.URL.Query().Get("find")), Roles: rollout.Roles, Offices: labOffices(v.Rollout, users)}
	users = slices.DeleteFunc(users, func(u verifier.User) bool {
		return !strings.Contains(u.Email, strings.ToLower(page.Find)) && !strings.Contains(u.Phone, page.Find)
	})
	slices.Reverse(users) // the newest first
	users, page.Paging = labPaged(r, users, labUsersShown)
	for _, u := range users {
		page.Users = append(page.Users, h.labUserOf(u, v))
	}
	v.Data = page
	h.lab(w, r, status, "users", v)
}

// labOffices are the offices that the roll-out or a user has.
func labOffices(r rollout.Rollout, users []verifier.User) []string {
	var all []string
	for _, o := range r.Offices {
		all = append(all, o.Name)
	}
	for _, u := range users {
		if u.Office != "" {
			all = append(all, u.Office)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// labAddUser adds a user: with a password, or what is mailed in its place.
func (h *handler) labAddUser(w http.ResponseWriter, r *http.Request) {
	form := r.PostForm
	way := form.Get("way")
	n := verifier.NewUser{
		Email: form.Get("email"), Phone: strings.TrimSpace(form.Get("phone")), Role: cmp.Or(form.Get("role"), verifier.RoleUser),
		Office: strings.TrimSpace(form.Get("office")), Temporary: way == "temporary", Invite: way == "invite",
	}
	if way == "password" || way == "" {
		n.Password = verifier.SecretOf(form.Get("password"))
	}
	v := h.labView(r, "users")
	v.typed = labKept(form)
	if n.Password.IsZero() && !n.Temporary && !n.Invite && n.Role != verifier.RoleService {
		v.Problems = []problem{{Fields: []string{"password"}, Text: "Type a password, or choose one of the mails."}}
		h.labUsersForm(w, r, http.StatusUnprocessableEntity, v)
		return
	}
	user, key, err := h.svc.AddUser(r.Context(), n)
	if err != nil {
		if v, status, ok := h.labAgain(w, r, "users", labFieldOf(err, "email"), err); ok {
			h.labUsersForm(w, r, status, v)
		}
		return
	}
	if !key.IsZero() { // shown once, so not on a page that can be loaded again
		v.typed, v.Data = nil, labKeyPage{User: user, Key: key.RevealText()}
		h.lab(w, r, http.StatusOK, "key", v)
		return
	}
	done := "added"
	if n.Temporary || n.Invite {
		done += "-" + way
	}
	labTo(w, r, "/lab/users/"+user.ID, done)
}

// labKeyPage shows the access key of a service account.
type labKeyPage struct {
	User verifier.User
	Key  string
}

// labFieldOf is the field of a form that a refusal is about.
func labFieldOf(err error, otherwise string) string {
	for field, causes := range map[string][]verifier.Cause{
		"email":    {verifier.CauseEmailInvalid, verifier.CauseEmailTaken},
		"phone":    {verifier.CausePhoneInvalid, verifier.CausePhoneCountryUnknown, verifier.CausePhoneMissing},
		"password": {verifier.CausePasswordTooShort, verifier.CausePasswordTooLong, verifier.CausePasswordBreached},
		"role":     {verifier.CauseRoleUnknown},
		"operator": {verifier.CauseHelpdeskNotAllowed},
		"answer-0": {verifier.CauseHelpdeskIdentityFailed},
	} {
		for _, cause := range causes {
			if labIs(err, cause) {
				return field
			}
		}
	}
	return otherwise
}
