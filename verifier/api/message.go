package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"twofold/verifier"
	"twofold/verifier/delivery"
)

func (a *API) messageRoutes() {
	register(a, a.lab("outbox", http.MethodGet, "/outbox", "Every e-mail and SMS sent, newest last"),
		func(_ context.Context, in *struct {
			To string `query:"to" maxLength:"1024" doc:"Only those to this address or number"`
		},
		) (*output[[]Message], error) {
			out := &output[[]Message]{Body: []Message{}}
			if a.opts.Outbox == nil {
				return out, nil
			}
			for _, m := range a.opts.Outbox.Messages(recipient(in.To)) {
				out.Body = append(out.Body, messageOf(m))
			}
			return out, nil
		})
	register(a, a.lab("faults", http.MethodGet, "/faults", "What goes wrong with messages on purpose"),
		func(context.Context, *struct{}) (*output[Faults], error) { return a.faults(), nil })
	register(a, a.lab("set-faults", http.MethodPut, "/faults", "Have messages go wrong from now on; what is left out does not"),
		func(_ context.Context, in *body[Faults]) (*output[Faults], error) {
			switch {
			case a.opts.Outbox == nil:
				return nil, &Problem{Status: http.StatusNotFound, Code: codeOfStatus(http.StatusNotFound), Detail: "This verifier has no outbox."}
			case in.Body.Email.Late < 0, in.Body.SMS.Late < 0:
				return nil, &Problem{Status: http.StatusUnprocessableEntity, Code: codeInvalid, Detail: "Nothing is late by less than nothing."}
			}
			a.opts.Outbox.SetFaults(delivery.Faults{Email: in.Body.Email.inside(), SMS: in.Body.SMS.inside()})
			return a.faults(), nil
		})
}

// recipient is an address or number as messages to it have it, however it was
// typed. In a query, a plus that was not escaped is a blank.
func recipient(typed string) string {
	if clean, err := verifier.CleanEmail(typed); err == nil {
		return clean
	}
	if number, blank := strings.CutPrefix(typed, " "); blank {
		typed = "+" + number
	}
	if clean, err := verifier.CleanPhone(typed); err == nil {
		return clean
	}
	return typed
}

func (a *API) faults() *output[Faults] {
	out := &output[Faults]{}
	if a.opts.Outbox != nil {
		in := a.opts.Outbox.Faults()
		out.Body = Faults{Email: faultOf(in.Email), SMS: faultOf(in.SMS)}
	}
	return out
}

func faultOf(f delivery.Fault) Fault {
	return Fault{Late: Duration(f.Late), Lost: f.Lost, Twice: f.Twice, OutOfOrder: f.OutOfOrder, Refused: f.Refused}
}

func (f Fault) inside() delivery.Fault {
	return delivery.Fault{Late: time.Duration(f.Late), Lost: f.Lost, Twice: f.Twice, OutOfOrder: f.OutOfOrder, Refused: f.Refused}
}

func messageOf(m delivery.Message) Message {
	return Message{
		ID: m.ID, At: m.At, Channel: string(m.Channel), To: m.To, Subject: m.Subject, Text: m.Text,
		Code: m.Code, Link: m.Link, State: string(m.State), Error: m.Error,
	}
}
