package verifier

// CheapPasswords makes new password hashes cost next to nothing, for tests
// that are about something else.
func CheapPasswords(s *Service) {
	s.hasher.time, s.hasher.memory = 1, 64
	s.hasher.dummy = s.hasher.phc(make([]byte, argonSalt), make([]byte, argonTag))
}
