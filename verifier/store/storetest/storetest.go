// Package storetest is what every store of the verifier has to pass. It tests
// the promises of verifier.Store and verifier.Tx, and nothing about how they
// are kept; durability over a crash is tested by the server, which can be
// killed.
package storetest

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"twofold/verifier"
)

// Store is what the suite gets: a store it can close.
type Store interface {
	verifier.Store
	Close() error
}

var now = time.Date(2026, 7, 13, 9, 30, 0, 123456000, time.UTC)

// Run holds the stores that open gives, each empty, to the suite.
func Run(t *testing.T, open func(*testing.T) Store) {
	tests := map[string]func(*testing.T, Store){
		"UsersRoundTrip":               usersRoundTrip,
		"UsersAreOldestFirst":          usersAreOldestFirst,
		"EmailsAreUnique":              emailsAreUnique,
		"SetUserLeavesGuardAndFactors": setUserLeavesGuardAndFactors,
		"SetUserMovesTheAddress":       setUserMovesTheAddress,
		"FactorsRoundTrip":             factorsRoundTrip,
		"ConfirmedIsNoLongerDeferred":  confirmedIsNoLongerDeferred,
		"OtherFactorsAreOthers":        otherFactorsAreOthers,
		"SpendOnlyMovesOn":             spendOnlyMovesOn,
		"FlowsRoundTrip":               flowsRoundTrip,
		"SetFlowLeavesWhatIsFixed":     setFlowLeavesWhatIsFixed,
		"EndFlowsTakesChallenges":      endFlowsTakesChallenges,
		"ChallengesRoundTrip":          challengesRoundTrip,
		"ChallengesGoByOrder":          challengesGoByOrder,
		"RecoveryIsReplaced":           recoveryIsReplaced,
		"RecoveryIsSpentOnce":          recoveryIsSpentOnce,
		"DevicesRoundTrip":             devicesRoundTrip,
		"LinksRoundTrip":               linksRoundTrip,
		"SessionsRoundTrip":            sessionsRoundTrip,
		"ThrottlesRoundTrip":           throttlesRoundTrip,
		"EventsAreNumbered":            eventsAreNumbered,
		"EventsAreBounded":             eventsAreBounded,
		"MissingIsNotFound":            missingIsNotFound,
		"TakenIsTaken":                 takenIsTaken,
		"NothingIsSpentAtNoTime":       nothingIsSpentAtNoTime,
		"EachChangeIsTakenBack":        eachChangeIsTakenBack,
		"AllChangesAreTakenBack":       allChangesAreTakenBack,
		"PanicTellsTypeAndPlaceOnly":   panicTellsTypeAndPlaceOnly,
		"ViewCannotChange":             viewCannotChange,
		"CompareAndSetIsWonOnce":       func(t *testing.T, s Store) { WonOnce(t, 20, s) },
		"ChangesDoNotMix":              changesDoNotMix,
		"SweepTakesOldOnly":            sweepTakesOldOnly,
		"CancelledChangeIsNotRun":      cancelledChangeIsNotRun,
		"FailureBesideOthersStays":     failureBesideOthersStays,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			})
			test(t, s)
		})
	}
}

func update(t *testing.T, s Store, change func(verifier.Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), change); err != nil {
		t.Fatalf("update: %v", err)
	}
}

func view(t *testing.T, s Store, read func(verifier.Tx) error) {
	t.Helper()
	if err := s.View(t.Context(), read); err != nil {
		t.Fatalf("view: %v", err)
	}
}

func same(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// key makes a digest by name.
func key(name string) verifier.Digest { return verifier.DigestOf(verifier.SecretOf(name)) }

// after is so many seconds after now.
func after(seconds int) time.Time { return now.Add(time.Duration(seconds) * time.Second) }

func ada() verifier.User {
	return verifier.User{
		ID: "u1", Email: "ada@example.com", Password: verifier.SecretOf("$argon2id$made-up"),
		Role: "user", Created: now,
	}
}

func grace() verifier.User {
	return verifier.User{ID: "u2", Email: "grace@example.com", Role: "helpdesk", Created: after(1)}
}

func factor(id, user string) verifier.Factor {
	return verifier.Factor{
		ID: id, UserID: user, Method: "totp", Name: "phone", Issuer: "Twofold", Label: "ada@example.com",
		Sealed: []byte{0, 1, 2, 255}, Algorithm: "SHA1", Digits: 6, Period: 30 * time.Second,
		Created: now, LastStep: verifier.NoStep,
	}
}

func flow(name string) verifier.Flow {
	return verifier.Flow{Key: key(name), Kind: verifier.FlowSignIn, UserID: "u1", Created: now, Expires: after(600)}
}

func challenge(id, flow string) verifier.Challenge {
	return verifier.Challenge{
		ID: id, Flow: key(flow), Method: "email", Target: "ada@example.com", Hash: key("code " + id),
		Sent: now, Expires: after(600),
	}
}

func device(id string) verifier.Device {
	return verifier.Device{
		Key: key(id), ID: id, UserID: "u1", Name: "Firefox on Linux", Created: now, Expires: after(3600), Used: now,
	}
}

func link(name string) verifier.Link {
	return verifier.Link{Key: key(name), Kind: verifier.LinkReset, UserID: "u1", Created: now, Expires: after(600)}
}

func session(name string) verifier.Session {
	return verifier.Session{Key: key(name), UserID: "u1", Device: "d1", Created: now, Expires: after(3600)}
}

func addAda(t *testing.T, s Store) {
	t.Helper()
	update(t, s, func(tx verifier.Tx) error { return tx.AddUser(ada()) })
}

func addBoth(t *testing.T, s Store) {
	t.Helper()
	update(t, s, func(tx verifier.Tx) error { return errors.Join(tx.AddUser(ada()), tx.AddUser(grace())) })
}
