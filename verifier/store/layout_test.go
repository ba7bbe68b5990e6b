package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"twofold/verifier"
	"twofold/verifier/store"
)

// version1 makes a file as version 1 left it.
func version1(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "version1.db")
	store.Pragma(t, path, "journal_mode = WAL")
	for _, name := range []string{"version1.sql", "version1rows.sql"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		store.Exec(t, path, string(text))
	}
	isVersion(t, path, 1)
	return path
}

func isVersion(t *testing.T, path string, want int) {
	t.Helper()
	if got := store.Text(t, path, "PRAGMA user_version"); !slices.Equal(got, []string{fmt.Sprint(want)}) {
		t.Errorf("the file has version %v, want %d", got, want)
	}
}

func second(n int64) time.Time { return time.Unix(n, 0).UTC() }

// hasVersion1 looks for all that version1rows.sql has, with nothing in what is
// new.
func hasVersion1(t *testing.T, s *store.SQLite) {
	t.Helper()
	one, two, three := verifier.Digest{1}, verifier.Digest{2}, verifier.Digest{3}
	ada := verifier.User{
		ID: "u1", Email: "ada@example.com", Role: "user", Created: second(1),
		Guard: verifier.Guard{Failures: 2, LockedUntil: second(4), LastFailure: second(3)},
		Factors: []verifier.Factor{
			{
				ID: "f1", UserID: "u1", Method: "totp", Name: "phone", Issuer: "Twofold", Label: "ada@example.com",
				Sealed: []byte{0, 1, 2, 255}, Algorithm: "SHA256", Digits: 8, Period: time.Minute,
				Created: second(1), Confirmed: second(2), LastStep: 41, Spent: []verifier.TimeStep{41, 40},
			},
			{
				ID: "f2", UserID: "u1", Method: "totp", Name: "tablet", Issuer: "Twofold", Label: "ada@example.com",
				Sealed: []byte{3}, Algorithm: "SHA1", Digits: 6, Period: 30 * time.Second,
				Created: second(3), LastStep: verifier.NoStep,
			},
		},
	}
	grace := verifier.User{ID: "u2", Email: "grace@example.com", Role: "admin", Created: second(2)}
	flow := verifier.Flow{
		Key: one, Kind: verifier.FlowSignIn, UserID: "u1", Created: second(1), Expires: second(9), Factor: "f2",
		Proven: second(2), Skipped: second(3), Done: second(4),
	}
	session := verifier.Session{Key: two, UserID: "u1", Created: second(1), Expires: second(9)}
	throttle := verifier.Guard{Failures: 3, LockedUntil: second(2), LastFailure: second(1)}
	off := -3
	events := []verifier.Event{
		{Seq: 1, At: second(1), Type: "code", User: "ada@example.com", Method: "totp", Outcome: "refused", Cause: "code_old_step", StepsOff: &off},
		{Seq: 2, At: second(2), Type: "sign_out", User: "ada@example.com", Outcome: "accepted"},
	}
	err := s.View(t.Context(), func(tx verifier.Tx) error {
		users, err := tx.Users()
		for i, hash := range []string{"$argon2id$made-up", "$argon2id$made-up-too"} {
			if i >= len(users) || users[i].Password.RevealText() != hash {
				t.Errorf("user %d or its hash is not there", i)
				continue
			}
			users[i].Password = verifier.Secret{}
		}
		gotFlow, err2 := tx.Flow(one)
		gotSession, err3 := tx.Session(two)
		gotThrottle, err4 := tx.Throttle(three)
		gotEvents, err5 := tx.Events(0, 9)
		for _, c := range []struct{ got, want any }{
			{users, []verifier.User{ada, grace}},
			{gotFlow, flow},
			{gotSession, session},
			{gotThrottle, throttle},
			{gotEvents, events},
		} {
			if !reflect.DeepEqual(c.got, c.want) {
				t.Errorf("got  %+v\nwant %+v", c.got, c.want)
			}
		}
		return errors.Join(err, err2, err3, err4, err5)
	})
	if err != nil {
		t.Error(err)
	}
}

func TestVersion1IsUpgradedInPlace(t *testing.T) {
	path := version1(t)
	s := open(t, path)
	hasVersion1(t, s)
	// It is on disk before anything else was done to the file.
	isVersion(t, path, store.SchemaVersion)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path)
	defer closed(s)
	hasVersion1(t, s)
	err := s.Update(t.Context(), func(tx verifier.Tx) error {
		u, err := tx.User("u1")
		if err != nil {
			return err
		}
		u.Phone = "+491701234567"
		won, err := tx.Spend("f1", 41)
		if won {
			t.Error("a step that was spent under version 1 was spent again")
		}
		return errors.Join(err, tx.SetUser(u),
			tx.AddChallenge(verifier.Challenge{ID: "c1", Flow: verifier.Digest{1}, Sent: second(1), Expires: second(2)}),
			tx.SetRecovery("u1", []verifier.Digest{{4}}),
			tx.AddDevice(verifier.Device{Key: verifier.Digest{5}, ID: "d1", UserID: "u1"}),
			tx.AddLink(verifier.Link{Key: verifier.Digest{6}, UserID: "u2"}),
			tx.EndFlows("u1"))
	})
	if err != nil {
		t.Errorf("change what is new: %v", err)
	}
	err = s.View(t.Context(), func(tx verifier.Tx) error {
		challenges, err := tx.Challenges(verifier.Digest{1})
		if len(challenges) != 0 {
			t.Error("a challenge outlived its flow")
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestUpgradedLayoutIsThatOfANewFile(t *testing.T) {
	upgraded, fresh := version1(t), filepath.Join(t.TempDir(), "fresh.db")
	for _, path := range []string{upgraded, fresh} {
		if err := open(t, path).Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, query := range []string{
		"PRAGMA user_version", "PRAGMA application_id", "PRAGMA journal_mode",
		`SELECT t.name, t.strict, t.wr, c.name, c.type, c."notnull", c.dflt_value, c.pk
			FROM pragma_table_list t JOIN pragma_table_info(t.name) c ORDER BY 1, 4`,
		`SELECT t.name, f."from", f."table", f."to", f.on_delete FROM pragma_table_list t
			JOIN pragma_foreign_key_list(t.name) f ORDER BY 1, 2`,
		"SELECT type, name, tbl_name FROM sqlite_schema ORDER BY 1, 2",
		"SELECT name, sql FROM sqlite_schema WHERE type = 'index' ORDER BY 1",
	} {
		got, want := store.Text(t, upgraded, query), store.Text(t, fresh, query)
		if len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%s:\nupgraded %q\nfresh    %q", query, got, want)
		}
	}
}

// crashVariable names the file that the test program is to upgrade, up to the
// commit, when it is run once more.
const crashVariable = "TWOFOLD_STORE_CRASH"

const crashed = 86 // the exit code that tells it from other ends

func crashIfAsked() {
	path := os.Getenv(crashVariable)
	if path == "" {
		return
	}
	version, err := store.UpgradeWithoutCommit(context.Background(), path)
	if err != nil || version != store.SchemaVersion {
		fmt.Println("not upgraded:", version, err)
		os.Exit(1)
	}
	os.Exit(crashed)
}

func TestCrashBeforeCommitLeavesVersion1(t *testing.T) {
	path := version1(t)
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	command.Env = append(os.Environ(), crashVariable+"="+path)
	output, err := command.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != crashed {
		t.Fatalf("the program ended with %v: %s", err, output)
	}
	isVersion(t, path, 1)
	s := open(t, path)
	defer closed(s)
	hasVersion1(t, s)
}

func TestFailedUpgradeLeavesVersion1(t *testing.T) {
	path := version1(t)
	store.Exec(t, path, "CREATE TABLE links (in_the_way TEXT)") // the last that an upgrade makes
	const layout = "SELECT name, sql FROM sqlite_schema ORDER BY 1"
	before := store.Text(t, path, layout)
	if s, err := store.OpenSQLite(t.Context(), path); err == nil {
		closed(s)
		t.Fatal("the upgrade did not fail")
	}
	isVersion(t, path, 1)
	if after := store.Text(t, path, layout); !slices.Equal(after, before) {
		t.Errorf("the layout is %q, and was %q", after, before)
	}
	store.Exec(t, path, "DROP TABLE links")
	s := open(t, path)
	defer closed(s)
	hasVersion1(t, s)
}

func TestManyMayUpgradeOneFileAtOnce(t *testing.T) {
	path := version1(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			s, err := store.OpenSQLite(context.Background(), path)
			if err != nil {
				t.Error(err)
				return
			}
			defer closed(s)
			hasVersion1(t, s)
		})
	}
	all.Wait()
}
