package delivery_test

import (
	"io"
	"log/slog"
	"testing"

	"twofold/verifier/delivery"
)

func textLog(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

func TestMasksShowNoMoreThanTheyMust(t *testing.T) {
	for in, want := range map[string]string{
		"ada@example.com": "a•••@example.com", "é@example.com": "é•••@example.com", "@example.com": "•••", "ada": "•••", "": "•••",
		`"a@b"@example.com`: `"•••@example.com`,
	} {
		if got := delivery.MaskEmail(in); got != want {
			t.Errorf("MaskEmail(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"+491701234567": "+49 ••••• 4567", "+12025550143": "+1 ••••• 0143", "+15550143": "+1 ••••• 0143",
		"+3781234": "•••••", "": "•••••", "+9991234567": "•••••",
	} {
		if got := delivery.MaskPhone(in); got != want {
			t.Errorf("MaskPhone(%q) = %q, want %q", in, got, want)
		}
	}
}
