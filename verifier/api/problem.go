package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"twofold/verifier"
	"twofold/verifier/rollout"
)

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

// problemOf gives the problem of an error. What is no refusal is told nothing
// of; it keeps the error for the server's log.
func problemOf(err error) *Problem {
	var p *Problem
	var refusal *verifier.Refusal
	var wrong *rollout.MistakesError
	switch {
	case errors.As(err, &wrong):
		return mistakes(err)
	case errors.As(err, &p):
		return p
	case errors.As(err, &refusal):
		code := refusal.Heard()
		words, ok := refusals[code]
		if !ok {
			return &Problem{Status: http.StatusInternalServerError, Code: "internal", cause: err}
		}
		if refusal.Open && words.status != http.StatusUnauthorized { // a code's cause that others have too
			words = heard{http.StatusUnauthorized, "The code is that of an enrollment that was never confirmed."}
		}
		p = &Problem{Status: words.status, Code: string(code), Detail: words.detail, RetryAfter: refusal.RetryAfter}
		if code == verifier.CauseBusy {
			p.RetryAfter = time.Second
		}
		return p
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &Problem{Status: http.StatusServiceUnavailable, Code: string(verifier.CauseBusy), RetryAfter: time.Second}
	}
	return &Problem{Status: http.StatusInternalServerError, Code: "internal", Detail: "The verifier failed; its log says more.", cause: err}
}

// asProblem turns huma's own errors into problems. Those quote what was sent,
// passwords included; a problem names the place only.
func asProblem(_ huma.Context, _ string, v any) (any, error) {
	switch e := v.(type) {
	case *huma.ErrorModel:
		return fromHuma(e), nil
	case *Problem:
		return e.complete(), nil
	}
	return v, nil
}

// longestDetail bounds a detail: names of fields in it are the sender's.
const longestDetail = 200

func fromHuma(e *huma.ErrorModel) *Problem {
	p := &Problem{Status: e.Status, Code: codeOfStatus(e.Status)}
	switch {
	case e.Status == http.StatusBadRequest:
		p.Detail = "The body is not JSON."
		if len(e.Errors) == 0 {
			p.Detail = "A JSON body is needed."
		}
	case e.Status == http.StatusRequestEntityTooLarge:
		p.Detail = fmt.Sprintf("The body has more than %d bytes.", MaxBody)
	case e.Status == http.StatusUnprocessableEntity && len(e.Errors) > 0:
		first := e.Errors[0]
		p.Detail = first.Location + ": " + first.Message
		if first.Location == "body" && first.Value != nil {
			if _, whole := first.Value.(string); whole { // a decoding error: it may quote what was sent
				p.Detail = "body: a value is not of the form that its field has"
			}
		}
		if len(p.Detail) > longestDetail {
			p.Detail = "A field is not as it should be."
		}
	}
	return p.complete()
}

// complete fills in what follows from the status.
func (p *Problem) complete() *Problem {
	p.Type = "about:blank"
	if p.Title == "" {
		p.Title = http.StatusText(p.Status)
	}
	return p
}

// GetStatus is the HTTP status; huma asks for it.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of RFC 9457; huma asks for it.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders gives the headers that go with the problem; huma asks for it.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int((p.RetryAfter+time.Second-1)/time.Second)))
	}
	if p.Code == string(verifier.CauseSessionRefused) || p.Code == codeLabTokenRefused {
		h.Set("WWW-Authenticate", "Bearer")
	}
	return h
}

// Unwrap gives the fault behind an internal error.
func (p *Problem) Unwrap() error { return p.cause }

// write sends the problem where huma is not at work.
func (p *Problem) write(w http.ResponseWriter) {
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p.complete()) // the client is gone if this fails
}

// WriteProblem sends a problem that is not the API's own, such as the server's
// refusal of a host name.
func WriteProblem(w http.ResponseWriter, status int, code, detail string) {
	(&Problem{Status: status, Code: code, Detail: detail}).write(w)
}
