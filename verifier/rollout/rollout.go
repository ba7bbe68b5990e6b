// Package rollout holds what an organization decided about its second step:
// who must use it, by which methods, under which limits and for how long
// things live.
//
// A Rollout is data, read from TOML and checked once; the verifier only obeys
// it. The named ones are embedded and start as copies that anyone can change.
// What a rule means for a person is decided by verifier.Next, not here.
package rollout

import "time"

// Method is a way to do the second step, by its name in the HTTP API.
type Method string

// The methods that a roll-out can name.
const (
	TOTP  Method = "totp"
	HOTP  Method = "hotp"
	Email Method = "email"
	SMS   Method = "sms"
)

// Known reports whether m is one of the methods above.
func (m Method) Known() bool {
	switch m {
	case TOTP, HOTP, Email, SMS:
		return true
	}
	return false
}

// Roles are the roles of users, which phases and exemptions name.
var Roles = []string{"user", "admin", "helpdesk", "service"}

// Rollout is one organization's decisions.
type Rollout struct {
	Name       string            `toml:"name" json:"name" doc:"What --rollout calls it"`
	Title      string            `toml:"title" json:"title" doc:"What pages call it"`
	Issuer     string            `toml:"issuer" json:"issuer" doc:"What authenticator apps show"`
	Summary    string            `toml:"summary" json:"summary" doc:"One line about it"`
	TimeZone   string            `toml:"time_zone" json:"time_zone" doc:"IANA name; phases begin by it; empty is UTC"`
	Diagnosis  bool              `toml:"diagnosis" json:"diagnosis" doc:"Account holders hear why a code was refused"`
	Picked     map[string]string `toml:"picked" json:"picked,omitempty" doc:"What was chosen where the guide is silent, by requirement"`
	SignUp     SignUp            `toml:"sign_up" json:"sign_up"`
	Password   Password          `toml:"password" json:"password"`
	SecondStep SecondStep        `toml:"second_step" json:"second_step"`
	Phases     []Phase           `toml:"phase" json:"phases,omitempty" doc:"The calendar, oldest first"`
	Offices    []Office          `toml:"office" json:"offices,omitempty" doc:"Offices with a rule of their own"`
	SetUp      SetUp             `toml:"set_up" json:"set_up"`
	TOTP       TOTPRules         `toml:"totp" json:"totp"`
	HOTP       HOTPRules         `toml:"hotp" json:"hotp"`
	Message    MessageRules      `toml:"message" json:"message"`
	Recovery   Recovery          `toml:"recovery" json:"recovery"`
	Device     Device            `toml:"device" json:"device"`
	Helpdesk   Helpdesk          `toml:"helpdesk" json:"helpdesk"`
	Support    Support           `toml:"support" json:"support"`
	Limits     Limits            `toml:"limits" json:"limits"`
	Lifetimes  Lifetimes         `toml:"lifetimes" json:"lifetimes"`
	Apps       []App             `toml:"app" json:"apps,omitempty" doc:"Authenticator apps that pages name"`
	Texts      map[string]string `toml:"texts" json:"texts,omitempty" doc:"Texts and button names that differ from the usual ones"`
}

// SignUp says who may make an account, and what is asked for it.
type SignUp struct {
	Allowed      bool `toml:"allowed" json:"allowed" doc:"People may sign up by themselves"`
	ChooseMethod bool `toml:"choose_method" json:"choose_method" doc:"Registration asks for the method too; without an answer the default is taken"`
	Phone        bool `toml:"phone" json:"phone" doc:"Registration asks for a phone number"`
}

// Password bounds the length of passwords, in characters, and says how a
// forgotten one is replaced.
type Password struct {
	MinLength      int  `toml:"min_length" json:"min_length"`
	MaxLength      int  `toml:"max_length" json:"max_length"`
	RefuseBreached bool `toml:"refuse_breached" json:"refuse_breached" doc:"Well-known passwords are refused"`
	Reset          bool `toml:"reset" json:"reset" doc:"A forgotten one can be replaced by e-mail"`
}

// Enroll says what a sign-in asks of somebody who has no factor.
type Enroll string

// The rules that a roll-out, a phase or an office can name.
const (
	Optional Enroll = "optional" // nothing: set-up is offered in the account
	Prompted Enroll = "prompted" // set-up, which may be skipped
	Required Enroll = "required" // set-up; no sign-in ends without a second step
)

// SecondStep says whether and how the second step is done.
type SecondStep struct {
	Enroll     Enroll   `toml:"enroll" json:"enroll" enum:"optional,prompted,required"`
	Automatic  Method   `toml:"automatic" json:"automatic,omitempty" doc:"Where enrolling is required, this method is begun without asking"`
	Methods    []Method `toml:"methods" json:"methods"`
	Default    Method   `toml:"default" json:"default"`
	Several    bool     `toml:"several" json:"several" doc:"A user may have more than one factor; otherwise the last one confirmed replaces the others"`
	MaxFactors int      `toml:"max_factors" json:"max_factors"`
	Removable  bool     `toml:"removable" json:"removable" doc:"The last factor may be removed, where enrolling is not required"`
	RemoveCode bool     `toml:"remove_code" json:"remove_code" doc:"Removing takes a code besides the password"`
	Exempt     []string `toml:"exempt" json:"exempt,omitempty" doc:"Roles that are never asked for a second step"`
}

// Phase is a change of the second step's rule, from an instant on.
type Phase struct {
	Name      string   `toml:"name" json:"name"`
	From      string   `toml:"from" json:"from" doc:"2006-01-02 or 2006-01-02 15:04 in the roll-out's time zone, or RFC 3339"`
	Roles     []string `toml:"roles" json:"roles,omitempty" doc:"Whom it concerns; empty is everybody"`
	Enroll    Enroll   `toml:"enroll" json:"enroll" enum:"optional,prompted,required"`
	Automatic Method   `toml:"automatic" json:"automatic,omitempty"`
	Notice    string   `toml:"notice" json:"notice,omitempty" doc:"Said on pages while it lasts"`
}

// Office is a part of the organization with a rule of its own, which the
// tester's side can switch.
type Office struct {
	Name   string `toml:"name" json:"name"`
	Enroll Enroll `toml:"enroll" json:"enroll" enum:"optional,prompted,required"`
}

// Block is a part of the pages that set up an authenticator app.
type Block string

// The parts that pages are made of.
const (
	BlockApp  Block = "app"  // which app will be used, from a list
	BlockName Block = "name" // what the person calls the app
	BlockScan Block = "scan" // the QR and the key
	BlockCode Block = "code" // the first code
)

// SetUp is the shape of enrolling an authenticator app.
type SetUp struct {
	Pages    [][]Block `toml:"pages" json:"pages" doc:"The parts on each page, in order"`
	Deferred []Method  `toml:"deferred" json:"deferred,omitempty" doc:"Chosen in the account, these are set up at the next sign-in"`
	DonePage bool      `toml:"done_page" json:"done_page" doc:"A page says that set-up is done"`
}

// TOTPRules are the parameters of new authenticator enrollments.
type TOTPRules struct {
	Algorithm string   `toml:"algorithm" json:"algorithm" enum:"SHA1,SHA256,SHA512"`
	Digits    int      `toml:"digits" json:"digits"`
	Period    Duration `toml:"period" json:"period"`
	Skew      int      `toml:"skew" json:"skew" doc:"Steps accepted either side of the clock's"`
}

// HOTPRules are what counter-based factors add to TOTPRules.
type HOTPRules struct {
	LookAhead int `toml:"look_ahead" json:"look_ahead" doc:"Counters accepted after the expected one (RFC 4226, 7.4)"`
}

// MessageRules are those of codes by e-mail and SMS.
type MessageRules struct {
	Digits      int      `toml:"digits" json:"digits"`
	Lifetime    Duration `toml:"lifetime" json:"lifetime" doc:"At most 10 minutes"`
	ResendAfter Duration `toml:"resend_after" json:"resend_after" doc:"Before the first resend; each further one waits twice as long"`
	PerDay      int      `toml:"per_day" json:"per_day" doc:"Messages to one address or number"`
	OwnContacts bool     `toml:"own_contacts" json:"own_contacts" doc:"Codes go to the account's own address and number only; those are changed in the profile"`
}

// Recovery says how many recovery codes a person gets with the first factor.
type Recovery struct {
	Codes int `toml:"codes" json:"codes" doc:"0: none"`
}

// Device says for how long a device is trusted to skip the second step.
type Device struct {
	Remember        bool     `toml:"remember" json:"remember" doc:"A device may be trusted"`
	Automatic       bool     `toml:"automatic" json:"automatic" doc:"Every device that showed a code is: the second step is asked on new ones only"`
	Lifetime        Duration `toml:"lifetime" json:"lifetime"`
	ForgetAtSignOut bool     `toml:"forget_at_sign_out" json:"forget_at_sign_out" doc:"Signing out asks whether to forget the device"`
}

// Helpdesk says whether an operator may take the second step off an account.
type Helpdesk struct {
	Reset     bool     `toml:"reset" json:"reset" doc:"After right answers to the user's questions"`
	Questions []string `toml:"questions" json:"questions,omitempty" doc:"What the helpdesk asks"`
}

// Support is whom pages tell people to ask.
type Support struct {
	Name  string `toml:"name" json:"name,omitempty"`
	Email string `toml:"email" json:"email,omitempty"`
	Phone string `toml:"phone" json:"phone,omitempty"`
	Hours string `toml:"hours" json:"hours,omitempty"`
}

// App is an authenticator app that pages name.
type App struct {
	Name   string `toml:"name" json:"name"`
	System string `toml:"system" json:"system,omitempty" doc:"iOS, Android; empty: any"`
	Tested bool   `toml:"tested" json:"tested" doc:"Others might work"`
}

// Limits bound guessing. Counts are of consecutive failures.
type Limits struct {
	CodeFailures     int      `toml:"code_failures" json:"code_failures"`
	PasswordFailures int      `toml:"password_failures" json:"password_failures"`
	FirstLock        Duration `toml:"first_lock" json:"first_lock"`
	LongestLock      Duration `toml:"longest_lock" json:"longest_lock"`
	HardStop         int      `toml:"hard_stop" json:"hard_stop"`
}

// Lifetimes say how long things wait for their person.
type Lifetimes struct {
	Flow       Duration `toml:"flow" json:"flow"`
	Enrollment Duration `toml:"enrollment" json:"enrollment"`
	Session    Duration `toml:"session" json:"session"`
	Temporary  Duration `toml:"temporary_password" json:"temporary_password"`
	Reset      Duration `toml:"reset" json:"reset" doc:"Of a link to a new password"`
	Invitation Duration `toml:"invitation" json:"invitation" doc:"Of a link to a first password"`
}

// Duration is a time.Duration written as "30s" in TOML and JSON.
type Duration time.Duration

// Std gives d as the standard library's type.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// MarshalText writes d as time.Duration.String does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads what time.ParseDuration reads.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return err
	}
	*d = Duration(v)
	return nil
}
