package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"twofold/verifier"
)

// Bearer is the session that a call comes with; huma sees exported fields only.
type Bearer struct {
	Authorization string `header:"Authorization" hidden:"true" doc:"Bearer and the session"` // described as a security scheme
}

func (b Bearer) session() verifier.Secret { return bearerOf(b.Authorization) }

// own is a call of a session, with a body.
type own[B any] struct {
	Bearer
	Body B
}

// OwnPart is a call of a session about one thing of its account.
type OwnPart struct {
	Bearer
	ID string `path:"id" maxLength:"128"`
}

// bearerOf gives the credential of an Authorization header; the scheme's case
// does not matter (RFC 9110, 11.1).
func bearerOf(header string) verifier.Secret {
	scheme, credential, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return verifier.Secret{}
	}
	return verifier.SecretOf(strings.TrimSpace(credential))
}

// signedIn lets calls with a session through, before anything that they sent is
// looked at.
func (a *API) signedIn(ctx huma.Context, next func(huma.Context)) {
	if _, err := a.svc.Me(ctx.Context(), bearerOf(ctx.Header("Authorization"))); err != nil {
		_, w := humago.Unwrap(ctx)
		a.problem(ctx.Operation().OperationID, err).write(w)
		return
	}
	next(ctx)
}

func (a *API) account(id, method, path, summary string) huma.Operation {
	return huma.Operation{
		OperationID: id, Method: method, Path: root + path, Summary: summary,
		Tags: []string{"account"}, Security: []map[string][]string{{"session": {}}},
		Middlewares: huma.Middlewares{a.signedIn},
	}
}

func (a *API) accountRoutes() {
	register(a, a.account("me", http.MethodGet, "/me", "The account of a session"),
		func(ctx context.Context, in *struct{ Bearer }) (*output[Me], error) {
			user, err := a.svc.Me(ctx, in.session())
			if err != nil {
				return nil, err
			}
			return &output[Me]{Body: a.meOf(user)}, nil
		})
	register(a, a.account("sign-out", http.MethodPost, "/signout", "End the session"),
		func(ctx context.Context, in *own[*SignOutRequest]) (*struct{}, error) {
			return nil, a.svc.SignOut(ctx, in.session(), in.Body != nil && in.Body.ForgetDevice)
		})
	register(a, a.account("set-preferred", http.MethodPut, "/me/preferred", "Have a factor asked for first"),
		func(ctx context.Context, in *own[FactorChoice]) (*struct{}, error) {
			return nil, a.svc.Prefer(ctx, in.session(), in.Body.Factor)
		})
	register(a, a.account("change-contact", http.MethodPost, "/me/contact", "Begin a change of address or number; a code goes to the new one"),
		func(ctx context.Context, in *own[ContactRequest]) (*output[Flow], error) {
			if (in.Body.Email == "") == (in.Body.Phone == "") {
				return nil, &Problem{
					Status: http.StatusUnprocessableEntity, Code: codeInvalid,
					Detail: "Send exactly one of email and phone.",
				}
			}
			return flowOf(a.svc.ChangeContact(ctx, in.session(), verifier.Contact{
				Email: in.Body.Email, Phone: in.Body.Phone, Password: verifier.SecretOf(in.Body.Password),
			}))
		})
	a.factorRoutes()
	a.deviceRoutes()
	a.recoveryRoutes()
}

func (a *API) recoveryRoutes() {
	register(a, a.account("recovery-codes-left", http.MethodGet, "/me/recovery-codes", "How many recovery codes are left"),
		func(ctx context.Context, in *struct{ Bearer }) (*output[RecoveryLeft], error) {
			left, err := a.svc.RecoveryLeft(ctx, in.session())
			return &output[RecoveryLeft]{Body: RecoveryLeft{Left: left}}, err
		})
	register(a, a.account("new-recovery-codes", http.MethodPost, "/me/recovery-codes", "Make a new set of recovery codes in place of the old"),
		func(ctx context.Context, in *own[PasswordRequest]) (*output[RecoveryCodes], error) {
			codes, err := a.svc.RecoveryCodes(ctx, in.session(), verifier.SecretOf(in.Body.Password))
			return &output[RecoveryCodes]{Body: RecoveryCodes{RecoveryCodes: append([]string{}, revealed(codes)...)}}, err
		})
}

func (a *API) meOf(u verifier.User) Me {
	policy := a.svc.Policy(u)
	me := Me{
		ID: u.ID, Email: u.Email, EmailVerified: since(u.EmailVerified), Phone: u.Phone, PhoneVerified: since(u.PhoneVerified),
		Role: u.Role, Created: u.Created, Factors: factorsOf(u), Phase: policy.Phase, Notice: policy.Notice,
	}
	if f, ok := u.Deferred(); ok {
		me.Deferred = string(f.Method)
	}
	return me
}
