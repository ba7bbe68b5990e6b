package verifier

import (
	"context"
	"errors"
	"fmt"
	"time"

	"twofold/verifier/delivery"
)

// LinkKind says what a link that was mailed is for.
type LinkKind string

// The kinds of links.
const (
	LinkReset      LinkKind = "reset"
	LinkInvitation LinkKind = "invitation"
)

// Link lets whoever reads the account's mail set a password, once. It signs
// nobody in.
type Link struct {
	Key     Digest // of the token in it
	Kind    LinkKind
	UserID  string
	Created time.Time
	Expires time.Time
	Used    time.Time
}

// RequestReset mails a link to set a new password to whoever reads the mail of
// an account. The answer is the same whether there is one.
func (s *Service) RequestReset(ctx context.Context, address string) error {
	if !s.rules().Password.Reset {
		return &Refusal{Cause: CauseResetNotAllowed}
	}
	email, err := CleanEmail(address)
	if err != nil {
		return err
	}
	token, err := s.token()
	if err != nil {
		return err
	}
	return s.update(ctx, func(w *work) error {
		e := Event{Type: EventPasswordReset, User: email, Detail: "asked for"}
		user, err := w.UserByEmail(email)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		// Counted apart from codes: a stranger can ask, and must not use up the
		// budget of sign-ins.
		refusal, err := s.sendAllowed(w, true, resets(email, user.ID != "", s.rules().Message.PerDay))
		if err != nil {
			return err
		}
		if user.ID == "" {
			return w.refuse(e, &Refusal{Cause: CauseUserUnknown})
		}
		if !user.Disabled.IsZero() {
			refusal = &Refusal{Cause: CauseAccountDisabled}
		}
		if refusal != nil {
			return w.refuse(e, refusal)
		}
		if err := s.mailLink(w, user, LinkReset, token); err != nil {
			return err
		}
		return w.record(e)
	})
}

// resets is the budget of an address. Those without an account are counted too,
// so that the answer takes as long, but many in one place: whoever asks for any
// number of them fills nothing.
func resets(email string, known bool, perDay int) budget {
	if !known {
		email = fmt.Sprintf("nobody %d", DigestOf(SecretOf(email))[0])
	}
	return budget{of: "about a reset of " + email, perDay: perDay, paced: true}
}

// mailLink stores a new link of user and mails it.
func (s *Service) mailLink(w *work, user User, kind LinkKind, token Secret) error {
	lasts, subject, text := s.rules().Lifetimes.Reset, "message_reset_subject", "message_reset_email"
	if kind == LinkInvitation {
		lasts, subject, text = s.rules().Lifetimes.Invitation, "message_invitation_subject", "message_invitation_email"
	}
	err := w.AddLink(Link{Key: DigestOf(token), Kind: kind, UserID: user.ID, Created: w.now, Expires: w.now.Add(lasts.Std())})
	if err != nil {
		return err
	}
	link := s.url + "/password-reset/" + token.RevealText()
	s.post(w, delivery.Message{To: user.Email, Code: token.RevealText(), Link: link}, subject, text, "link", link)
	return nil
}

// Link gives the link that a token belongs to, as long as it can be used.
func (s *Service) Link(ctx context.Context, token Secret) (Link, error) {
	var link Link
	err := s.store.View(ctx, func(tx Tx) (err error) {
		link, _, err = s.link(tx, token)
		return err
	})
	return link, err
}

func (s *Service) link(tx Tx, token Secret) (Link, User, error) {
	refused := &Refusal{Cause: CauseLinkRefused}
	link, err := tx.Link(DigestOf(token))
	if errors.Is(err, ErrNotFound) {
		return Link{}, User{}, refused
	}
	if err != nil {
		return Link{}, User{}, err
	}
	user, err := tx.User(link.UserID)
	switch {
	case errors.Is(err, ErrNotFound):
		return Link{}, User{}, refused
	case err != nil:
		return Link{}, User{}, err
	case !link.Used.IsZero(), !s.clock.Now().Before(link.Expires), !user.Disabled.IsZero():
		return Link{}, User{}, refused
	}
	return link, user, nil
}

// ResetPassword sets the password of the account that a link was mailed to. It
// signs nobody in, and leaves the second step and its failures as they are
// (ASVS 6.4.3). Sessions and trusted devices end.
func (s *Service) ResetPassword(ctx context.Context, token, fresh Secret) error {
	var user User
	err := s.store.View(ctx, func(tx Tx) (err error) {
		_, user, err = s.link(tx, token)
		return err
	})
	if err != nil {
		return err
	}
	hash, err := s.newPassword(ctx, user, fresh)
	if err != nil {
		return err
	}
	return s.update(ctx, func(w *work) error {
		link, user, err := s.link(w, token)
		if err != nil {
			return err
		}
		won, err := w.SpendLink(link.Key, w.now)
		if err != nil {
			return err
		}
		if !won {
			return &Refusal{Cause: CauseLinkRefused}
		}
		user.Password, user.Temporary, user.EmailVerified = hash, time.Time{}, w.now
		err = errors.Join(w.SetUser(user), s.endAll(w, user), unlockPassword(w, user))
		if err != nil {
			return err
		}
		s.notify(w, user.Email, "The password of your account was set anew.")
		return w.record(Event{Type: EventPasswordReset, User: user.Email})
	})
}

// endAll ends the flows, sessions, trusted devices and links of a user.
func (s *Service) endAll(w *work, user User) error {
	return errors.Join(w.EndFlows(user.ID), w.EndSessions(user.ID), w.EndLinks(user.ID), revokeDevices(w, user.ID))
}
