package verifier

import "time"

// Challenge is a code that was sent by e-mail or SMS. It belongs to the flow it
// was asked for, and to no other (ASVS 6.6.2).
type Challenge struct {
	ID      string
	Flow    Digest
	Method  Method
	Target  string // address or number that it went to
	Hash    Digest // keyed hash of flow and code
	Sent    time.Time
	Expires time.Time
	Spent   time.Time // when it was accepted; zero before
	Failed  time.Time // when its delivery failed; zero if it did not
}
