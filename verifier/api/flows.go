package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"twofold/qr"
	"twofold/verifier"
)

// root is where the API begins.
const root = "/api/v1"

type flowInput struct {
	ID string `path:"id" maxLength:"128"`
}

type flowBody[B any] struct {
	ID   string `path:"id" maxLength:"128"`
	Body B
}

type body[B any] struct{ Body B }

type output[B any] struct{ Body B }

func (a *API) flowRoutes() {
	tags := []string{"flows"}
	register(a, huma.Operation{
		OperationID: "sign-up", Method: http.MethodPost, Path: root + "/signup", Tags: tags,
		Summary: "Make an account and begin its first flow",
	}, func(ctx context.Context, in *body[SignUpRequest]) (*output[Flow], error) {
		return flowOf(a.svc.SignUp(ctx, credentials(in.Body.Email, in.Body.Password), verifier.Method(in.Body.Method)))
	})
	register(a, huma.Operation{
		OperationID: "sign-in", Method: http.MethodPost, Path: root + "/signin", Tags: tags,
		Summary: "Begin a flow with a password",
	}, func(ctx context.Context, in *body[SignInRequest]) (*output[Flow], error) {
		return flowOf(a.svc.SignIn(ctx, credentials(in.Body.Email, in.Body.Password)))
	})
	register(a, huma.Operation{
		OperationID: "get-flow", Method: http.MethodGet, Path: root + "/flows/{id}", Tags: tags,
		Summary: "What comes next in a flow",
	}, func(ctx context.Context, in *flowInput) (*output[Flow], error) {
		return flowOf(a.svc.Flow(ctx, in.ID))
	})
	register(a, huma.Operation{
		OperationID: "change-password", Method: http.MethodPost, Path: root + "/flows/{id}/password", Tags: tags,
		Summary: "Choose a new password, where next is change_password",
	}, func(ctx context.Context, in *flowBody[ChangePasswordRequest]) (*output[Flow], error) {
		return flowOf(a.svc.ChangePassword(ctx, in.ID, verifier.SecretOf(in.Body.NewPassword)))
	})
	register(a, huma.Operation{
		OperationID: "skip", Method: http.MethodPost, Path: root + "/flows/{id}/skip", Tags: tags,
		Summary: "Go on without a factor, where next is skippable",
	}, func(ctx context.Context, in *flowInput) (*output[Flow], error) {
		return flowOf(a.svc.Skip(ctx, in.ID))
	})
	register(a, huma.Operation{
		OperationID: "enroll", Method: http.MethodPost, Path: root + "/flows/{id}/enroll", Tags: tags,
		Summary: "Begin the set-up of a factor; next becomes confirm",
	}, func(ctx context.Context, in *flowBody[EnrollRequest]) (*output[Flow], error) {
		return flowOf(a.svc.Enroll(ctx, in.ID, newFactor(in.Body)))
	})
	register(a, picture("qr-png", "/qr.png", "image/png", tags), func(ctx context.Context, in *flowInput) (*rawOutput, error) {
		return a.draw(ctx, in.ID, "image/png", func(s qr.Symbol) ([]byte, error) { return s.PNG(qrScale) })
	})
	register(a, picture("qr-svg", "/qr.svg", "image/svg+xml", tags), func(ctx context.Context, in *flowInput) (*rawOutput, error) {
		return a.draw(ctx, in.ID, "image/svg+xml", func(s qr.Symbol) ([]byte, error) { return s.SVG(), nil })
	})
	register(a, huma.Operation{
		OperationID: "send", Method: http.MethodPost, Path: root + "/flows/{id}/send", Tags: tags,
		Summary: "Send the e-mail or SMS code again",
	}, func(ctx context.Context, in *flowInput) (*output[Flow], error) {
		return flowOf(a.svc.Send(ctx, in.ID))
	})
	register(a, huma.Operation{
		OperationID: "code", Method: http.MethodPost, Path: root + "/flows/{id}/code", Tags: tags,
		Summary: "Answer with a code, where next is code or confirm",
	}, func(ctx context.Context, in *flowBody[CodeRequest]) (*output[Flow], error) {
		return flowOf(a.svc.Code(ctx, in.ID, verifier.SecretOf(in.Body.Code)))
	})
}

// qrScale is the side of a module in the PNG, in pixels.
const qrScale = 6

func picture(id, path, kind string, tags []string) huma.Operation {
	return huma.Operation{
		OperationID: id, Method: http.MethodGet, Path: root + "/flows/{id}" + path, Tags: tags,
		Summary: "The enrollment QR",
		Responses: map[string]*huma.Response{"200": {
			Description: "The picture",
			Content:     map[string]*huma.MediaType{kind: {Schema: &huma.Schema{Type: "string", Format: "binary"}}},
		}},
	}
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

func credentials(email, password string) verifier.Credentials {
	return verifier.Credentials{Email: email, Password: verifier.SecretOf(password)}
}

func newFactor(r EnrollRequest) verifier.NewFactor {
	return verifier.NewFactor{Method: verifier.Method(r.Method), Name: r.Name}
}

// flowOf writes what a service's method gave.
func flowOf(p verifier.Progress, err error) (*output[Flow], error) {
	if err != nil {
		return nil, err
	}
	f := Flow{ID: p.ID, Kind: string(p.Kind), Expires: p.Expires, Next: Next{
		Step: string(p.Step.Kind), Method: string(p.Step.Method), Hint: p.Hint,
		AttemptsLeft: p.AttemptsLeft, Session: p.Session.RevealText(),
	}}
	for _, m := range p.Step.Methods {
		f.Next.Methods = append(f.Next.Methods, string(m))
	}
	if p.Step.Kind == verifier.StepChooseMethod {
		f.Next.Skippable = &p.Step.Skippable
	}
	if e := p.Enrollment; e != nil {
		f.Next.Name, f.Next.URI, f.Next.Secret = e.Name, e.URI.RevealText(), e.Key.RevealBase32()
		f.Next.QR = root + "/flows/" + url.PathEscape(p.ID) + "/qr.png"
	}
	return &output[Flow]{Body: f}, nil
}
