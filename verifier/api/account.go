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
	Authorization string `header:"Authorization" maxLength:"1024" doc:"Bearer and the session"`
}

func (b Bearer) session() verifier.Secret { return bearerOf(b.Authorization) }

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

func (a *API) accountRoutes() {
	account := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: method, Path: root + path, Summary: summary,
			Tags: []string{"account"}, Security: []map[string][]string{{"session": {}}},
			Middlewares: huma.Middlewares{a.signedIn},
		}
	}
	register(a, account("me", http.MethodGet, "/me", "The account of a session"),
		func(ctx context.Context, in *struct{ Bearer }) (*output[Me], error) {
			user, err := a.svc.Me(ctx, in.session())
			if err != nil {
				return nil, err
			}
			return &output[Me]{Body: Me{
				ID: user.ID, Email: user.Email, Role: user.Role, Created: user.Created, Factors: factorsOf(user),
			}}, nil
		})
	register(a, account("factors", http.MethodGet, "/me/factors", "The account's factors"),
		func(ctx context.Context, in *struct{ Bearer }) (*output[[]Factor], error) {
			user, err := a.svc.Me(ctx, in.session())
			if err != nil {
				return nil, err
			}
			return &output[[]Factor]{Body: factorsOf(user)}, nil
		})
	register(a, account("add-factor", http.MethodPost, "/me/factors", "Begin the enrollment of another factor"),
		func(ctx context.Context, in *struct {
			Bearer
			Body EnrollRequest
		},
		) (*output[Flow], error) {
			return flowOf(a.svc.AddFactor(ctx, in.session(), newFactor(in.Body)))
		})
	register(a, account("remove-factor", http.MethodDelete, "/me/factors/{id}", "Take a factor away"),
		func(ctx context.Context, in *struct {
			Bearer
			ID   string `path:"id" maxLength:"128"`
			Body RemoveFactorRequest
		},
		) (*struct{}, error) {
			return nil, a.svc.RemoveFactor(ctx, in.session(), in.ID, verifier.SecretOf(in.Body.Password))
		})
	register(a, account("devices", http.MethodGet, "/me/devices", "The account's trusted devices"),
		func(ctx context.Context, in *struct{ Bearer }) (*output[[]Device], error) {
			if _, err := a.svc.Me(ctx, in.session()); err != nil {
				return nil, err
			}
			return &output[[]Device]{Body: []Device{}}, nil
		})
	register(a, account("sign-out", http.MethodPost, "/signout", "End the session"),
		func(ctx context.Context, in *struct {
			Bearer
			Body *SignOutRequest
		},
		) (*struct{}, error) {
			return nil, a.svc.SignOut(ctx, in.session())
		})
}

func factorsOf(u verifier.User) []Factor {
	factors := []Factor{}
	for _, f := range u.Confirmed() {
		factors = append(factors, Factor{
			ID: f.ID, Method: string(f.Method), Name: f.Name, Created: f.Created, Confirmed: f.Confirmed,
		})
	}
	return factors
}
