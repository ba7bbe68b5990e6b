package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"twofold/vault"
)

// Each state of a keyring has its own line, and hints that say what to do; all end the program alike.
func TestEachTroubleOfAKeyringHasItsOwnLine(t *testing.T) {
	said := map[string]vault.KeyringReason{}
	for _, reason := range []vault.KeyringReason{
		vault.ReasonNoBus, vault.ReasonNoProvider, vault.ReasonNoCollection, vault.ReasonNotSupported,
		vault.ReasonLocked, vault.ReasonLockedNoPrompt, vault.ReasonDismissed, vault.ReasonUnanswered, vault.ReasonNotAllowed,
		vault.ReasonDeadBus, vault.ReasonForeignBus, vault.ReasonFrozenBus, vault.ReasonNotStarted,
		vault.ReasonFrozenProvider, vault.ReasonProviderGone, vault.ReasonRefused,
	} {
		for _, provider := range []string{"GNOME Keyring", "KeePassXC", "KWallet", ""} {
			o := outcomeOf(fmt.Errorf("open vault: %w", &vault.KeyringError{Reason: reason, Provider: provider, Cause: errors.New("a cause")}))
			if o.code != exitNoVault || len(o.hints) == 0 || o.says == "" || strings.Contains(o.says, "open vault") {
				t.Errorf("%s of %q: %+v", reason, provider, o)
			}
			if other, ok := said[o.says]; ok && other != reason {
				t.Errorf("%s and %s are both %q", reason, other, o.says)
			}
			said[o.says] = reason
		}
	}
	stopped := outcomeOf(&vault.KeyringError{Reason: vault.ReasonUnanswered, Cause: context.Canceled})
	if stopped.code != exitStopped || stopped.says != "stopped" {
		t.Errorf("%+v", stopped)
	}
}
