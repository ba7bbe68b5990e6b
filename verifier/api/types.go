package api

import (
	"fmt"
	"time"
)

// SignUpRequest asks for an account and its first flow.
type SignUpRequest struct {
	Email    string `json:"email" maxLength:"1024" doc:"E-mail address; upper and lower case are the same" example:"ada@example.com"`
	Password string `json:"password" maxLength:"8192" doc:"At least as long as the roll-out asks for"`
	Phone    string `json:"phone,omitempty" maxLength:"64" doc:"With country code; for roll-outs with SMS codes" example:"+15145550123"`
	Method   string `json:"method,omitempty" maxLength:"16" doc:"The second step's method; without it the flow asks"`
}

// SignInRequest asks for a flow with a password.
type SignInRequest struct {
	Email       string `json:"email" maxLength:"1024"`
	Password    string `json:"password" maxLength:"8192"`
	DeviceToken string `json:"device_token,omitempty" maxLength:"1024" doc:"Of a trusted device, where the roll-out has them"`
}

// ChangePasswordRequest answers a flow at change_password, and a link to a new
// password.
type ChangePasswordRequest struct {
	NewPassword string `json:"new_password" maxLength:"8192"`
}

// EnrollRequest begins the set-up of a factor.
type EnrollRequest struct {
	Method string `json:"method" enum:"totp,hotp,email,sms"`
	Name   string `json:"name,omitempty" maxLength:"256" doc:"What the person calls their app; shown as a hint later"`
	Email  string `json:"email,omitempty" maxLength:"1024" doc:"For e-mail codes: another address than the account's"`
	Phone  string `json:"phone,omitempty" maxLength:"64" doc:"For SMS codes: another number than the account's"`
}

// CodeRequest answers a flow at code or confirm.
type CodeRequest struct {
	Code           string `json:"code" maxLength:"1024" doc:"Blanks and hyphens are ignored; at code, a recovery code will do"`
	RememberDevice bool   `json:"remember_device,omitempty" doc:"Trust this device, where next.remember offers it"`
}

// FactorChoice names one of the account's factors.
type FactorChoice struct {
	Factor string `json:"factor" maxLength:"128" doc:"Id of the factor"`
}

// SignOutRequest ends a session.
type SignOutRequest struct {
	ForgetDevice bool `json:"forget_device,omitempty" doc:"Also the trust in the device that the session was made on"`
}

// RemoveFactorRequest proves who removes a factor.
type RemoveFactorRequest struct {
	Password string `json:"password" maxLength:"8192"`
	Code     string `json:"code,omitempty" maxLength:"1024" doc:"Where the roll-out's remove_code asks for one"`
}

// RenameFactorRequest gives a factor another name.
type RenameFactorRequest struct {
	Name string `json:"name" maxLength:"256"`
}

// ContactRequest gives the account another address or number: one of the two.
type ContactRequest struct {
	Email    string `json:"email,omitempty" maxLength:"1024"`
	Phone    string `json:"phone,omitempty" maxLength:"64" doc:"With country code"`
	Password string `json:"password" maxLength:"8192"`
}

// SetPasswordRequest replaces a password that is known.
type SetPasswordRequest struct {
	Password    string `json:"password" maxLength:"8192" doc:"The present one"`
	NewPassword string `json:"new_password" maxLength:"8192"`
}

// PasswordRequest proves who asks.
type PasswordRequest struct {
	Password string `json:"password" maxLength:"8192"`
}

// ResetRequest asks for a link to a new password.
type ResetRequest struct {
	Email string `json:"email" maxLength:"1024"`
}

// Link is one that was mailed and stands.
type Link struct {
	Kind    string    `json:"kind" enum:"reset,invitation"`
	Expires time.Time `json:"expires"`
}

// Me is the account that a session belongs to.
type Me struct {
	ID            string     `json:"id"`
	Email         string     `json:"email"`
	EmailVerified *time.Time `json:"email_verified,omitempty"`
	Phone         string     `json:"phone,omitempty" doc:"E.164"`
	PhoneVerified *time.Time `json:"phone_verified,omitempty"`
	Role          string     `json:"role"`
	Created       time.Time  `json:"created"`
	Factors       []Factor   `json:"factors" nullable:"false"`
	Deferred      string     `json:"deferred,omitempty" doc:"Method that was chosen and is set up at the next sign-in"`
	Phase         string     `json:"phase,omitempty" doc:"Of the roll-out's calendar, in force for the account"`
	Notice        string     `json:"notice,omitempty" doc:"What pages say while the phase lasts"`
}

// Factor is a means for the second step.
type Factor struct {
	ID        string    `json:"id"`
	Method    string    `json:"method"`
	Name      string    `json:"name,omitempty"`
	To        string    `json:"to,omitempty" doc:"Address or number that its codes go to"`
	Preferred bool      `json:"preferred" doc:"Asked for first"`
	Created   time.Time `json:"created"`
	Confirmed time.Time `json:"confirmed"`
}

// Device is one that need not do the second step.
type Device struct {
	ID      string     `json:"id"`
	Name    string     `json:"name,omitempty" doc:"What it said of itself"`
	Created time.Time  `json:"created"`
	Expires time.Time  `json:"expires"`
	Used    *time.Time `json:"used,omitempty" doc:"When it last spared a second step"`
}

// RecoveryLeft says how many recovery codes can still be used.
type RecoveryLeft struct {
	Left int `json:"left"`
}

// RecoveryCodes is a new set; the one before it is no longer accepted.
type RecoveryCodes struct {
	RecoveryCodes []string `json:"recovery_codes" nullable:"false" doc:"Shown once"`
}

// Problem is an error as the API sends it (RFC 9457). It is what Client's
// methods return for every refusal.
type Problem struct {
	Type     string   `json:"type,omitempty" doc:"about:blank"`
	Title    string   `json:"title"`
	Status   int      `json:"status"`
	Code     string   `json:"code" doc:"Stable name of the refusal" example:"code_refused"`
	Detail   string   `json:"detail,omitempty"`
	Mistakes []string `json:"mistakes,omitempty" doc:"rollout_invalid: each mistake"`

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

// since gives when something happened, or nil where it did not.
func since(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
