package transfer

import (
	"crypto/rand"

	"github.com/google/uuid"
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
		g.ids[tag] = uuid.NewString()
		g.names = append(g.names, tag)
	}
	return g.ids[tag]
}

// randomBytes never fails: the program ends where there is no chance to be had.
func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}
