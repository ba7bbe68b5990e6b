package verifier

import (
	"context"
	"crypto/subtle"
	"errors"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// QuestionAnswer is a question that the helpdesk may ask, with the right answer.
type QuestionAnswer struct {
	Ask    string
	Answer Secret
}

// Bounds on what the helpdesk asks.
const (
	mostQuestions   = 10
	longestQuestion = 200 // characters
)

// SetQuestions replaces what the helpdesk asks a user. Answers are kept as
// keyed hashes. OWASP ASVS 6.4.2 advises against such questions: that is why
// roll-outs have to ask for them.
func (s *Service) SetQuestions(ctx context.Context, userID string, questions []QuestionAnswer) error {
	var kept []Question
	for _, q := range questions[:min(len(questions), mostQuestions)] {
		ask := printable(q.Ask, longestQuestion)
		if ask == "" || answerText(q.Answer) == "" {
			continue
		}
		kept = append(kept, Question{Ask: ask, Answer: s.answerHash(userID, ask, q.Answer)})
	}
	return s.onUser(ctx, userID, Event{Type: EventUserChanged, Detail: "questions"}, func(w *work, user User) error {
		user.Questions = kept
		return w.SetUser(user)
	})
}

func (s *Service) answerHash(userID, ask string, answer Secret) Digest {
	return s.keyed("answer", userID, ask, answerText(answer))
}

// answerText is an answer as it is compared: people spell the same thing in
// different ways on the telephone.
func answerText(answer Secret) string {
	return strings.Join(strings.Fields(strings.ToLower(norm.NFC.String(answer.RevealText()))), " ")
}

// HelpdeskCase is a call of somebody who lost their second step.
type HelpdeskCase struct {
	UserID   string
	Operator string   // e-mail address of who took the call
	Answers  []Secret // in the order of the user's questions
	Note     string   // for the audit; nothing secret
}

// Helpdesk takes the second step off an account whose owner answered all
// questions right. It refuses with CauseHelpdeskIdentityFailed, and changes
// nothing, where an answer is wrong or there is no question. Either is recorded
// with the operator; the user hears of what changed.
func (s *Service) Helpdesk(ctx context.Context, c HelpdeskCase) error {
	return s.update(ctx, func(w *work) error {
		user, err := w.User(c.UserID)
		if errors.Is(err, ErrNotFound) {
			return &Refusal{Cause: CauseUserNotFound}
		}
		if err != nil {
			return err
		}
		e := Event{
			Type: EventHelpdesk, User: user.Email,
			Operator: printable(c.Operator, longestEmail), Detail: printable(c.Note, longestQuestion),
		}
		refusal, err := s.judgeCase(w, user, c)
		if err != nil {
			return err
		}
		if refusal != nil {
			return w.deny(e, refusal)
		}
		if err := s.removeAll(w, user); err != nil {
			return err
		}
		s.tellRemoved(w, user)
		return w.record(e)
	})
}

// judgeCase decides about a case. The count of a failure is durable before its
// answer leaves, as all that the caller's change does.
func (s *Service) judgeCase(w *work, user User, c HelpdeskCase) (*Refusal, error) {
	if !s.rules().Helpdesk.Reset {
		return &Refusal{Cause: CauseHelpdeskNotAllowed}, nil
	}
	address, _ := CleanEmail(c.Operator) // nobody has an empty one
	operator, err := w.UserByEmail(address)
	switch {
	case errors.Is(err, ErrNotFound):
		return &Refusal{Cause: CauseHelpdeskNotAllowed}, nil
	case err != nil:
		return nil, err
	case operator.Role != RoleHelpdesk && operator.Role != RoleAdmin, !operator.Disabled.IsZero(), operator.ID == user.ID:
		return &Refusal{Cause: CauseHelpdeskNotAllowed}, nil
	}
	limits := s.rules().Limits
	door := DigestOf(SecretOf("helpdesk of " + user.ID))
	guard, err := w.Throttle(door)
	if err != nil {
		return nil, err
	}
	if refusal := guard.Refuses(limits, w.now); refusal != nil {
		return refusal, nil
	}
	right := 1
	if len(user.Questions) == 0 || len(c.Answers) != len(user.Questions) {
		right = 0
	}
	for i, q := range user.Questions {
		var got Digest
		if i < len(c.Answers) {
			got = s.answerHash(user.ID, q.Ask, c.Answers[i])
		}
		right &= subtle.ConstantTimeCompare(got[:], q.Answer[:])
	}
	if right == 1 {
		return nil, w.SetThrottle(door, Guard{})
	}
	return &Refusal{Cause: CauseHelpdeskIdentityFailed}, w.SetThrottle(door, guard.Counted(limits, limits.CodeFailures, w.now))
}
