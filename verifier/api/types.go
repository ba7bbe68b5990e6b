package api

import (
	"fmt"
	"time"
)

// SignUpRequest asks for an account and its first flow.
type SignUpRequest struct {
	Email    string `json:"email" maxLength:"1024" doc:"E-mail address; upper and lower case are the same" example:"ada@example.com"`
	Password string `json:"password" maxLength:"8192" doc:"At least as long as the roll-out asks for"`
	Phone    string `json:"phone,omitempty" maxLength:"64" doc:"For roll-outs with SMS codes"`
	Method   string `json:"method,omitempty" maxLength:"16" doc:"The second step's method; without it the flow asks"`
}

// SignInRequest asks for a flow with a password.
type SignInRequest struct {
	Email       string `json:"email" maxLength:"1024"`
	Password    string `json:"password" maxLength:"8192"`
	DeviceToken string `json:"device_token,omitempty" maxLength:"1024" doc:"Of a trusted device, where the roll-out has them"`
}

// ChangePasswordRequest answers a flow at change_password.
type ChangePasswordRequest struct {
	NewPassword string `json:"new_password" maxLength:"8192"`
}

// EnrollRequest begins the set-up of a factor.
type EnrollRequest struct {
	Method string `json:"method" enum:"totp,hotp,email,sms"`
	Name   string `json:"name,omitempty" maxLength:"256" doc:"What the person calls their app; shown as a hint later"`
	Email  string `json:"email,omitempty" maxLength:"1024"`
	Phone  string `json:"phone,omitempty" maxLength:"64"`
}

// CodeRequest answers a flow at code or confirm.
type CodeRequest struct {
	Code           string `json:"code" maxLength:"1024" doc:"Blanks and hyphens are ignored"`
	RememberDevice bool   `json:"remember_device,omitempty"`
}

// SignOutRequest ends a session.
type SignOutRequest struct {
	ForgetDevice bool `json:"forget_device,omitempty"`
}

// RemoveFactorRequest proves who removes a factor.
type RemoveFactorRequest struct {
	Password string `json:"password" maxLength:"8192"`
}

// Flow is a sign-in, a sign-up or a factor's set-up, and what comes next in it.
type Flow struct {
	ID      string    `json:"id" doc:"Whoever has it can go on with the flow"`
	Kind    string    `json:"kind" enum:"sign_up,sign_in,add_factor"`
	Expires time.Time `json:"expires"`
	Next    Next      `json:"next"`
}

// Next is what a flow waits for; which fields are there follows from Step.
type Next struct {
	Step          string     `json:"step" enum:"change_password,choose_method,confirm,code,done"`
	Methods       []string   `json:"methods,omitempty" doc:"choose_method"`
	Skippable     *bool      `json:"skippable,omitempty" doc:"choose_method"`
	Method        string     `json:"method,omitempty" doc:"confirm, code"`
	Name          string     `json:"name,omitempty" doc:"confirm: what the person calls their app"`
	URI           string     `json:"uri,omitempty" doc:"confirm, for an app: otpauth://"`
	Secret        string     `json:"secret,omitempty" doc:"confirm, for an app: base32"`
	QR            string     `json:"qr,omitempty" doc:"confirm, for an app: path of the PNG"`
	Hint          string     `json:"hint,omitempty" doc:"code: name of the app, masked address"`
	ResendAfter   *time.Time `json:"resend_after,omitempty" doc:"code, for methods that send one"`
	AttemptsLeft  int        `json:"attempts_left,omitempty" doc:"code, confirm: before a lock"`
	Session       string     `json:"session,omitempty" doc:"done, once: bearer token"`
	DeviceToken   string     `json:"device_token,omitempty" doc:"done, once"`
	RecoveryCodes []string   `json:"recovery_codes,omitempty" doc:"done, once"`
}

// CanSkip reports whether the flow may go on without a factor.
func (n Next) CanSkip() bool { return n.Skippable != nil && *n.Skippable }

// Me is the account that a session belongs to.
type Me struct {
	ID      string    `json:"id"`
	Email   string    `json:"email"`
	Role    string    `json:"role"`
	Created time.Time `json:"created"`
	Factors []Factor  `json:"factors" nullable:"false"`
}

// Factor is a means for the second step.
type Factor struct {
	ID        string    `json:"id"`
	Method    string    `json:"method"`
	Name      string    `json:"name,omitempty"`
	Created   time.Time `json:"created"`
	Confirmed time.Time `json:"confirmed"`
}

// Device is one that need not do the second step.
type Device struct {
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
}

// User is an account as the tester's side sees it.
type User struct {
	ID          string     `json:"id"`
	Email       string     `json:"email"`
	Role        string     `json:"role"`
	Created     time.Time  `json:"created"`
	Factors     []Factor   `json:"factors" nullable:"false"`
	Pending     int        `json:"pending" doc:"Enrollments that were begun and not confirmed"`
	Failures    int        `json:"failures" doc:"Consecutive wrong codes"`
	LockedUntil *time.Time `json:"locked_until,omitempty"`
}

// NewUser asks for an account without a flow.
type NewUser struct {
	Email     string `json:"email" maxLength:"1024"`
	Password  string `json:"password,omitempty" maxLength:"8192"`
	Role      string `json:"role,omitempty" maxLength:"32" pattern:"^[a-z]*$"`
	Phone     string `json:"phone,omitempty" maxLength:"64"`
	Temporary bool   `json:"temporary,omitempty"`
}

// Clock is the verifier's clock.
type Clock struct {
	Now    time.Time `json:"now"`
	Offset Duration  `json:"offset" doc:"Ahead of the machine's clock"`
}

// ClockChange moves the clock; exactly one field is given.
type ClockChange struct {
	Now     *time.Time `json:"now,omitempty" doc:"Run on from here"`
	Offset  *Duration  `json:"offset,omitempty" doc:"This far ahead of the machine's clock"`
	Advance *Duration  `json:"advance,omitempty" doc:"This much further; negative goes back"`
}

// Event is what happened, with its exact cause.
type Event struct {
	Seq      int64     `json:"seq"`
	At       time.Time `json:"at"`
	Type     string    `json:"type"`
	User     string    `json:"user" doc:"E-mail address, where one is known"`
	Method   string    `json:"method,omitempty"`
	Outcome  string    `json:"outcome" enum:"accepted,refused"`
	Cause    string    `json:"cause,omitempty"`
	StepsOff *int      `json:"steps_off,omitempty" doc:"Steps a code was behind (-) or ahead (+) of the clock"`
}

// Message is an e-mail or SMS that was sent.
type Message struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	Channel string    `json:"channel" enum:"email,sms"`
	To      string    `json:"to"`
	Subject string    `json:"subject,omitempty"`
	Text    string    `json:"text"`
	Code    string    `json:"code,omitempty"`
	State   string    `json:"state"`
}

// Problem is an error as the API sends it (RFC 9457). It is what Client's
// methods return for every refusal.
type Problem struct {
	Type   string `json:"type,omitempty" doc:"about:blank"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Code   string `json:"code" doc:"Stable name of the refusal" example:"code_refused"`
	Detail string `json:"detail,omitempty"`

	// RetryAfter is 0 where the server named no time.
	RetryAfter time.Duration `json:"-"`

	cause error // of an internal error, for the server's log
}

// Error says code and title; neither holds anything that was sent.
func (p *Problem) Error() string {
	if p.RetryAfter > 0 {
		return fmt.Sprintf("%s: %s (again in %s)", p.Code, p.Title, p.RetryAfter)
	}
	return fmt.Sprintf("%s: %s", p.Code, p.Title)
}

// Duration is a time.Duration that JSON writes as "1m30s".
type Duration time.Duration

// MarshalText writes d as time.Duration.String does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads what time.ParseDuration reads.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("read duration: %w", err)
	}
	*d = Duration(v)
	return nil
}
