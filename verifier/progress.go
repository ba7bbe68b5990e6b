package verifier

import (
	"context"
	"time"

	"twofold/verifier/delivery"
	"twofold/verifier/rollout"
)

// Progress is a flow as its holder sees it: what comes next, and what is
// needed to do it.
type Progress struct {
	ID      string // the bearer credential of the flow; secret to its holder
	Kind    FlowKind
	Email   string
	Expires time.Time
	Step    Step
	Policy  rollout.Policy // in force for this user

	Enrollment    *Enrollment // with StepConfirm of an app
	Sent          *Sent       // with StepConfirm and StepCode of e-mail and SMS
	Others        []Choice    // with StepCode: the user's other factors
	Contact       string      // with FlowContact: the new address or number
	Hint          string      // with StepCode: what the person called their app, or a masked address
	AttemptsLeft  int         // with StepCode and StepConfirm: before the account is locked for a while
	Remember      bool        // with StepCode: this device may be trusted
	Session       Secret      // with StepDone, once: the bearer token
	DeviceToken   Secret      // with StepDone, once: of a device that is trusted now
	RecoveryCodes []Secret    // with StepDone, once: new ones
}

// Enrollment is a pending factor as the person enrolling it must see it.
type Enrollment struct {
	Method Method
	Name   string // what the person calls their app
	Issuer string
	Label  string
	URI    Secret // key URI, for a QR
	Key    Secret // the shared key; RevealBase32 to type it
}

// Sent is the code that is on its way to the person.
type Sent struct {
	To          string // masked, unless the person typed it in this flow
	At          time.Time
	Expires     time.Time
	ResendAfter time.Duration // from now
	Failed      bool          // it could not be handed over
	TooSoon     bool          // none was sent, as too many were before
}

// Choice is a factor that the person may use instead.
type Choice struct {
	ID     string
	Method Method
	Name   string
	Hint   string // masked address or number
}

// Flow gives the flow with this id. The session of a finished one is not shown
// again.
func (s *Service) Flow(ctx context.Context, id string) (Progress, error) {
	var out Progress
	err := s.store.View(ctx, func(tx Tx) error {
		flow, user, err := s.open(tx, id)
		if err != nil {
			return err
		}
		out, err = s.progress(tx, id, flow, user)
		return err
	})
	return out, err
}

// progress shows a flow to its holder.
func (s *Service) progress(tx Tx, id string, flow Flow, user User) (Progress, error) {
	now := s.clock.Now()
	step, err := s.next(user, flow, now)
	if err != nil {
		return Progress{}, err
	}
	p := Progress{
		ID: id, Kind: flow.Kind, Email: user.Email, Expires: flow.Expires, Step: step,
		Policy: s.rules().At(now, user.Role, user.Office), Contact: flow.Target,
	}
	switch step.Kind {
	case StepCode:
		p.AttemptsLeft = user.Guard.Left(s.rules().Limits.CodeFailures)
		p.Remember = s.rules().Device.Remember && !s.rules().Device.Automatic
		factor, _ := user.Factor(step.Factor)
		p.Hint = hint(factor)
		for _, f := range user.Confirmed() {
			if f.ID != step.Factor {
				p.Others = append(p.Others, Choice{ID: f.ID, Method: f.Method, Name: f.Name, Hint: hint(f)})
			}
		}
	case StepConfirm:
		p.AttemptsLeft = user.Guard.Left(s.rules().Limits.CodeFailures)
		if factor, ok := user.Factor(step.Factor); ok && factor.App() {
			p.Enrollment, err = s.enrollment(factor)
		}
	}
	if err == nil && awaitsMessage(step) {
		p.Sent, err = s.sent(tx, flow, user, step, now)
	}
	return p, err
}

func (s *Service) enrollment(f Factor) (*Enrollment, error) {
	totp, err := s.sealer.totp(f)
	if err != nil {
		return nil, err
	}
	return &Enrollment{
		Method: f.Method, Name: f.Name, Issuer: f.Issuer, Label: f.Label,
		URI: totp.RevealURI(f.Method, f.Issuer, f.Label), Key: totp.Key,
	}, nil
}

// hint is what reminds a person of where a factor's codes are.
func hint(f Factor) string {
	if f.App() {
		return f.Name
	}
	return masked(f.Method, f.Target)
}

// masked hides most of an address or number from whoever only has the password.
func masked(method Method, to string) string { return delivery.Mask(delivery.Channel(method), to) }
