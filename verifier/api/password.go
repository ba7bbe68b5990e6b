package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"twofold/verifier"
)

type tokenInput struct {
	Token string `path:"token" maxLength:"1024"`
}

func (a *API) passwordRoutes() {
	register(a, a.account("set-password", http.MethodPost, "/me/password", "Replace the password; other sessions and trusted devices end"),
		func(ctx context.Context, in *own[SetPasswordRequest]) (*struct{}, error) {
			return nil, a.svc.SetPassword(ctx, in.session(), verifier.SecretOf(in.Body.Password), verifier.SecretOf(in.Body.NewPassword))
		})
	reset := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: root + "/password-reset" + path, Summary: summary, Tags: []string{"password"}}
	}
	request := reset("request-reset", http.MethodPost, "", "Mail a link to a new password; the answer is the same whatever the address")
	request.DefaultStatus = http.StatusAccepted
	register(a, request, func(ctx context.Context, in *body[ResetRequest]) (*struct{}, error) {
		err := a.svc.RequestReset(ctx, in.Body.Email)
		var refusal *verifier.Refusal
		if errors.As(err, &refusal) && refusal.Cause != verifier.CauseBusy {
			err = nil // the promise: always 202; the tester's side hears the cause
		}
		return nil, err
	})
	register(a, reset("link", http.MethodGet, "/{token}", "What a mailed link is for, while it stands"),
		func(ctx context.Context, in *tokenInput) (*output[Link], error) {
			link, err := a.svc.Link(ctx, verifier.SecretOf(in.Token))
			return &output[Link]{Body: Link{Kind: string(link.Kind), Expires: link.Expires}}, err
		})
	register(a, reset("reset-password", http.MethodPost, "/{token}", "Set a new password by a mailed link, once; signs nobody in"),
		func(ctx context.Context, in *struct {
			Token string `path:"token" maxLength:"1024"`
			Body  ChangePasswordRequest
		},
		) (*struct{}, error) {
			return nil, a.svc.ResetPassword(ctx, verifier.SecretOf(in.Token), verifier.SecretOf(in.Body.NewPassword))
		})
}
