package server

import (
	"net"
	"net/http"
	"sync"
)

// silent holds the connections that have sent nothing yet. Browsers open such
// ones in case they need them, and http.Server.Shutdown would wait for them to
// speak.
type silent struct {
	mu    sync.Mutex
	over  bool
	conns map[net.Conn]struct{}
}

// note is an http.Server's ConnState.
func (s *silent) note(conn net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case state != http.StateNew:
		delete(s.conns, conn)
	case s.over:
		_ = conn.Close() // as in end
	default:
		s.conns[conn] = struct{}{}
	}
}

// end closes them, and those that come later.
func (s *silent) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	for conn := range s.conns {
		_ = conn.Close() // nobody waits for an answer on it
	}
}
