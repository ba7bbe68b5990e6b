package verifier

import (
	"context"
	"encoding/base32"
	"strings"
)

// recoverySize is the entropy of a recovery code in bytes: 120 bits, more than
// the 112 from which a plain hash is enough (ASVS 6.5.2).
const recoverySize = 15

var recoveryEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// looksLikeRecoveryCode reports whether code, as CleanCode gives it, has the
// shape of a recovery code. No other code does.
func looksLikeRecoveryCode(code string) bool {
	raw, err := recoveryEncoding.DecodeString(strings.ToUpper(code))
	return err == nil && len(raw) == recoverySize
}

// recoveryHash is what is stored of a recovery code. It is bound to the user
// (P20).
func recoveryHash(userID, code string) Digest {
	return DigestOf(SecretOf("recovery code of " + userID + ": " + strings.ToUpper(code)))
}

// spendRecovery spends a recovery code.
func (s *Service) spendRecovery(w *work, user User, code string) (*match, finding, error) {
	hash := recoveryHash(user.ID, code)
	found, won, err := w.SpendRecovery(user.ID, hash, w.now)
	switch {
	case err != nil:
		return nil, finding{}, err
	case won:
		s.notify(w, user.Email, "A recovery code of your account was used. It does not work again.")
		return &match{method: MethodRecovery}, finding{}, nil
	case found:
		return nil, finding{cause: CauseRecoveryCodeUsed}, nil
	}
	return nil, finding{cause: CauseCodeWrong, detail: "it looks like a recovery code, but is none of this account"}, nil
}

// freshRecovery replaces a user's recovery codes. They are shown once, in
// groups of four.
func (s *Service) freshRecovery(w *work, user User) ([]Secret, error) {
	codes := make([]Secret, s.rules().Recovery.Codes)
	hashes := make([]Digest, len(codes))
	for i := range codes {
		raw, err := randomSecret(s.rand, recoverySize)
		if err != nil {
			return nil, err
		}
		text := strings.ToLower(recoveryEncoding.EncodeToString(raw.Reveal()))
		hashes[i] = recoveryHash(user.ID, text)
		codes[i] = SecretOf(inGroups(text, 4))
	}
	if err := w.SetRecovery(user.ID, hashes); err != nil {
		return nil, err
	}
	return codes, w.record(Event{Type: EventRecoveryCodes, User: user.Email, Method: MethodRecovery})
}

func inGroups(text string, n int) string {
	var out strings.Builder
	for i := 0; i < len(text); i += n {
		if i > 0 {
			out.WriteByte('-')
		}
		out.WriteString(text[i:min(i+n, len(text))])
	}
	return out.String()
}

// RecoveryCodes gives the holder of a session a new set of recovery codes for
// their password; the old set is dead from then on.
func (s *Service) RecoveryCodes(ctx context.Context, token, password Secret) ([]Secret, error) {
	if s.rules().Recovery.Codes == 0 {
		return nil, &Refusal{Cause: CauseMethodNotAllowed}
	}
	if err := s.prove(ctx, token, password, CausePasswordWrong); err != nil {
		return nil, err
	}
	var codes []Secret
	err := s.update(ctx, func(w *work) error {
		user, _, err := s.holder(w, token)
		if err != nil {
			return err
		}
		if len(user.Confirmed()) == 0 {
			return &Refusal{Cause: CauseEnrollmentNotConfirmed}
		}
		if codes, err = s.freshRecovery(w, user); err != nil {
			return err
		}
		s.notify(w, user.Email, "Your recovery codes were replaced by new ones. The old ones no longer work.")
		return nil
	})
	return codes, err
}

// RecoveryLeft is how many recovery codes the holder of a session has left.
func (s *Service) RecoveryLeft(ctx context.Context, token Secret) (int, error) {
	var left int
	err := s.store.View(ctx, func(tx Tx) error {
		user, _, err := s.holder(tx, token)
		if err == nil {
			left, err = tx.RecoveryLeft(user.ID)
		}
		return err
	})
	return left, err
}
