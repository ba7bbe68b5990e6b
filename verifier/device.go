package verifier

import "time"

// Device is a browser or program that its owner trusts to go without the second
// step for a while.
type Device struct {
	Key     Digest // of the token, which only the device has
	ID      string
	UserID  string
	Name    string // what it said of itself, for its owner to know it by
	Created time.Time
	Expires time.Time
	Used    time.Time // when it last spared a second step
	Revoked time.Time // when its trust was taken back; zero: it stands
}
