// Package delivery carries e-mail and SMS: into an outbox that testers read,
// and from there, where asked, to a real SMTP server or SMS gateway.
//
// It promises that every message is in the outbox before anything else happens
// to it, that a transport that fails is told to the caller who waits, and that
// faults asked for happen as described. What messages say, and who may read
// the outbox, is left to others.
package delivery

import "time"

// Channel is a way that messages go.
type Channel string

// The channels.
const (
	Email Channel = "email"
	SMS   Channel = "sms"
)

// State says what became of a message.
type State string

// The states of a message. Only Delivered means that the transport took it (or
// that the outbox is all there is).
const (
	Waiting   State = "waiting"   // handed to the transport, or late on purpose
	Delivered State = "delivered" // the outbox or the transport has it
	Lost      State = "lost"      // lost on purpose
	Failed    State = "failed"    // refused by the transport, or on purpose
)

// Message is one e-mail or SMS. Text and Code hold what their reader must see,
// so a Message is never logged.
type Message struct {
	ID      string
	At      time.Time // by the verifier's clock
	Channel Channel
	To      string // address, or number in E.164
	Subject string // of an e-mail
	Text    string
	Code    string // what Text carries: a code, a temporary password, a reset token
	Link    string // in Text, if any
	State   State
	Error   string // why it failed, for testers
}
