package vault

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
)

// addAsProcess is this test binary as another process that adds accounts.
func addAsProcess(dir string) int {
	v, err := Open(context.Background(), Options{Dir: dir, Kind: Kind(os.Getenv("TWOFOLD_TEST_KIND")), Passphrase: passphrase(testPassphrase), patience: testPatience})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = v.Close() }()
	v.work = 4
	for n := range 2 {
		secret, err := NewSecret([]byte("made up"))
		if err != nil {
			return 1
		}
		a, err := v.Add(context.Background(), Key{
			Account: Account{Type: TOTP, Issuer: os.Getenv("TWOFOLD_TEST_NAME"), Label: strconv.Itoa(n), Algorithm: SHA1, Digits: 6, Period: 30},
			Secret:  secret,
		})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Println(a.ID)
	}
	return 0
}

func TestEightProcessesAddAtOnceAndLoseNothing(t *testing.T) {
	everyKind(t, func(t *testing.T, p place) {
		if !p.again {
			t.Skip("a throwaway vault has one process")
		}
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		var wait sync.WaitGroup
		for n := range 8 {
			wait.Go(func() {
				c := exec.CommandContext(t.Context(), self)
				c.Env = append(os.Environ(), "TWOFOLD_TEST_ADD_TO="+p.dir, "TWOFOLD_TEST_KIND="+p.name, "TWOFOLD_TEST_NAME=process "+strconv.Itoa(n))
				if out, err := c.CombinedOutput(); err != nil {
					t.Errorf("process %d: %v\n%s", n, err, out)
				}
			})
		}
		wait.Wait()
		v := p.open(t)
		if got := len(v.Accounts()); got != 16 {
			t.Fatalf("%d of 16 accounts", got)
		}
		for _, a := range v.Accounts() {
			if _, err := v.Key(t.Context(), a.ID); err != nil {
				t.Errorf("%s: %v", a.Name(), err)
			}
		}
	})
}
