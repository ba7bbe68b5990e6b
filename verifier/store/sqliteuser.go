package store

import (
	"encoding/hex"
	"encoding/json"
	"fmt"

	"twofold/verifier"
)

// questionJSON is how a question is kept.
type questionJSON struct {
	Ask    string `json:"ask"`
	Answer string `json:"answer"` // hex
}

func writeQuestions(questions []verifier.Question) (string, error) {
	if len(questions) == 0 {
		return "", nil
	}
	kept := make([]questionJSON, len(questions))
	for i, q := range questions {
		kept[i] = questionJSON{Ask: q.Ask, Answer: hex.EncodeToString(q.Answer[:])}
	}
	text, err := json.Marshal(kept)
	return string(text), err
}

func readQuestions(text string) ([]verifier.Question, error) {
	if text == "" {
		return nil, nil
	}
	var kept []questionJSON
	if err := json.Unmarshal([]byte(text), &kept); err != nil {
		return nil, fmt.Errorf("read questions: %w", err)
	}
	questions := make([]verifier.Question, len(kept))
	for i, q := range kept {
		raw, err := hex.DecodeString(q.Answer)
		if err != nil || len(raw) != len(verifier.Digest{}) {
			return nil, fmt.Errorf("read questions: answer %d is no digest", i+1)
		}
		questions[i] = verifier.Question{Ask: q.Ask, Answer: digest(raw)}
	}
	return questions, nil
}

func (tx *sqliteTx) AddUser(u verifier.User) error {
	questions, err := writeQuestions(u.Questions)
	if err != nil {
		return err
	}
	n, err := tx.change(`INSERT INTO users (id, email, email_verified, phone, phone_verified, password, role, office,
		created, disabled, temporary, temporary_used, preferred, questions, failures, locked_until, last_failure)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		u.ID, u.Email, micros(u.EmailVerified), u.Phone, micros(u.PhoneVerified), u.Password.RevealText(), u.Role, u.Office,
		micros(u.Created), micros(u.Disabled), micros(u.Temporary), micros(u.TemporaryUsed), u.Preferred, questions,
		u.Guard.Failures, micros(u.Guard.LockedUntil), micros(u.Guard.LastFailure))
	if err == nil && n == 0 {
		err = verifier.ErrTaken
	}
	return err
}

const userColumns = `SELECT id, email, email_verified, phone, phone_verified, password, role, office, created, disabled,
	temporary, temporary_used, preferred, questions, failures, locked_until, last_failure FROM users `

func readUser(scan func(...any) error) (verifier.User, error) {
	var u verifier.User
	var password, questions string
	var created, emailVerified, phoneVerified, disabled, temporary, temporaryUsed, locked, last int64
	err := scan(&u.ID, &u.Email, &emailVerified, &u.Phone, &phoneVerified, &password, &u.Role, &u.Office, &created, &disabled,
		&temporary, &temporaryUsed, &u.Preferred, &questions, &u.Guard.Failures, &locked, &last)
	if err != nil {
		return u, err
	}
	if password != "" {
		u.Password = verifier.SecretOf(password)
	}
	u.Created, u.EmailVerified, u.PhoneVerified = instant(created), instant(emailVerified), instant(phoneVerified)
	u.Disabled, u.Temporary, u.TemporaryUsed = instant(disabled), instant(temporary), instant(temporaryUsed)
	u.Guard.LockedUntil, u.Guard.LastFailure = instant(locked), instant(last)
	u.Questions, err = readQuestions(questions)
	return u, err
}

func (tx *sqliteTx) users(where string, args ...any) ([]verifier.User, error) {
	users, err := list(tx, readUser, userColumns+where, args...)
	if err != nil {
		return nil, err
	}
	for i := range users {
		if users[i].Factors, err = tx.factors(users[i].ID); err != nil {
			return nil, err
		}
	}
	return users, nil
}

func (tx *sqliteTx) user(where string, args ...any) (verifier.User, error) {
	users, err := tx.users(where, args...)
	if err != nil {
		return verifier.User{}, err
	}
	if len(users) == 0 {
		return verifier.User{}, verifier.ErrNotFound
	}
	return users[0], nil
}

func (tx *sqliteTx) User(id string) (verifier.User, error) { return tx.user("WHERE id = ?", id) }

func (tx *sqliteTx) UserByEmail(email string) (verifier.User, error) {
	return tx.user("WHERE email = ?", email)
}

func (tx *sqliteTx) Users() ([]verifier.User, error) { return tx.users("ORDER BY created, id") }

func (tx *sqliteTx) SetUser(u verifier.User) error {
	questions, err := writeQuestions(u.Questions)
	if err != nil {
		return err
	}
	n, err := tx.change(`UPDATE users SET email = ?2, email_verified = ?3, phone = ?4, phone_verified = ?5, password = ?6,
		role = ?7, office = ?8, created = ?9, disabled = ?10, temporary = ?11, temporary_used = ?12, preferred = ?13,
		questions = ?14 WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM users WHERE email = ?2 AND id <> ?1)`,
		u.ID, u.Email, micros(u.EmailVerified), u.Phone, micros(u.PhoneVerified), u.Password.RevealText(),
		u.Role, u.Office, micros(u.Created), micros(u.Disabled), micros(u.Temporary), micros(u.TemporaryUsed), u.Preferred,
		questions)
	if err != nil || n > 0 {
		return err
	}
	if err := tx.has("SELECT 1 FROM users WHERE id = ?", u.ID); err != nil {
		return err
	}
	return verifier.ErrTaken
}

func (tx *sqliteTx) SetGuard(userID string, g verifier.Guard) error {
	return tx.one("UPDATE users SET failures = ?, locked_until = ?, last_failure = ? WHERE id = ?",
		g.Failures, micros(g.LockedUntil), micros(g.LastFailure), userID)
}
