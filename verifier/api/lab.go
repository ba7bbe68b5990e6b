package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"twofold/verifier"
	"twofold/verifier/rollout"
)

// labOnly lets calls with the lab token through, compared in constant time.
func (a *API) labOnly(ctx huma.Context, next func(huma.Context)) {
	sent := bearerOf(ctx.Header("Authorization"))
	want, got := verifier.DigestOf(a.opts.LabToken), verifier.DigestOf(sent)
	if a.opts.LabToken.IsZero() || !verifier.NewSecret(want[:]).Equal(verifier.NewSecret(got[:])) {
		_, w := humago.Unwrap(ctx)
		(&Problem{
			Status: http.StatusUnauthorized, Code: codeLabTokenRefused,
			Detail: "The tester's side needs the lab token that the verifier printed at its start.",
		}).write(w)
		return
	}
	next(ctx)
}

func (a *API) lab(id, method, path, summary string) huma.Operation {
	return huma.Operation{
		OperationID: id, Method: method, Path: root + "/lab" + path, Summary: summary, Tags: []string{"lab"},
		Security: []map[string][]string{{"lab": {}}}, Middlewares: huma.Middlewares{a.labOnly},
	}
}

func (a *API) labRoutes() {
	a.userRoutes()
	a.helpdeskRoutes()
	a.clockRoutes()
	a.rolloutRoutes()
	a.messageRoutes()
	a.eventRoute(a.lab("events", http.MethodGet, "/events", "What happened, with exact causes"))
}

func (a *API) userRoutes() {
	register(a, a.lab("users", http.MethodGet, "/users", "Every account"),
		func(ctx context.Context, _ *struct{}) (*output[[]User], error) {
			users, err := a.svc.Users(ctx)
			out := &output[[]User]{Body: []User{}}
			for _, u := range users {
				out.Body = append(out.Body, a.userOf(u))
			}
			return out, err
		})
	register(a, a.lab("user", http.MethodGet, "/users/{id}", "One account"),
		func(ctx context.Context, in *idInput) (*output[User], error) {
			user, err := a.svc.User(ctx, in.ID)
			return &output[User]{Body: a.userOf(user)}, err
		})
	register(a, a.lab("add-user", http.MethodPost, "/users", "Make an account without a flow"),
		func(ctx context.Context, in *body[NewUser]) (*output[AddedUser], error) {
			user, key, err := a.svc.AddUser(ctx, verifier.NewUser{
				Email: in.Body.Email, Password: verifier.SecretOf(in.Body.Password), Phone: in.Body.Phone,
				Role: in.Body.Role, Office: in.Body.Office, Temporary: in.Body.Temporary, Invite: in.Body.Invite,
			})
			return &output[AddedUser]{Body: AddedUser{User: a.userOf(user), AccessKey: key.RevealText()}}, err
		})
	register(a, a.lab("set-office", http.MethodPut, "/users/{id}/office", "Put a user into an office, or out of any"),
		func(ctx context.Context, in *idBody[OfficeRequest]) (*struct{}, error) {
			return nil, a.svc.SetOffice(ctx, in.ID, in.Body.Office)
		})
	register(a, a.lab("set-role", http.MethodPut, "/users/{id}/role", "Give a user another role"),
		func(ctx context.Context, in *idBody[RoleRequest]) (*struct{}, error) {
			return nil, a.svc.SetRole(ctx, in.ID, in.Body.Role)
		})
	for _, act := range []struct {
		id, path, summary string
		do                func(context.Context, string) error
	}{
		{"unlock", "/unlock", "Take back a user's failures", a.svc.Unlock},
		{"temporary-password", "/temporary-password", "Mail a user a new temporary password", a.svc.Temporary},
		{"invite", "/invite", "Mail a user a link to a first password", a.svc.Invite},
		{"disable", "/disable", "Let a user sign in no longer", a.switched(true)},
		{"enable", "/enable", "Let a user sign in again", a.switched(false)},
	} {
		register(a, a.lab(act.id, http.MethodPost, "/users/{id}"+act.path, act.summary),
			func(ctx context.Context, in *idInput) (*struct{}, error) { return nil, act.do(ctx, in.ID) })
	}
}

func (a *API) switched(off bool) func(context.Context, string) error {
	return func(ctx context.Context, id string) error { return a.svc.SetDisabled(ctx, id, off) }
}

func (a *API) helpdeskRoutes() {
	register(a, a.lab("reset-mfa", http.MethodPost, "/users/{id}/reset-mfa", "Take a user's factors and end their sessions"),
		func(ctx context.Context, in *idBody[*OperatorRequest]) (*struct{}, error) {
			operator := ""
			if in.Body != nil {
				operator = in.Body.Operator
			}
			return nil, a.svc.ResetMFA(ctx, in.ID, operator)
		})
	register(a, a.lab("set-questions", http.MethodPut, "/users/{id}/questions", "Say what the helpdesk asks a user"),
		func(ctx context.Context, in *idBody[QuestionsRequest]) (*struct{}, error) {
			answers := make([]verifier.QuestionAnswer, len(in.Body.Questions))
			for i, q := range in.Body.Questions {
				answers[i] = verifier.QuestionAnswer{Ask: q.Ask, Answer: verifier.SecretOf(q.Answer)}
			}
			return nil, a.svc.SetQuestions(ctx, in.ID, answers)
		})
	register(a, a.lab("helpdesk", http.MethodPost, "/users/{id}/helpdesk", "Take the second step off an account, after right answers"),
		func(ctx context.Context, in *idBody[HelpdeskRequest]) (*struct{}, error) {
			answers := make([]verifier.Secret, len(in.Body.Answers))
			for i, text := range in.Body.Answers {
				answers[i] = verifier.SecretOf(text)
			}
			return nil, a.svc.Helpdesk(ctx, verifier.HelpdeskCase{
				UserID: in.ID, Operator: in.Body.Operator, Answers: answers, Note: in.Body.Note,
			})
		})
	register(a, a.lab("switch-office", http.MethodPut, "/offices/{name}", "Change the rule of an office"),
		func(ctx context.Context, in *struct {
			Name string `path:"name" maxLength:"256"`
			Body OfficeSwitch
		},
		) (*struct{}, error) {
			return nil, a.svc.SwitchOffice(ctx, in.Name, rollout.Enroll(in.Body.Enroll))
		})
}

func (a *API) userOf(u verifier.User) User {
	rules, now := a.svc.Rollout(), a.svc.Clock().Now()
	out := User{
		ID: u.ID, Email: u.Email, EmailVerified: since(u.EmailVerified), Phone: u.Phone, PhoneVerified: since(u.PhoneVerified),
		Role: u.Role, Office: u.Office, State: string(u.StateAt(rules, now)), Phase: rules.At(now, u.Role, u.Office).Phase,
		Created: u.Created, Disabled: since(u.Disabled), TemporaryUntil: since(u.Temporary), Factors: labFactorsOf(u),
		Failures: u.Guard.Failures, LockedUntil: since(u.Guard.LockedUntil),
	}
	out.Pending = len(u.Factors) - len(out.Factors)
	for _, q := range u.Questions {
		out.Questions = append(out.Questions, q.Ask)
	}
	return out
}

func labFactorsOf(u verifier.User) []LabFactor {
	shown := factorsOf(u)
	factors := make([]LabFactor, len(shown))
	for i, f := range u.Confirmed() {
		factors[i].Factor = shown[i]
		if f.App() {
			factors[i].Algorithm, factors[i].Digits = f.Algorithm, f.Digits
		}
		if f.Method == verifier.MethodTOTP {
			factors[i].Period, factors[i].Drift = int(f.Period.Seconds()), &f.Drift
		}
	}
	return factors
}
