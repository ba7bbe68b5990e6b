package verifier

import (
	"context"
	"errors"
	"strconv"
	"time"

	"twofold/verifier/delivery"
)

// Sender carries e-mail and SMS.
type Sender interface {
	// Send hands m over and says whether that worked.
	Send(ctx context.Context, m delivery.Message) error
	// Post hands m over in the background.
	Post(m delivery.Message)
}

// nowhere is the Sender of a service that was given none.
type nowhere struct{}

func (nowhere) Send(context.Context, delivery.Message) error {
	return errors.New("no way to send messages was set up")
}
func (nowhere) Post(delivery.Message) {}

// sendPatience is how long a caller waits for a code to be handed over.
const sendPatience = 12 * time.Second

// send hands a code over, after it is durable. A failure is recorded; the flow
// goes on, with another try.
func (s *Service) send(ctx context.Context, o outgoing) (failed bool, err error) {
	limited, cancel := context.WithTimeout(ctx, sendPatience)
	defer cancel()
	sent := s.sender.Send(limited, o.message)
	if sent == nil {
		return false, nil
	}
	err = s.update(context.WithoutCancel(ctx), func(w *work) error {
		if err := w.FailChallenge(o.challenge, w.now); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		rules := s.rules().Message
		for _, b := range o.recipient.budgets(rules.PerDay) {
			if err := b.refund(w, rules.ResendAfter.Std()); err != nil {
				return err
			}
		}
		return w.refuse(Event{
			Type: EventMessage, User: o.user, Method: Method(o.message.Channel), Detail: sent.Error(),
		}, &Refusal{Cause: CauseDeliveryFailed})
	})
	return true, err
}

// codeMessage writes the message that carries a code.
func (s *Service) codeMessage(method Method, to, code string, now time.Time) delivery.Message {
	r := s.rules()
	fill := []string{"number", code, "minutes", strconv.Itoa(int(r.Message.Lifetime.Std() / time.Minute)), "email", to}
	m := delivery.Message{At: now, Channel: delivery.Channel(method), To: to, Code: code}
	if method == MethodSMS {
		m.Text = r.Fill("message_code_sms", fill...)
		return m
	}
	m.Subject, m.Text = r.Text("message_code_subject"), r.Fill("message_code_email", fill...)
	return m
}

// post leaves an e-mail to be sent after the change. The texts are the
// roll-out's, under the keys.
func (s *Service) post(w *work, m delivery.Message, subject, text string, fill ...string) {
	r := s.rules()
	m.At, m.Channel = w.now, delivery.Email
	m.Subject, m.Text = r.Text(subject), r.Fill(text, append(fill, "email", m.To)...)
	w.notices = append(w.notices, m)
}

// notify tells a person by e-mail what happened to their account.
func (s *Service) notify(w *work, to, what string) {
	r := s.rules()
	w.notices = append(w.notices, delivery.Message{
		At: w.now, Channel: delivery.Email, To: to, Subject: r.Text("message_notice_subject"),
		Text: what + "\n\nIf this was not you, tell " + r.Support.String() + " at once.",
	})
}
