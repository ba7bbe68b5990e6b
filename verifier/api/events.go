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
)

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
		Outcome: string(e.Outcome), Cause: string(e.Cause), Operator: e.Operator, Detail: e.Detail, StepsOff: e.StepsOff,
	}
}
