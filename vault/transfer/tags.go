package transfer

import (
	"crypto/rand"
	"fmt"
)

// groupIDs are the tags of accounts in a format that keeps them once, and names them in its accounts by an id.
type groupIDs struct {
	names []string // in the order in which they are met
	ids   map[string]string
}

// id gives a tag its id, a new one when it has none yet.
func (g *groupIDs) id(tag string) string {
	if g.ids == nil {
		g.ids = map[string]string{}
	}
	if _, there := g.ids[tag]; !there {
		g.ids[tag] = newUUID()
		g.names = append(g.names, tag)
	}
	return g.ids[tag]
}

// newUUID is a random one (RFC 9562 section 5.4).
func newUUID() string {
	b := randomBytes(16)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// randomBytes never fails: the program ends where there is no chance to be had.
func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}
