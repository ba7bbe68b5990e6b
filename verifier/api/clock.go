package api

import (
	"context"
	"net/http"
	"time"

	"twofold/verifier"
)

func (a *API) clockRoutes() {
	register(a, a.lab("clock", http.MethodGet, "/clock", "The verifier's time"),
		func(context.Context, *struct{}) (*output[Clock], error) { return a.clock(), nil })
	register(a, a.lab("set-clock", http.MethodPut, "/clock", "Move the verifier's clock, freeze it, or let it run fast"), a.setClock)
}

func (a *API) clock() *output[Clock] {
	c := a.svc.Clock()
	return &output[Clock]{Body: Clock{Now: c.Now(), Offset: Duration(c.Offset()), Frozen: c.Frozen(), Rate: c.Rate()}}
}

func (a *API) setClock(ctx context.Context, in *body[ClockChange]) (*output[Clock], error) {
	moves := count(in.Body.Now != nil, in.Body.Offset != nil, in.Body.Advance != nil)
	rates := count(in.Body.Frozen != nil, in.Body.Rate != nil)
	if moves > 1 || rates > 1 || moves+rates == 0 {
		return nil, &Problem{
			Status: http.StatusUnprocessableEntity, Code: codeInvalid,
			Detail: "Send one of now, offset and advance, or one of frozen and rate, or one of each.",
		}
	}
	err := a.svc.SetClock(ctx, verifier.ClockChange{
		Now: in.Body.Now, Offset: (*time.Duration)(in.Body.Offset), Advance: (*time.Duration)(in.Body.Advance),
		Frozen: in.Body.Frozen, Rate: in.Body.Rate,
	})
	return a.clock(), err
}

func count(given ...bool) (n int) {
	for _, is := range given {
		if is {
			n++
		}
	}
	return n
}
