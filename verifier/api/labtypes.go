package api

import "time"

// User is an account as the tester's side sees it.
type User struct {
	ID             string      `json:"id"`
	Email          string      `json:"email"`
	EmailVerified  *time.Time  `json:"email_verified,omitempty"`
	Phone          string      `json:"phone,omitempty" doc:"E.164"`
	PhoneVerified  *time.Time  `json:"phone_verified,omitempty"`
	Role           string      `json:"role"`
	Office         string      `json:"office,omitempty"`
	State          string      `json:"state" enum:"invited,must_change_password,must_enroll,active,locked,disabled"`
	Phase          string      `json:"phase,omitempty" doc:"Of the roll-out's calendar, in force for the user"`
	Created        time.Time   `json:"created"`
	Disabled       *time.Time  `json:"disabled,omitempty" doc:"Since when"`
	TemporaryUntil *time.Time  `json:"temporary_until,omitempty" doc:"When the temporary password ends"`
	Factors        []LabFactor `json:"factors" nullable:"false"`
	Pending        int         `json:"pending" doc:"Enrollments that were begun and not confirmed"`
	Questions      []string    `json:"questions,omitempty" doc:"What the helpdesk asks the user"`
	Failures       int         `json:"failures" doc:"Consecutive wrong codes"`
	LockedUntil    *time.Time  `json:"locked_until,omitempty"`
}

// LabFactor is a factor with what testers need to know of it.
type LabFactor struct {
	Factor
	Algorithm string `json:"algorithm,omitempty" doc:"Of an app"`
	Digits    int    `json:"digits,omitempty" doc:"Of an app"`
	Period    int    `json:"period,omitempty" doc:"Of a time-based app, in seconds"`
	Drift     *int   `json:"drift,omitempty" doc:"Of a time-based app: steps that its clock was ahead (+) or behind (-) when last seen"`
}

// NewUser asks for an account without a flow.
type NewUser struct {
	Email     string `json:"email" maxLength:"1024"`
	Password  string `json:"password,omitempty" maxLength:"8192"`
	Role      string `json:"role,omitempty" maxLength:"32" pattern:"^[a-z]*$" doc:"user, admin, helpdesk or service; empty is user"`
	Phone     string `json:"phone,omitempty" maxLength:"64"`
	Office    string `json:"office,omitempty" maxLength:"256"`
	Temporary bool   `json:"temporary,omitempty" doc:"Mail a temporary password"`
	Invite    bool   `json:"invite,omitempty" doc:"Mail a link to a first password"`
}

// AddedUser is an account that was made.
type AddedUser struct {
	User
	AccessKey string `json:"access_key,omitempty" doc:"Once: the password of a service account that was made without one"`
}

// OperatorRequest says who does something to somebody's account.
type OperatorRequest struct {
	Operator string `json:"operator,omitempty" maxLength:"1024" doc:"For the record"`
}

// OfficeRequest puts a user into an office; empty takes them out.
type OfficeRequest struct {
	Office string `json:"office" maxLength:"256"`
}

// RoleRequest gives a user another role.
type RoleRequest struct {
	Role string `json:"role" maxLength:"32" doc:"user, admin, helpdesk or service"`
}

// QuestionsRequest says what the helpdesk asks a user, and the answers.
type QuestionsRequest struct {
	Questions []Question `json:"questions" maxItems:"10" nullable:"false"`
}

// Question is one that the helpdesk asks. Its answer is kept as a keyed hash.
type Question struct {
	Ask    string `json:"ask" minLength:"1" maxLength:"200"`
	Answer string `json:"answer" minLength:"1" maxLength:"200"`
}

// HelpdeskRequest is somebody who calls the helpdesk because they cannot do the
// second step.
type HelpdeskRequest struct {
	Operator string   `json:"operator" maxLength:"1024" doc:"Who asks; e-mail address of an account with the role helpdesk or admin"`
	Answers  []string `json:"answers" maxItems:"32" nullable:"false" doc:"In the order of the user's questions"`
	Note     string   `json:"note,omitempty" maxLength:"4096" doc:"For the record"`
}

// OfficeSwitch changes the rule of an office.
type OfficeSwitch struct {
	Enroll string `json:"enroll" enum:"optional,prompted,required"`
}

// Clock is the verifier's clock.
type Clock struct {
	Now    time.Time `json:"now"`
	Offset Duration  `json:"offset" doc:"Ahead of the machine's clock"`
	Frozen bool      `json:"frozen" doc:"It stands still"`
	Rate   float64   `json:"rate" doc:"Seconds a second: 1 is usual, 0 stands still"`
}

// ClockChange moves the clock, or lets it run at another rate. At most one of
// Now, Offset and Advance is given; Frozen and Rate may come with it, or alone.
type ClockChange struct {
	Now     *time.Time `json:"now,omitempty" doc:"Run on from here"`
	Offset  *Duration  `json:"offset,omitempty" doc:"This far ahead of the machine's clock"`
	Advance *Duration  `json:"advance,omitempty" doc:"This much further; negative goes back"`
	Frozen  *bool      `json:"frozen,omitempty" doc:"Stand still, or run on at the usual rate"`
	Rate    *float64   `json:"rate,omitempty" doc:"Seconds a second, 0 to 100000"`
}

// RolloutName takes one of the roll-outs that the program brings.
type RolloutName struct {
	Name string `json:"name" maxLength:"128" example:"konexus"`
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
	Operator string    `json:"operator,omitempty" doc:"Who did it, of what helpdesk and administrators do"`
	Detail   string    `json:"detail,omitempty" doc:"More about the cause, in words"`
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
	Code    string    `json:"code,omitempty" doc:"What the message carries: a code, a temporary password, a reset token"`
	Link    string    `json:"link,omitempty"`
	State   string    `json:"state" enum:"waiting,delivered,lost,failed"`
	Error   string    `json:"error,omitempty" doc:"Why it failed"`
}

// Faults are what goes wrong with messages on purpose; what is left out does
// not.
type Faults struct {
	Email Fault `json:"email,omitzero" doc:"Of e-mail"`
	SMS   Fault `json:"sms,omitzero" doc:"Of SMS"`
}

// Fault is what goes wrong with the messages of one channel.
type Fault struct {
	Late       Duration `json:"late,omitempty" doc:"How much later it goes, by the verifier's clock" example:"2m0s"`
	Lost       bool     `json:"lost,omitempty" doc:"It never arrives, and the verifier hears nothing of that"`
	Twice      bool     `json:"twice,omitempty" doc:"It arrives two times"`
	OutOfOrder bool     `json:"out_of_order,omitempty" doc:"It goes after the next one to the same recipient"`
	Refused    bool     `json:"refused,omitempty" doc:"The delivery fails at once"`
}
