// Package verifier is the side of two-factor login that asks: users, their
// factors, and the flows that lead from a password to a session.
//
// It promises that a code is accepted once, for ever; that every failure is
// counted, durably, by the store call that decides about it; and that what an
// account holder hears of a refusal is the same whatever the cause, while the
// tester's side hears the exact one (Event).
//
// What comes next for a person is decided by one pure function, Next. The
// decisions of an organization are data (package rollout). Where things are
// kept is a Store's business (package store), how they look is that of
// packages web and api, which call the same Service.
//
// The package does not know where enrollments are scanned or codes computed:
// it never meets an authenticator but through key URIs and codes.
package verifier
