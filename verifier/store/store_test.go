package store_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"twofold/verifier"
	"twofold/verifier/store"
	"twofold/verifier/store/storetest"
)

func TestMain(m *testing.M) {
	crashIfAsked()
	goleak.VerifyTestMain(m)
}

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) storetest.Store { return store.NewMemory() })
}

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Store {
		return open(t, filepath.Join(t.TempDir(), "a name?with %41 signs.db"))
	})
}

func TestSQLiteInMemory(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Store { return open(t, ":memory:") })
}

func open(t testing.TB, path string) *store.SQLite {
	t.Helper()
	s, err := store.OpenSQLite(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// closed closes a store whose last error does not matter to the test.
func closed(s *store.SQLite) { _ = s.Close() }

func addFactor(t testing.TB, s verifier.Store, id string) {
	t.Helper()
	err := s.Update(context.Background(), func(tx verifier.Tx) error {
		return errors.Join(
			tx.AddUser(verifier.User{ID: id, Email: id + "@example.com", Role: "user", Created: time.Unix(1, 0)}),
			tx.AddFactor(verifier.Factor{ID: id, UserID: id, Method: "totp", Sealed: []byte{1}, Created: time.Unix(1, 0), LastStep: verifier.NoStep}))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func spend(s verifier.Store, id string, step verifier.TimeStep) (won bool, err error) {
	err = s.Update(context.Background(), func(tx verifier.Tx) (err error) {
		won, err = tx.Spend(id, step)
		return err
	})
	return won, err
}

func TestWhatWasKeptIsThereAfterReopening(t *testing.T) {
	path := filepath.Join(t.TempDir(), "verifier.db")
	s := open(t, path)
	addFactor(t, s, "a")
	if won, err := spend(s, "a", 5); err != nil || !won {
		t.Fatal(won, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := spend(s, "a", 6); err == nil {
		t.Error("a closed store took a change")
	}
	s = open(t, path)
	defer closed(s)
	if won, err := spend(s, "a", 5); err != nil || won {
		t.Errorf("the step could be spent again after reopening: %v, %v", won, err)
	}
}

// TestP03_TwoProcessesOnOneStore opens one file twice, as two processes do.
func TestP03_TwoProcessesOnOneStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "verifier.db")
	one, two := open(t, path), open(t, path)
	defer closed(one)
	defer closed(two)
	storetest.WonOnce(t, 20, one, two)
}

// TestOnlyDigestsAreInTheFile looks through the file, and the log beside it,
// while it is open: the digests are there, what they stand for is not.
func TestOnlyDigestsAreInTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "verifier.db")
	s := open(t, path)
	defer closed(s)
	addFactor(t, s, "a")
	texts := map[string]string{
		"code": "90210773", "recovery code": "mzxw6ytboi-krugkidr", "device": "device-token-7d1", "link": "link-token-55c",
		"session": "session-token-9ab", "flow": "flow-id-31f", "answer": "a-2CV-in-Grenoble",
	}
	digests := map[string]verifier.Digest{}
	for name, text := range texts {
		digests[name] = verifier.DigestOf(verifier.SecretOf(text))
	}
	at := time.Unix(1, 0)
	err := s.Update(t.Context(), func(tx verifier.Tx) error {
		u, err := tx.User("a")
		u.Questions = []verifier.Question{{Ask: "Which car?", Answer: digests["answer"]}}
		err = errors.Join(err, tx.SetUser(u),
			tx.AddFlow(verifier.Flow{Key: digests["flow"], UserID: "a", Created: at, Expires: at}),
			tx.AddChallenge(verifier.Challenge{ID: "c", Flow: digests["flow"], Hash: digests["code"], Sent: at, Expires: at}),
			tx.SetRecovery("a", []verifier.Digest{digests["recovery code"]}),
			tx.AddDevice(verifier.Device{Key: digests["device"], ID: "d", UserID: "a", Created: at, Expires: at}),
			tx.AddLink(verifier.Link{Key: digests["link"], UserID: "a", Created: at, Expires: at}),
			tx.AddSession(verifier.Session{Key: digests["session"], UserID: "a", Created: at, Expires: at}))
		_, _, spend := tx.SpendRecovery("a", digests["recovery code"], at)
		_, spend2 := tx.SpendChallenge("c", at)
		return errors.Join(err, spend, spend2)
	})
	if err != nil {
		t.Fatal(err)
	}
	var kept []byte
	for _, suffix := range []string{"", "-wal"} {
		raw, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, raw...)
	}
	for name, text := range texts {
		d := digests[name]
		if !bytes.Contains(kept, d[:]) && !bytes.Contains(kept, []byte(hex.EncodeToString(d[:]))) {
			t.Errorf("the digest of the %s is not in the file", name)
		}
		if bytes.Contains(kept, []byte(text)) {
			t.Errorf("the %s is in the file", name)
		}
	}
}

func TestFileIsForItsOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "verifier.db")
	s := open(t, path)
	defer closed(s)
	addFactor(t, s, "a")
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", filepath.Base(path+suffix), info.Mode().Perm())
		}
	}
}

func TestForeignAndNewerFilesAreRefused(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, []byte("this is a text, and rather longer than a header of SQLite would be: one hundred bytes and more"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.OpenSQLite(t.Context(), text); err == nil {
		t.Error("a text file was opened")
	}
	for name, c := range map[string]struct {
		pragma string
		want   error
	}{
		"foreign": {"application_id = 7", store.ErrForeign},
		"newer":   {"user_version = 99", store.ErrNewerFormat},
	} {
		path := filepath.Join(dir, name+".db")
		if err := open(t, path).Close(); err != nil {
			t.Fatal(err)
		}
		store.Pragma(t, path, c.pragma)
		if _, err := store.OpenSQLite(t.Context(), path); !errors.Is(err, c.want) {
			t.Errorf("%s file: %v, want %v", name, err, c.want)
		}
	}
	if _, err := store.OpenSQLite(t.Context(), filepath.Join(dir, "no", "such", "folder.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
}

// BenchmarkSpend measures durable spends on a file: each is on disk before it
// is answered. The file lies where TMPDIR says.
func BenchmarkSpend(b *testing.B) {
	for _, clients := range []int{1, 64} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			s := open(b, filepath.Join(b.TempDir(), "verifier.db"))
			defer closed(s)
			for c := range clients {
				addFactor(b, s, fmt.Sprint("c", c))
			}
			var done atomic.Int64
			b.ResetTimer()
			var all sync.WaitGroup
			for c := range clients {
				all.Go(func() {
					for step := verifier.TimeStep(0); done.Add(1) <= int64(b.N); step++ {
						if won, err := spend(s, fmt.Sprint("c", c), step); err != nil || !won {
							b.Error(won, err)
						}
					}
				})
			}
			all.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "spends/s")
		})
	}
}
