package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"twofold/vault/keyringtest"
)

// TestKeyringScripts runs the program on a real keyring: a private bus and a gnome-keyring for each script.
func TestKeyringScripts(t *testing.T) {
	if gone := keyringtest.Missing(); len(gone) > 0 {
		if partsRequired() {
			t.Fatalf("%s: missing, and make test requires it", strings.Join(gone, ", "))
		}
		t.Skipf("%s: missing", strings.Join(gone, ", "))
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "keyring"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Condition:           missing,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
		Setup: func(env *testscript.Env) error {
			keyring, err := keyringtest.Start()
			if err != nil {
				return err
			}
			env.Defer(keyring.Stop)
			for _, variable := range keyring.Environ() {
				name, value, _ := strings.Cut(variable, "=")
				if name != "PATH" {
					env.Setenv(name, value)
				}
			}
			env.Setenv("NO_COLOR", "1")
			return nil
		},
	})
}
