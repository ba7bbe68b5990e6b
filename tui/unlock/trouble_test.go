package unlock

import (
	"errors"
	"strings"
	"testing"

	"twofold/vault"
)

var reasons = []vault.KeyringReason{
	vault.ReasonNoBus, vault.ReasonNoProvider, vault.ReasonNoCollection, vault.ReasonNotSupported,
	vault.ReasonLocked, vault.ReasonLockedNoPrompt, vault.ReasonDismissed, vault.ReasonUnanswered, vault.ReasonNotAllowed,
	vault.ReasonDeadBus, vault.ReasonForeignBus, vault.ReasonFrozenBus, vault.ReasonNotStarted,
	vault.ReasonFrozenProvider, vault.ReasonProviderGone, vault.ReasonRefused,
}

// Each trouble of a keyring has words of its own, and names the program where it matters.
func TestTheRemedyIsACommandThatThereIs(t *testing.T) {
	for err, command := range map[error]string{
		vault.ErrIndexMissing: "twofold vault doctor --rebuild",
		vault.ErrDamaged:      "twofold vault doctor --fix",
	} {
		if _, _, remedy := explain(err, vault.Status{Exists: true, Dir: "/home/ada"}); !strings.HasSuffix(remedy, command) {
			t.Errorf("%v: %q", err, remedy)
		}
	}
}

func TestEachTroubleOfAKeyringHasItsOwnWords(t *testing.T) {
	said := map[string]vault.KeyringReason{}
	for _, reason := range reasons {
		for _, exists := range []bool{true, false} {
			for _, provider := range []string{"KeePassXC", "GNOME Keyring", ""} {
				title, why, remedy := explain(&vault.KeyringError{Reason: reason, Provider: provider, Cause: errors.New("cause")}, vault.Status{Exists: exists})
				for _, part := range []string{title, why, remedy} {
					if !strings.HasSuffix(part, ".") || strings.Contains(part, "..") || strings.Contains(part, "%") {
						t.Errorf("%s: %q", reason, part)
					}
				}
				if title == "The vault can't be opened." {
					t.Errorf("%s has no words", reason)
				}
				if exists && (!strings.Contains(why, "nothing was changed") || strings.Contains(remedy, "file")) {
					t.Errorf("%s, over a vault: %q %q", reason, why, remedy)
				}
				key := title + why
				if provider != "" || !exists {
					continue
				}
				if other, ok := said[key]; ok {
					t.Errorf("%s and %s: %q", reason, other, key)
				}
				said[key] = reason
			}
		}
	}
	title, _, remedy := explain(&vault.KeyringError{Reason: vault.ReasonLockedNoPrompt, Provider: "KeePassXC"}, vault.Status{Exists: true})
	if title != "KeePassXC is locked." || remedy != "Unlock your database in KeePassXC." {
		t.Errorf("%q %q", title, remedy)
	}
}
