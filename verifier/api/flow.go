package api

import (
	"net/url"
	"time"

	"twofold/verifier"
)

// Flow is a sign-in, a sign-up, a factor's set-up or a change of contact, and
// what comes next in it.
type Flow struct {
	ID      string    `json:"id" doc:"Whoever has it can go on with the flow"`
	Kind    string    `json:"kind" enum:"sign_up,sign_in,add_factor,change_contact"`
	Expires time.Time `json:"expires"`
	Phase   string    `json:"phase,omitempty" doc:"Of the roll-out's calendar, in force for the user"`
	Notice  string    `json:"notice,omitempty" doc:"What pages say while the phase lasts"`
	Contact string    `json:"contact,omitempty" doc:"change_contact: the new address or number"`
	Next    Next      `json:"next"`
}

// Next is what a flow waits for; which fields are there follows from Step.
type Next struct {
	Step          string    `json:"step" enum:"change_password,choose_method,confirm,code,done"`
	Methods       []string  `json:"methods,omitempty" doc:"choose_method: those to choose from; confirm: those that can be begun instead"`
	Skippable     *bool     `json:"skippable,omitempty" doc:"choose_method, confirm"`
	Method        string    `json:"method,omitempty" doc:"confirm, code"`
	Factor        string    `json:"factor,omitempty" doc:"confirm, code: id of the factor"`
	Name          string    `json:"name,omitempty" doc:"confirm: what the person calls their app"`
	URI           string    `json:"uri,omitempty" doc:"confirm, for an app: otpauth://"`
	Secret        string    `json:"secret,omitempty" doc:"confirm, for an app: base32"`
	QR            string    `json:"qr,omitempty" doc:"confirm, for an app: path of the PNG"`
	Hint          string    `json:"hint,omitempty" doc:"code: name of the app, masked address"`
	Delivery      *Delivery `json:"delivery,omitempty" doc:"code, confirm, of methods that send one: the code on its way"`
	ResendAfter   *int      `json:"resend_after,omitempty" doc:"code, confirm, of methods that send one: seconds until it can be sent again"`
	AttemptsLeft  int       `json:"attempts_left,omitempty" doc:"code, confirm: before a lock"`
	Others        []Choice  `json:"others,omitempty" doc:"code: the account's other factors, for .../method"`
	Remember      bool      `json:"remember,omitempty" doc:"code: this device can be trusted"`
	Session       string    `json:"session,omitempty" doc:"done, once: bearer token"`
	DeviceToken   string    `json:"device_token,omitempty" doc:"done, once"`
	RecoveryCodes []string  `json:"recovery_codes,omitempty" doc:"done, once"`
}

// CanSkip reports whether the flow may go on without a factor.
func (n Next) CanSkip() bool { return n.Skippable != nil && *n.Skippable }

// Choice is one of an account's factors, as somebody sees it who has not shown
// a code yet.
type Choice struct {
	ID     string `json:"id"`
	Method string `json:"method"`
	Name   string `json:"name,omitempty"`
	Hint   string `json:"hint,omitempty" doc:"Masked address"`
}

// The states of a Delivery.
const (
	deliverySent    = "sent"
	deliveryFailed  = "failed"
	deliveryWaiting = "waiting"
)

// Delivery is a code on its way by e-mail or SMS.
type Delivery struct {
	To          string     `json:"to" doc:"Address or number; masked where it was not typed in this flow"`
	State       string     `json:"state" enum:"sent,failed,waiting" doc:"failed: send again; waiting: none was sent, it is too soon after others"`
	SentAt      *time.Time `json:"sent_at,omitempty"`
	Expires     *time.Time `json:"expires,omitempty" doc:"From then on the code is not accepted"`
	ResendAfter int        `json:"resend_after" doc:"Seconds until it can be sent again"`
}

// flowOf writes what a service's method gave.
func flowOf(p verifier.Progress, err error) (*output[Flow], error) {
	if err != nil {
		return nil, err
	}
	return &output[Flow]{Body: Flow{
		ID: p.ID, Kind: string(p.Kind), Expires: p.Expires,
		Phase: p.Policy.Phase, Notice: p.Policy.Notice, Contact: p.Contact, Next: nextOf(p),
	}}, nil
}

func nextOf(p verifier.Progress) Next {
	next := Next{
		Step: string(p.Step.Kind), Method: string(p.Step.Method), Methods: methodNames(p.Step.Methods),
		Factor: p.Step.Factor, Hint: p.Hint, AttemptsLeft: p.AttemptsLeft, Remember: p.Remember,
		Session: p.Session.RevealText(), DeviceToken: p.DeviceToken.RevealText(), RecoveryCodes: revealed(p.RecoveryCodes),
	}
	if p.Step.Kind == verifier.StepChooseMethod || p.Step.Skippable {
		next.Skippable = &p.Step.Skippable
	}
	for _, o := range p.Others {
		next.Others = append(next.Others, Choice{ID: o.ID, Method: string(o.Method), Name: o.Name, Hint: o.Hint})
	}
	if e := p.Enrollment; e != nil {
		next.Name, next.URI, next.Secret = e.Name, e.URI.RevealText(), e.Key.RevealBase32()
		next.QR = root + "/flows/" + url.PathEscape(p.ID) + "/qr.png"
	}
	if p.Sent != nil {
		next.Delivery = deliveryOf(*p.Sent)
		next.ResendAfter = &next.Delivery.ResendAfter
	}
	return next
}

func deliveryOf(s verifier.Sent) *Delivery {
	d := &Delivery{To: s.To, State: deliverySent, SentAt: since(s.At), Expires: since(s.Expires), ResendAfter: secondsOf(s.ResendAfter)}
	switch {
	case s.Failed:
		d.State = deliveryFailed
	case s.TooSoon:
		d.State = deliveryWaiting
	}
	return d
}

// secondsOf rounds up: a wait that is over by then must not be refused.
func secondsOf(d time.Duration) int { return int((max(d, 0) + time.Second - 1) / time.Second) }

func methodNames(methods []verifier.Method) []string {
	var names []string
	for _, m := range methods {
		names = append(names, string(m))
	}
	return names
}

func revealed(secrets []verifier.Secret) []string {
	var texts []string
	for _, s := range secrets {
		texts = append(texts, s.RevealText())
	}
	return texts
}
