package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"twofold/vault/keyringtest"
)

// needParts skips a test some of whose parts are missing, and fails it where they are required.
func needParts(t *testing.T, missing []string) {
	t.Helper()
	if len(missing) == 0 {
		return
	}
	if partsRequired() {
		t.Fatalf("%s: missing, and make test requires it", strings.Join(missing, ", "))
	}
	t.Skipf("%s: missing", strings.Join(missing, ", "))
}

// TestKeyringScripts runs the program on a real keyring: a private bus and a gnome-keyring for each script.
func TestKeyringScripts(t *testing.T) {
	needParts(t, keyringtest.Missing())
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
