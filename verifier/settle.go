package verifier

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// settle does what a flow that changed asks for by itself, and writes what its
// holder sees: it begins the method that nobody has to choose, sends the code
// that is waited for, and ends a flow where nothing is left to do.
func (s *Service) settle(w *work, v *visit) error {
	step, err := s.next(v.user, v.flow, w.now)
	if err != nil {
		return err
	}
	if step.Begin != "" {
		begun, err := s.begun(w, v, NewFactor{Method: step.Begin})
		if err != nil {
			return err
		}
		if begun {
			if step, err = s.next(v.user, v.flow, w.now); err != nil {
				return err
			}
		}
	}
	finished := step.Kind == StepDone && v.flow.Done.IsZero()
	switch {
	case finished:
		if err := s.finish(w, v); err != nil {
			return err
		}
	case awaitsMessage(step):
		if err := s.sendCode(w, v, step); err != nil {
			return err
		}
	}
	kept := v.out // what the call itself gave
	v.out, err = s.progress(w, v.id, v.flow, v.user)
	v.out.RecoveryCodes, v.out.DeviceToken = kept.RecoveryCodes, kept.DeviceToken
	if finished && v.flow.admits() {
		v.out.Session = v.session
	}
	return err
}

// begun enrolls the automatic method. A user whom no message can reach chooses
// another one.
func (s *Service) begun(w *work, v *visit, want NewFactor) (bool, error) {
	factor, err := s.freshFactor(v.user, want)
	if _, refused := asRefusal(err); refused {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, s.enroll(w, v, factor)
}

// admits reports whether the flow ends in a session.
func (f Flow) admits() bool { return f.Kind == FlowSignIn || f.Kind == FlowSignUp }

// finish ends a flow that has nothing left to do, with a session where it is a
// way to sign in.
func (s *Service) finish(w *work, v *visit) error {
	v.flow.Done = w.now
	if !v.flow.admits() {
		return w.SetFlow(v.flow)
	}
	if err := s.trust(w, v); err != nil {
		return err
	}
	if err := w.SetFlow(v.flow); err != nil {
		return err
	}
	return w.AddSession(Session{
		Key: DigestOf(v.session), UserID: v.flow.UserID, Device: v.flow.Device,
		Created: w.now, Expires: w.now.Add(s.rules().Lifetimes.Session.Std()),
	})
}

// longestAgent bounds what a device may say of itself, in characters.
const longestAgent = 120

// trust remembers the device of a flow that ends, where its owner or the
// roll-out wants that and a second step was done.
func (s *Service) trust(w *work, v *visit) error {
	rules := s.rules().Device
	if v.flow.Proven.IsZero() || v.flow.Device != "" || !rules.Automatic && (!rules.Remember || !v.remember) {
		return nil
	}
	id, err := s.id()
	if err != nil {
		return err
	}
	err = w.AddDevice(Device{
		Key: DigestOf(v.device), ID: id, UserID: v.user.ID, Name: printable(v.agent, longestAgent),
		Created: w.now, Used: w.now, Expires: w.now.Add(rules.Lifetime.Std()),
	})
	if err != nil {
		return err
	}
	v.flow.Device, v.out.DeviceToken = id, v.device
	return w.record(Event{Type: EventDevice, User: v.user.Email, Detail: "trusted"})
}

// printable is text without what nobody sees, cut to most characters.
func printable(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, strings.TrimSpace(text))
	if utf8.RuneCountInString(text) > most {
		text = string([]rune(text)[:most])
	}
	return text
}
