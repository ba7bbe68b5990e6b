package api_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestSmallestUse is the last lines of API.md: a shell, curl and oathtool.
func TestSmallestUse(t *testing.T) {
	for _, program := range []string{"curl", "oathtool", "sh"} {
		need(t, program)
	}
	s := serve(t)
	script := `set -eu
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
ask() { curl -sS --fail-with-body "$@"; }
flow=$(ask $V/api/v1/signup -d '{"email":"ada@example.com","password":"correct horse battery"}' | field id)
secret=$(ask $V/api/v1/flows/$flow/enroll -d '{"method":"totp"}' | field secret)
code=$(oathtool --totp -b -N "$NOW" "$secret")
ask $V/api/v1/flows/$flow/code -d "{\"code\":\"$code\"}" | field step
`
	cmd := exec.CommandContext(t.Context(), "sh", "-c", script)
	cmd.Env = append(os.Environ(), "V="+s.url, "NOW="+start.Format("2006-01-02 15:04:05 UTC"))
	out, err := cmd.CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "done" {
		t.Errorf("%v\n%s", err, out)
	}
}
