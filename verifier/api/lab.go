package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

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

func (a *API) labRoutes() {
	lab := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: method, Path: root + "/lab" + path, Summary: summary, Tags: []string{"lab"},
			Security: []map[string][]string{{"lab": {}}}, Middlewares: huma.Middlewares{a.labOnly},
		}
	}
	register(a, lab("users", http.MethodGet, "/users", "Every account"),
		func(ctx context.Context, _ *struct{}) (*output[[]User], error) {
			users, err := a.svc.Users(ctx)
			out := &output[[]User]{Body: []User{}}
			for _, u := range users {
				out.Body = append(out.Body, userOf(u))
			}
			return out, err
		})
	register(a, lab("add-user", http.MethodPost, "/users", "Make an account without a flow"),
		func(ctx context.Context, in *body[NewUser]) (*output[User], error) {
			if in.Body.Temporary || in.Body.Password == "" {
				return nil, &Problem{
					Status: http.StatusUnprocessableEntity, Code: codeInvalid,
					Detail: "This roll-out has no temporary passwords: send a password.",
				}
			}
			user, err := a.svc.AddUser(ctx, credentials(in.Body.Email, in.Body.Password), in.Body.Role)
			return &output[User]{Body: userOf(user)}, err
		})
	register(a, lab("unlock", http.MethodPost, "/users/{id}/unlock", "Take back a user's failures"),
		func(ctx context.Context, in *flowInput) (*struct{}, error) { return nil, a.svc.Unlock(ctx, in.ID) })
	register(a, lab("reset-mfa", http.MethodPost, "/users/{id}/reset-mfa", "Take a user's factors and end their sessions"),
		func(ctx context.Context, in *flowInput) (*struct{}, error) { return nil, a.svc.ResetMFA(ctx, in.ID) })
	register(a, lab("clock", http.MethodGet, "/clock", "The verifier's time"),
		func(context.Context, *struct{}) (*output[Clock], error) { return a.clock(), nil })
	register(a, lab("set-clock", http.MethodPut, "/clock", "Move the verifier's clock"), a.setClock)
	register(a, lab("rollout", http.MethodGet, "/rollout", "The policy in force"),
		func(context.Context, *struct{}) (*output[rollout.Rollout], error) {
			return &output[rollout.Rollout]{Body: a.svc.Rollout()}, nil
		})
	register(a, lab("outbox", http.MethodGet, "/outbox", "Every e-mail and SMS sent"),
		func(context.Context, *struct {
			To string `query:"to" maxLength:"1024"`
		},
		) (*output[[]Message], error) {
			return &output[[]Message]{Body: []Message{}}, nil // nothing is sent by methods that there are
		})
	a.eventRoute(lab("events", http.MethodGet, "/events", "What happened, with exact causes"))
}

func userOf(u verifier.User) User {
	out := User{
		ID: u.ID, Email: u.Email, Role: u.Role, Created: u.Created, Factors: factorsOf(u),
		Failures: u.Guard.Failures,
	}
	out.Pending = len(u.Factors) - len(out.Factors)
	if !u.Guard.LockedUntil.IsZero() {
		out.LockedUntil = &u.Guard.LockedUntil
	}
	return out
}

func (a *API) clock() *output[Clock] {
	c := a.svc.Clock()
	return &output[Clock]{Body: Clock{Now: c.Now(), Offset: Duration(c.Offset())}}
}

func (a *API) setClock(ctx context.Context, in *body[ClockChange]) (*output[Clock], error) {
	given := 0
	for _, is := range []bool{in.Body.Now != nil, in.Body.Offset != nil, in.Body.Advance != nil} {
		if is {
			given++
		}
	}
	if given != 1 {
		return nil, &Problem{
			Status: http.StatusUnprocessableEntity, Code: codeInvalid,
			Detail: "Send exactly one of now, offset and advance.",
		}
	}
	err := a.svc.SetClock(ctx, verifier.ClockChange{
		Now: in.Body.Now, Offset: (*time.Duration)(in.Body.Offset), Advance: (*time.Duration)(in.Body.Advance),
	})
	return a.clock(), err
}

type eventsInput struct {
	Follow      bool   `query:"follow" default:"true" doc:"false: list and end"`
	LastEventID string `header:"Last-Event-ID" maxLength:"32" doc:"Begin after this event"`
}

func (a *API) eventRoute(op huma.Operation) {
	list := a.huma.OpenAPI().Components.Schemas.Schema(typeOf[[]Event](), true, "Events")
	op.Responses = map[string]*huma.Response{"200": {
		Description: "A JSON array with follow=false; else a stream, each event's data being one Event",
		Content: map[string]*huma.MediaType{
			"application/json":  {Schema: list},
			"text/event-stream": {Schema: &huma.Schema{Type: "string"}},
		},
	}}
	register(a, op, func(ctx context.Context, in *eventsInput) (*huma.StreamResponse, error) {
		after, err := strconv.ParseInt(in.LastEventID, 10, 64)
		if err != nil {
			after = 0
		}
		if in.Follow {
			return &huma.StreamResponse{Body: func(ctx huma.Context) { a.follow(ctx, max(after, 0)) }}, nil
		}
		events, err := a.svc.Events(ctx, max(after, 0))
		if err != nil {
			return nil, err
		}
		out := []Event{}
		for _, e := range events {
			out = append(out, eventOf(e))
		}
		return &huma.StreamResponse{Body: func(ctx huma.Context) {
			ctx.SetHeader("Content-Type", "application/json")
			_ = json.NewEncoder(ctx.BodyWriter()).Encode(out) // the client is gone if this fails
		}}, nil
	})
}

// streamWrite is how long one event may take to be taken by the client.
const streamWrite = 10 * time.Second

// follow streams events until the client goes or the server ends.
func (a *API) follow(hctx huma.Context, after int64) {
	ctx, cancel := context.WithCancel(hctx.Context())
	defer cancel()
	defer context.AfterFunc(a.opts.Until, cancel)()
	_, w := humago.Unwrap(hctx)
	out := http.NewResponseController(w)
	if out.SetReadDeadline(time.Time{}) != nil { // the server's deadline would end the stream
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	write := func(text []byte) error {
		if err := out.SetWriteDeadline(time.Now().Add(streamWrite)); err != nil {
			return err
		}
		if _, err := w.Write(text); err != nil {
			return err
		}
		return out.Flush()
	}
	if write([]byte(": events\n\n")) != nil {
		return
	}
	_ = a.svc.FollowEvents(ctx, after, func(e verifier.Event) error { // it ends with the stream, whatever it says
		data, err := json.Marshal(eventOf(e))
		if err != nil {
			return err
		}
		return write([]byte("id: " + strconv.FormatInt(e.Seq, 10) + "\ndata: " + string(data) + "\n\n"))
	})
}

func eventOf(e verifier.Event) Event {
	return Event{
		Seq: e.Seq, At: e.At, Type: string(e.Type), User: e.User, Method: string(e.Method),
		Outcome: string(e.Outcome), Cause: string(e.Cause), StepsOff: e.StepsOff,
	}
}
