// Package api is the verifier as JSON over HTTP, and the client that speaks to
// it. It promises what API.md fixes and describes itself at /openapi.json.
//
// A handler reads, bounds, calls the service and writes; the rules are in
// package verifier. Listening, hosts, origins and limits on connections are
// package server's.
package api

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"twofold/verifier"
	"twofold/verifier/delivery"
)

// MaxBody is how much of a request's body is read, in bytes.
const MaxBody = 64 << 10

// readTimeout bounds how long a body may take to arrive. The request is given
// up at the same time, so it is longer than any handler takes.
const readTimeout = 30 * time.Second

// Options are what an API needs besides its service.
type Options struct {
	LabToken verifier.Secret  // opens the tester's side; zero keeps it shut
	Outbox   *delivery.Outbox // of the e-mails and SMS that were sent; nil: none
	Version  string           // of the program, for openapi.json
	Until    context.Context  // event streams end when it is done; nil: never
	Log      *slog.Logger     // of faults; nil: none
}

// API is the handler of /api/ and /openapi.json.
type API struct {
	svc  *verifier.Service
	opts Options
	mux  *http.ServeMux
	huma huma.API
	text func() ([]byte, error) // openapi.json, written once
}

// New gives the handler of /api/ and /openapi.json.
func New(svc *verifier.Service, o Options) *API {
	if o.Until == nil {
		o.Until = context.Background()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	config := huma.DefaultConfig("Twofold verifier", cmp.Or(o.Version, "dev"))
	config.Info.Description = "Two-factor login to test against. Errors are application/problem+json with a stable code."
	config.DocsPath, config.SchemasPath, config.OpenAPIPath = "", "", "" // openapi.json is an operation like the others
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	config.CreateHooks = nil // no $schema in answers
	config.Transformers = []huma.Transformer{asProblem}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "http", Scheme: "bearer", Description: "The session of a flow that is done."},
		"lab":     {Type: "http", Scheme: "bearer", Description: "The lab token, printed at start: the tester's side."},
	}
	a := &API{svc: svc, opts: o, mux: http.NewServeMux()}
	a.huma = humago.New(a.mux, config)
	a.flowRoutes()
	a.passwordRoutes()
	a.accountRoutes()
	a.labRoutes()
	a.describe()
	return a
}

// ServeHTTP answers, also what no route matches, in problem documents.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	handler, pattern := a.mux.Handler(r)
	if pattern == "" {
		learned := &statusOnly{header: http.Header{}}
		handler.ServeHTTP(learned, r)
		if allow := learned.header.Get("Allow"); allow != "" {
			w.Header().Set("Allow", allow)
		}
		if learned.status < 400 { // a path that is not clean: the mux would send elsewhere
			learned.status = http.StatusNotFound
		}
		(&Problem{Status: learned.status, Code: codeOfStatus(learned.status)}).write(w)
		return
	}
	if r.Body != nil && r.ContentLength != 0 && isTOML(r) {
		r.Header.Set("Content-Type", typeTOML) // without parameters
	} else if r.Body != nil && r.ContentLength != 0 {
		r.Header.Set("Content-Type", "application/json") // whatever curl -d says
	}
	a.mux.ServeHTTP(w, r)
}

// schemaName keeps a roll-out's types apart from the API's own.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if strings.HasSuffix(t.PkgPath(), "/rollout") && name != "Rollout" {
		return "Rollout" + name
	}
	return name
}

// statusOnly learns what the mux would answer.
type statusOnly struct {
	header http.Header
	status int
}

func (s *statusOnly) Header() http.Header         { return s.header }
func (s *statusOnly) WriteHeader(status int)      { s.status = status }
func (s *statusOnly) Write(b []byte) (int, error) { return len(b), nil }

// describe serves the description of everything registered so far and itself.
func (a *API) describe() {
	register(a, huma.Operation{
		OperationID: "openapi", Method: http.MethodGet, Path: "/openapi.json",
		Summary: "This description", Tags: []string{"description"},
	}, a.openAPI)
	schemas := a.huma.OpenAPI().Components.Schemas.Map()
	delete(schemas, "ErrorModel") // huma's own errors never leave: asProblem
	delete(schemas, "ErrorDetail")
	if code := schemas["Problem"].Properties["code"]; code != nil {
		code.Enum = codes()
	}
	a.text = sync.OnceValues(func() ([]byte, error) { return json.Marshal(a.huma.OpenAPI()) })
}

// codes are all that a problem can have.
func codes() []any {
	names := []string{codeLabTokenRefused, codeInvalid, codeOfStatus(http.StatusInternalServerError), "host_refused", "cross_site"} // the last two are package server's
	for _, status := range []int{
		http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed,
		http.StatusRequestTimeout, http.StatusRequestEntityTooLarge,
	} {
		names = append(names, codeOfStatus(status))
	}
	for cause := range refusals {
		names = append(names, string(cause))
	}
	slices.Sort(names)
	all := make([]any, len(names))
	for i, name := range names {
		all[i] = name
	}
	return all
}

type rawOutput struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (a *API) openAPI(context.Context, *struct{}) (*rawOutput, error) {
	text, err := a.text()
	if err != nil {
		return nil, fmt.Errorf("write openapi.json: %w", err)
	}
	return &rawOutput{ContentType: "application/json", Body: text}, nil
}

// register adds an operation whose errors are problems and whose body is
// bounded.
func register[I, O any](a *API, op huma.Operation, handle func(context.Context, *I) (*O, error)) {
	op.MaxBodyBytes = MaxBody + 1 // huma refuses the last byte too
	op.BodyReadTimeout = readTimeout
	if op.Responses == nil {
		op.Responses = map[string]*huma.Response{}
	}
	registry := a.huma.OpenAPI().Components.Schemas
	op.Responses["default"] = &huma.Response{
		Description: "Refused, or failed; see code",
		Content: map[string]*huma.MediaType{
			"application/problem+json": {Schema: registry.Schema(typeOf[Problem](), true, "Problem")},
		},
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err == nil {
			return out, nil
		}
		return nil, a.problem(op.OperationID, err)
	})
}

// problem gives the problem of an error, and logs a fault.
func (a *API) problem(operation string, err error) *Problem {
	p := problemOf(err)
	if p.cause != nil {
		a.opts.Log.Error("operation failed", "operation", operation, "error", p.cause)
	}
	return p
}
