package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the golden parts of the scripts")

// TestMain lets the scripts, and the tests that need a process of their own, run this program as "twofold".
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"twofold": main})
}

// TestScripts runs the program as users do. Each script has an empty HOME and a file vault, unless it says otherwise.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("TWOFOLD_HOME", filepath.Join(env.WorkDir, "home"))
			env.Setenv("TWOFOLD_VAULT", "file")
			pass := filepath.Join(env.WorkDir, "passphrase")
			env.Setenv("TWOFOLD_PASSPHRASE_FILE", pass)
			env.Setenv("NO_COLOR", "1")
			return os.WriteFile(pass, []byte("a passphrase for tests\n"), 0o600)
		},
		Condition: missing,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":  exits,
			"draw":   drawPictures,
			"export": writeExport,
		},
	})
}

// exits runs a command and holds its exit code against the first argument: "exits 3 twofold code nope".
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// partsRequired is set by make test: a missing part then fails a test instead of skipping it.
func partsRequired() bool { return os.Getenv("TWOFOLD_TEST_PARTS") == "required" }

// missing is the condition [missing:PROGRAM]. Where parts are required it fails instead of being true. [root] is the
// user who may read everything.
func missing(condition string) (bool, error) {
	if condition == "root" {
		return os.Geteuid() == 0, nil
	}
	part, ok := strings.CutPrefix(condition, "missing:")
	if !ok {
		return false, fmt.Errorf("unknown condition %q", condition)
	}
	if _, err := exec.LookPath(part); err == nil {
		return false, nil
	}
	if partsRequired() {
		return false, fmt.Errorf("%s is missing, and make test requires it", part)
	}
	return true, nil
}
