package main

import "testing"

// TestWeakNewPassphraseIsCalledSoAndTaken: the vault is the person's, a hint is not a rule.
func TestWeakNewPassphraseIsCalledSoAndTaken(t *testing.T) {
	home := t.TempDir()
	term := startInTerminal(t, []string{"add"}, "HOME="+home, "TWOFOLD_HOME="+home, "TWOFOLD_VAULT=file")
	term.waitFor("otpauth:// link or key (not shown)")
	term.press("otpauth://totp/GitHub:ada?issuer=GitHub&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n")
	term.waitFor("[y/N]")
	term.press("y\n")
	term.waitFor("New passphrase")
	term.press("password1\n")
	term.waitFor("weak: found in seconds")
	term.waitFor("The same again")
	term.press("password1\n")
	if err := term.wait(); err != nil {
		t.Errorf("a weak passphrase was refused: %v", err)
	}
}
