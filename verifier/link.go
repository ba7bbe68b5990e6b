package verifier

import "time"

// LinkKind says what a link that was mailed is for.
type LinkKind string

// The kinds of links.
const (
	LinkReset      LinkKind = "reset"
	LinkInvitation LinkKind = "invitation"
)

// Link lets whoever reads the account's mail set a password, once. It signs
// nobody in.
type Link struct {
	Key     Digest // of the token in it
	Kind    LinkKind
	UserID  string
	Created time.Time
	Expires time.Time
	Used    time.Time
}
