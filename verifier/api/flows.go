package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"twofold/qr"
	"twofold/verifier"
)

// root is where the API begins.
const root = "/api/v1"

type idInput struct {
	ID string `path:"id" maxLength:"128"`
}

type idBody[B any] struct {
	ID   string `path:"id" maxLength:"128"`
	Body B
}

type body[B any] struct{ Body B }

type output[B any] struct{ Body B }

// Agent is what a client says of itself: a trusted device is known by it.
type Agent struct {
	UserAgent string `header:"User-Agent" hidden:"true"`
}

func flowOperation(id, method, path, summary string) huma.Operation {
	return huma.Operation{OperationID: id, Method: method, Path: root + path, Summary: summary, Tags: []string{"flows"}}
}

func (a *API) flowRoutes() {
	a.beginnings()
	register(a, flowOperation("get-flow", http.MethodGet, "/flows/{id}", "What comes next in a flow"),
		func(ctx context.Context, in *idInput) (*output[Flow], error) {
			return flowOf(a.svc.Flow(ctx, in.ID))
		})
	register(a, flowOperation("change-password", http.MethodPost, "/flows/{id}/password", "Choose a new password, where next is change_password"),
		func(ctx context.Context, in *idBody[ChangePasswordRequest]) (*output[Flow], error) {
			return flowOf(a.svc.ChangePassword(ctx, in.ID, verifier.SecretOf(in.Body.NewPassword)))
		})
	register(a, flowOperation("skip", http.MethodPost, "/flows/{id}/skip", "Go on without a factor, where next is skippable"),
		func(ctx context.Context, in *idInput) (*output[Flow], error) {
			return flowOf(a.svc.Skip(ctx, in.ID))
		})
	register(a, flowOperation("enroll", http.MethodPost, "/flows/{id}/enroll", "Begin the set-up of a factor; next becomes confirm"),
		func(ctx context.Context, in *idBody[EnrollRequest]) (*output[Flow], error) {
			return flowOf(a.svc.Enroll(ctx, in.ID, newFactor(in.Body)))
		})
	register(a, picture("qr-png", "/qr.png", "image/png"), func(ctx context.Context, in *idInput) (*rawOutput, error) {
		return a.draw(ctx, in.ID, "image/png", func(s qr.Symbol) ([]byte, error) { return s.PNG(qrScale) })
	})
	register(a, picture("qr-svg", "/qr.svg", "image/svg+xml"), func(ctx context.Context, in *idInput) (*rawOutput, error) {
		return a.draw(ctx, in.ID, "image/svg+xml", func(s qr.Symbol) ([]byte, error) { return s.SVG(), nil })
	})
	register(a, flowOperation("cancel", http.MethodPost, "/flows/{id}/cancel", "Give up an enrollment or a change of contact; the flow is over"),
		func(ctx context.Context, in *idInput) (*struct{}, error) { return nil, a.svc.Cancel(ctx, in.ID) })
	register(a, flowOperation("choose-factor", http.MethodPost, "/flows/{id}/method", "Sign in with another of the account's factors; a code it needs is sent"),
		func(ctx context.Context, in *idBody[FactorChoice]) (*output[Flow], error) {
			return flowOf(a.svc.Choose(ctx, in.ID, in.Body.Factor))
		})
	register(a, flowOperation("send", http.MethodPost, "/flows/{id}/send", "Send the e-mail or SMS code again; the one before is no longer accepted"),
		func(ctx context.Context, in *idInput) (*output[Flow], error) {
			return flowOf(a.svc.Send(ctx, in.ID))
		})
	register(a, flowOperation("code", http.MethodPost, "/flows/{id}/code", "Answer with a code, where next is code or confirm"),
		func(ctx context.Context, in *struct {
			Agent
			ID   string `path:"id" maxLength:"128"`
			Body CodeRequest
		},
		) (*output[Flow], error) {
			return flowOf(a.svc.Code(ctx, in.ID, verifier.Answer{
				Code: verifier.SecretOf(in.Body.Code), Remember: in.Body.RememberDevice, Agent: in.UserAgent,
			}))
		})
}

// beginnings are the calls that give a flow to who has none.
func (a *API) beginnings() {
	register(a, flowOperation("sign-up", http.MethodPost, "/signup", "Make an account and begin its first flow"),
		func(ctx context.Context, in *body[SignUpRequest]) (*output[Flow], error) {
			return flowOf(a.svc.SignUp(ctx, verifier.NewAccount{
				Email: in.Body.Email, Password: verifier.SecretOf(in.Body.Password),
				Phone: in.Body.Phone, Method: verifier.Method(in.Body.Method),
			}))
		})
	register(a, flowOperation("sign-in", http.MethodPost, "/signin", "Begin a flow with a password"),
		func(ctx context.Context, in *struct {
			Agent
			Body SignInRequest
		},
		) (*output[Flow], error) {
			return flowOf(a.svc.SignIn(ctx, verifier.Credentials{
				Email: in.Body.Email, Password: verifier.SecretOf(in.Body.Password),
				Device: verifier.SecretOf(in.Body.DeviceToken), Agent: in.UserAgent,
			}))
		})
}

// qrScale is the side of a module in the PNG, in pixels.
const qrScale = 6

func picture(id, path, kind string) huma.Operation {
	op := flowOperation(id, http.MethodGet, "/flows/{id}"+path, "The enrollment QR")
	op.Responses = map[string]*huma.Response{"200": {
		Description: "The picture",
		Content:     map[string]*huma.MediaType{kind: {Schema: &huma.Schema{Type: "string", Format: "binary"}}},
	}}
	return op
}

func (a *API) draw(ctx context.Context, id, kind string, encode func(qr.Symbol) ([]byte, error)) (*rawOutput, error) {
	p, err := a.svc.Flow(ctx, id)
	if err != nil {
		return nil, err
	}
	if p.Enrollment == nil {
		return nil, &verifier.Refusal{Cause: verifier.CauseEnrollmentNotConfirmed}
	}
	symbol, err := qr.Encode(p.Enrollment.URI.RevealText())
	if err != nil {
		return nil, errors.New("draw QR: the key URI does not fit") // without err: it may quote the text
	}
	picture, err := encode(symbol)
	if err != nil {
		return nil, fmt.Errorf("draw QR: %w", err)
	}
	return &rawOutput{ContentType: kind, Body: picture}, nil
}

func newFactor(r EnrollRequest) verifier.NewFactor {
	return verifier.NewFactor{Method: verifier.Method(r.Method), Name: r.Name, Email: r.Email, Phone: r.Phone}
}
