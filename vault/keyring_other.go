//go:build !(linux || freebsd || netbsd || openbsd || dragonfly)

package vault

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	gokeyring "github.com/zalando/go-keyring"
)

// systemKeyring is the keyring of the operating system, through go-keyring.
type systemKeyring struct {
	wait time.Duration // for an answer
}

func newSystemKeyring(patience time.Duration) *systemKeyring {
	return &systemKeyring{wait: max(patience, probeWait)}
}

// probe asks for an item that nobody has: harmless, and an answer tells that
// there is a keyring.
func (s *systemKeyring) probe(ctx context.Context) KeyringState {
	_, err := s.get(ctx, "probe")
	if errors.Is(err, errItemAbsent) {
		err = nil
	}
	return stateOf(err, providerName())
}

func (s *systemKeyring) get(ctx context.Context, user string) (string, error) {
	return s.run(ctx, s.wait, "read an item", func() (string, error) { return gokeyring.Get(service, user) })
}

func (s *systemKeyring) getMany(ctx context.Context, users []string) (map[string]string, error) {
	if len(users) > maxItems {
		return nil, errTooMany
	}
	values := make(map[string]string, len(users))
	for _, user := range users {
		value, err := s.get(ctx, user)
		if errors.Is(err, errItemAbsent) {
			continue
		}
		if err != nil {
			return nil, err
		}
		values[user] = value
	}
	return values, nil
}

func (s *systemKeyring) set(ctx context.Context, user, value string) error {
	if len(value) > maxItem {
		return fmt.Errorf("write an item: it is longer than %d bytes", maxItem)
	}
	_, err := s.run(ctx, max(s.wait, itemWait), "write an item", func() (string, error) { return "", gokeyring.Set(service, user, value) })
	return err
}

func (s *systemKeyring) remove(ctx context.Context, user string) error {
	_, err := s.run(ctx, max(s.wait, itemWait), "remove an item", func() (string, error) { return "", gokeyring.Delete(service, user) })
	if errors.Is(err, errItemAbsent) {
		return nil
	}
	return err
}

// run makes one call of go-keyring, which knows no deadline. When ours passes,
// its goroutine is left behind until the keyring answers, and a write may still
// take place then.
func (s *systemKeyring) run(ctx context.Context, wait time.Duration, doing string, call func() (string, error)) (string, error) {
	type answer struct {
		value string
		err   error
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	done := make(chan answer, 1)
	go func() {
		value, err := call()
		done <- answer{value, err}
	}()
	select {
	case a := <-done:
		return a.value, explain(doing, a.err)
	case <-ctx.Done():
		return "", &KeyringError{Reason: ReasonFrozenProvider, Provider: providerName(), Doing: doing, Cause: ctx.Err()}
	}
}

// explain gives an error of go-keyring one of our names.
func explain(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gokeyring.ErrNotFound):
		return errItemAbsent
	case errors.Is(err, gokeyring.ErrSetDataTooBig):
		return fmt.Errorf("%s: the account is too long for this system's keyring", doing)
	case errors.Is(err, gokeyring.ErrUnsupportedPlatform):
		return &KeyringError{Reason: ReasonNotSupported}
	}
	return &KeyringError{Reason: ReasonRefused, Provider: providerName(), Doing: doing, Cause: err}
}

func (s *systemKeyring) users(context.Context) ([]string, error) { return nil, errCannotList }

func (s *systemKeyring) all(context.Context) (map[string]string, error) { return nil, errCannotList }

func (s *systemKeyring) close() {}

// UnlockKeyring tells whether the keyring can be used. This system asks the
// person by itself when an item is read, so there is no prompt to wait for.
func UnlockKeyring(ctx context.Context, _ func(provider string)) error {
	return newSystemKeyring(0).probe(ctx).Err
}

func providerName() string {
	switch runtime.GOOS {
	case "darwin":
		return "Keychain"
	case "windows":
		return "Windows Credential Manager"
	}
	return ""
}
