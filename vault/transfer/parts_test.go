package transfer

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// need skips a test whose program is missing, and names it. Where all parts are required it fails.
func need(t testing.TB, programs ...string) {
	t.Helper()
	var missing []string
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			missing = append(missing, p)
		}
	}
	if len(missing) == 0 {
		return
	}
	if os.Getenv("TWOFOLD_TEST_PARTS") == "required" {
		t.Fatalf("missing: %s", strings.Join(missing, ", "))
	}
	t.Skipf("missing: %s", strings.Join(missing, ", "))
}
