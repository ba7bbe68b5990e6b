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

// asker asks for an item that nobody has: harmless, and an answer tells that
// there is a keyring.
type asker struct {
	wait time.Duration // for an answer
}

func (a asker) probe(ctx context.Context) KeyringState {
	state := KeyringState{Provider: providerName()}
	ctx, cancel := context.WithTimeout(ctx, a.wait)
	defer cancel()
	done := make(chan error, 1) // like all calls of go-keyring, without a deadline of its own
	go func() {
		_, err := gokeyring.Get(service, "probe")
		done <- err
	}()
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	switch {
	case err == nil, errors.Is(err, gokeyring.ErrNotFound):
		state.State = StateUsable
	case errors.Is(err, gokeyring.ErrUnsupportedPlatform):
		state.State, state.Err = StateAbsent, ErrNoKeyring
	default:
		state.State = StateUnreachable
		state.Err = fmt.Errorf("%w (%s): %w", ErrKeyringUnreachable, state.Provider, err)
	}
	return state
}

func (asker) users(context.Context) ([]string, error) { return nil, errCannotList }

func (asker) close() {}

func providerName() string {
	switch runtime.GOOS {
	case "darwin":
		return "Keychain"
	case "windows":
		return "Windows Credential Manager"
	}
	return ""
}
