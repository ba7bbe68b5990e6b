package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"twofold/verifier/rollout"
)

// typeTOML is the media type of a roll-out's text (the one IANA has).
const typeTOML = "application/toml"

// isTOML reports whether a request says that its body is TOML.
func isTOML(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == typeTOML
}

type rolloutInput struct {
	ContentType string `header:"Content-Type" hidden:"true"`
	RawBody     []byte `contentType:"application/toml"`
}

func (a *API) rolloutRoutes() {
	register(a, a.lab("rollout", http.MethodGet, "/rollout", "The policy in force"),
		func(context.Context, *struct{}) (*output[rollout.Rollout], error) {
			return &output[rollout.Rollout]{Body: a.svc.Rollout()}, nil
		})
	register(a, a.lab("set-rollout", http.MethodPut, "/rollout", "Take another policy: whole, or one that the program brings by its name"),
		func(ctx context.Context, in *rolloutInput) (*output[rollout.Rollout], error) {
			read := rolloutOfJSON
			if in.ContentType == typeTOML {
				read = rollout.Parse
			}
			r, err := read(in.RawBody)
			if err == nil {
				err = r.Check()
			}
			if err != nil {
				return nil, mistakes(err)
			}
			if err := a.svc.SetRollout(ctx, r); err != nil {
				return nil, err
			}
			return &output[rollout.Rollout]{Body: a.svc.Rollout()}, nil
		})
	// Described here and read by hand: a name alone is no whole roll-out.
	registry := a.huma.OpenAPI().Components.Schemas
	put := a.huma.OpenAPI().Paths[root+"/lab/rollout"].Put
	put.RequestBody.Content["application/json"] = &huma.MediaType{Schema: &huma.Schema{AnyOf: []*huma.Schema{
		registry.Schema(typeOf[RolloutName](), true, ""), registry.Schema(typeOf[rollout.Rollout](), true, ""),
	}}}
	put.RequestBody.Content[typeTOML].Schema = &huma.Schema{Type: "string", Description: "The text of a roll-out's file"}
	register(a, a.lab("rollouts", http.MethodGet, "/rollouts", "Names of the roll-outs that the program brings"),
		func(context.Context, *struct{}) (*output[[]string], error) {
			return &output[[]string]{Body: append([]string{}, rollout.Names()...)}, nil
		})
}

var errMore = errors.New("there is more after the roll-out")

// rolloutOfJSON reads what GET writes, or {"name": …} of one that the program
// brings. Fields it does not know are mistakes.
func rolloutOfJSON(text []byte) (rollout.Rollout, error) {
	var given map[string]json.RawMessage
	if err := json.Unmarshal(text, &given); err != nil {
		return rollout.Rollout{}, &Problem{Status: http.StatusBadRequest, Code: codeOfStatus(http.StatusBadRequest), Detail: "The body is no JSON object."}
	}
	var r rollout.Rollout
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&r)
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind):
		return rollout.Rollout{}, &rollout.FieldError{Field: kind.Field, Reason: "cannot be a " + kind.Value}
	case err != nil:
		return rollout.Rollout{}, fmt.Errorf("read roll-out: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return rollout.Rollout{}, errMore
	}
	if _, named := given["name"]; named && len(given) == 1 {
		return rollout.Load(r.Name)
	}
	return r, nil
}

// mistakes gives the problem of a roll-out that is not taken, one line each.
func mistakes(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	lines := strings.Split(err.Error(), "\n")
	var found *rollout.MistakesError
	if errors.As(err, &found) {
		lines = nil
		for _, m := range found.Mistakes {
			lines = append(lines, m.Error())
		}
	}
	return &Problem{
		Status: http.StatusUnprocessableEntity, Code: codeRolloutInvalid,
		Detail: "The roll-out has mistakes; the one before stays in force.", Mistakes: lines,
	}
}
