package verifier

import (
	"context"
	"errors"
	"time"

	"twofold/verifier/delivery"
)

// work is one change of the store: what can be done in it, when it happens, and
// the messages that leave once it is durable.
type work struct {
	Tx
	now     time.Time
	notices []delivery.Message
	code    *outgoing
	denied  *Refusal // what the caller hears, although the change is kept
}

// outgoing is a code on its way, whose delivery the caller waits for.
type outgoing struct {
	challenge string
	user      string
	message   delivery.Message
	recipient recipient // whose budget it counts for, if it is delivered
}

// record adds an event at the time of the change.
func (w *work) record(e Event) error {
	e.At = w.now
	if e.Outcome == "" {
		e.Outcome = Accepted
	}
	_, err := w.AddEvent(e)
	return err
}

// refuse records e as refused, for r's cause. The caller hears nothing of it.
func (w *work) refuse(e Event, r *Refusal) error {
	e.Outcome, e.Cause = Refused, r.Cause
	return w.record(e)
}

// deny records e as refused and refuses the caller, who hears r once the change
// is durable. A refusal that is returned instead takes the change back.
func (w *work) deny(e Event, r *Refusal) error {
	w.denied = r
	return w.refuse(e, r)
}

// visit is a call's view of a flow: the flow, whose it is, and what the answer
// will say.
type visit struct {
	id   string // the flow's bearer credential
	flow Flow
	user User
	step Step // what the flow waited for when the call came

	remember bool   // trust this device, if the flow ends here
	agent    string // what the device says of itself
	session  Secret // for the session, should the flow end here
	device   Secret // for the trusted device

	out Progress
}

// onFlow runs change on a flow that waits for one of kinds (or for anything,
// where none is named), and gives where the flow stands afterwards. A code that
// has to be sent is sent then.
func (s *Service) onFlow(ctx context.Context, id string, change func(*work, *visit) error, kinds ...StepKind) (Progress, error) {
	v, err := s.newVisit(id)
	if err != nil {
		return Progress{}, err
	}
	return s.visit(ctx, v, func(w *work) error {
		if v.flow, v.user, err = s.open(w, id); err != nil {
			return err
		}
		if len(kinds) == 0 {
			v.step, err = s.next(v.user, v.flow, w.now)
		} else {
			v.step, err = s.expect(v.user, v.flow, w.now, kinds...)
		}
		if err != nil {
			return err
		}
		return change(w, v)
	})
}

// newVisit has the credentials that a flow may end with.
func (s *Service) newVisit(id string) (*visit, error) {
	session, err := s.token()
	if err != nil {
		return nil, err
	}
	device, err := s.token()
	return &visit{id: id, session: session, device: device}, err
}

// visit runs change, settles the flow, and sends the code it asks for.
func (s *Service) visit(ctx context.Context, v *visit, change func(*work) error) (Progress, error) {
	var code *outgoing
	err := s.update(ctx, func(w *work) error {
		v.out = Progress{}
		if err := change(w); err != nil || w.denied != nil {
			return err
		}
		err := s.settle(w, v)
		code = w.code
		return err
	})
	switch {
	case err != nil:
		return Progress{}, err
	case code == nil:
		return v.out, nil
	}
	failed, err := s.send(ctx, *code)
	if err != nil {
		return Progress{}, err
	}
	if failed && v.out.Sent != nil {
		v.out.Sent.Failed = true
	}
	return v.out, nil
}

// reload reads the user of a visit again, after a change.
func (v *visit) reload(w *work) error {
	user, err := w.User(v.user.ID)
	if err == nil {
		v.user = user
	}
	return err
}

// open gives a flow and its user.
func (s *Service) open(tx Tx, id string) (Flow, User, error) {
	flow, err := tx.Flow(DigestOf(SecretOf(id)))
	if errors.Is(err, ErrNotFound) {
		return Flow{}, User{}, &Refusal{Cause: CauseFlowUnknown}
	}
	if err != nil {
		return Flow{}, User{}, err
	}
	user, err := tx.User(flow.UserID)
	if errors.Is(err, ErrNotFound) {
		return Flow{}, User{}, &Refusal{Cause: CauseFlowUnknown}
	}
	return flow, user, err
}

// next is Next, with a flow that is over as a refusal.
func (s *Service) next(user User, flow Flow, now time.Time) (Step, error) {
	step := Next(*s.rules(), user, flow, now)
	if step.Kind == StepOver {
		return step, &Refusal{Cause: step.Cause}
	}
	return step, nil
}

// expect is next for a call that needs one of kinds.
func (s *Service) expect(user User, flow Flow, now time.Time, kinds ...StepKind) (Step, error) {
	step, err := s.next(user, flow, now)
	if err != nil {
		return step, err
	}
	for _, kind := range kinds {
		if step.Kind == kind {
			return step, nil
		}
	}
	switch step.Kind {
	case StepDone:
		return step, &Refusal{Cause: CauseFlowOver}
	case StepChangePassword:
		return step, &Refusal{Cause: CausePasswordMustChange}
	}
	return step, &Refusal{Cause: CauseFlowElsewhere}
}
