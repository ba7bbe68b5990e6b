package store_test

import (
	"context"
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

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

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
	addFactor(t, one, "a")
	for step := range verifier.TimeStep(20) {
		var wins atomic.Int32
		var all sync.WaitGroup
		for n := range 16 {
			all.Go(func() {
				won, err := spend([]*store.SQLite{one, two}[n%2], "a", step)
				if err != nil {
					t.Error(err)
				}
				if won {
					wins.Add(1)
				}
			})
		}
		all.Wait()
		if wins.Load() != 1 {
			t.Fatalf("step %d was spent %d times", step, wins.Load())
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
