package api

import (
	"context"
	"net/http"

	"twofold/verifier"
)

func (a *API) factorRoutes() {
	register(a, a.account("factors", http.MethodGet, "/me/factors", "The account's factors"),
		func(ctx context.Context, in *struct{ Bearer }) (*output[[]Factor], error) {
			user, err := a.svc.Me(ctx, in.session())
			if err != nil {
				return nil, err
			}
			return &output[[]Factor]{Body: factorsOf(user)}, nil
		})
	register(a, a.account("add-factor", http.MethodPost, "/me/factors", "Begin the enrollment of another factor"),
		func(ctx context.Context, in *own[EnrollRequest]) (*output[Flow], error) {
			return flowOf(a.svc.AddFactor(ctx, in.session(), newFactor(in.Body)))
		})
	register(a, a.account("remove-factor", http.MethodDelete, "/me/factors/{id}", "Take a factor away"),
		func(ctx context.Context, in *struct {
			OwnPart
			Body RemoveFactorRequest
		},
		) (*struct{}, error) {
			return nil, a.svc.RemoveFactor(ctx, in.session(), in.ID, verifier.Proof{
				Password: verifier.SecretOf(in.Body.Password), Code: verifier.SecretOf(in.Body.Code),
			})
		})
	register(a, a.account("rename-factor", http.MethodPatch, "/me/factors/{id}", "Give a factor another name"),
		func(ctx context.Context, in *struct {
			OwnPart
			Body RenameFactorRequest
		},
		) (*struct{}, error) {
			return nil, a.svc.RenameFactor(ctx, in.session(), in.ID, in.Body.Name)
		})
}

func factorsOf(u verifier.User) []Factor {
	first, _ := u.First()
	factors := []Factor{}
	for _, f := range u.Confirmed() {
		factors = append(factors, Factor{
			ID: f.ID, Method: string(f.Method), Name: f.Name, To: f.Target, Preferred: f.ID == first.ID,
			Created: f.Created, Confirmed: f.Confirmed,
		})
	}
	return factors
}
