package verifier

import (
	"context"
	"errors"
	"fmt"
	"strings"
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
		return w.refuse(Event{
			Type: EventMessage, User: o.user, Method: Method(o.message.Channel), Detail: sent.Error(),
		}, &Refusal{Cause: CauseDeliveryFailed})
	})
	return true, err
}

// site is what messages call the organization.
func (s *Service) site() string {
	r := s.rules()
	if title := strings.TrimSpace(r.Title); title != "" {
		return title
	}
	return r.Issuer
}

// codeMessage writes the message that carries a code.
func (s *Service) codeMessage(method Method, to, code string, now time.Time) delivery.Message {
	m := delivery.Message{At: now, Channel: delivery.Channel(method), To: to, Code: code}
	lasting := minutes(s.rules().Message.Lifetime.Std())
	if method == MethodSMS {
		m.Text = fmt.Sprintf("%s is your %s code. It works once, for %s. Tell it to nobody.", code, s.site(), lasting)
		return m
	}
	m.Subject = "Your " + s.site() + " code"
	m.Text = fmt.Sprintf("Your code is:\n\n    %s\n\nIt works once, for %s, on the page that asked for it. "+
		"Nobody from %s will ever ask you for it.\n\nIf you did not try to sign in, somebody knows your password: change it.\n",
		code, lasting, s.site())
	return m
}

// notify tells a person by e-mail what happened to their account.
func (s *Service) notify(w *work, to, subject, text string) {
	w.notices = append(w.notices, delivery.Message{
		At: w.now, Channel: delivery.Email, To: to, Subject: s.site() + ": " + subject,
		Text: text + "\n\nIf this was not you, " + s.askSupport() + ".\n",
	})
}

// mailToken mails something that its reader needs: a token or password.
func (s *Service) mailToken(w *work, to, subject, text, token, link string) {
	w.notices = append(w.notices, delivery.Message{
		At: w.now, Channel: delivery.Email, To: to, Subject: s.site() + ": " + subject, Text: text, Code: token, Link: link,
	})
}

func (s *Service) askSupport() string {
	support := s.rules().Support
	who := support.Name
	if who == "" {
		who = "your administrator"
	}
	var ways []string
	for _, way := range []string{support.Email, support.Phone} {
		if way != "" {
			ways = append(ways, way)
		}
	}
	if len(ways) > 0 {
		who += " (" + strings.Join(ways, ", ") + ")"
	}
	return "tell " + who
}

// minutes writes a lifetime for people.
func minutes(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d hours", d/time.Hour)
	case d == time.Minute:
		return "a minute"
	case d >= time.Minute:
		return fmt.Sprintf("%d minutes", d/time.Minute)
	}
	return fmt.Sprintf("%d seconds", d/time.Second)
}
