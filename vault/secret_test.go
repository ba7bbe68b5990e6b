package vault

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

const marked = "MARKEDSECRETBYTES"

// traces are the spellings in which the marked bytes could leak.
func traces() []string {
	b := []byte(marked)
	return []string{
		marked, hex.EncodeToString(b), strings.ToUpper(hex.EncodeToString(b)), base64.StdEncoding.EncodeToString(b),
		hold(b).RevealBase32(), strings.Trim(fmt.Sprintf("%v", b), "[]"), fmt.Sprintf("%x", b[:4]),
		"77 65 82 75", "0x4d, 0x41", "115 101 99",
	}
}

func leaks(text string) bool {
	for _, s := range traces() {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}

func TestASecretIsNeverPrinted(t *testing.T) {
	s, err := NewSecret([]byte(marked))
	if err != nil {
		t.Fatal(err)
	}
	type open struct{ Secret Secret }
	type hidden struct {
		secret  Secret
		pointer *Secret
	}
	key := Key{Account: Account{ID: "x", Label: "me"}, Secret: s}
	code := Code{text: func() string { return marked }}
	v := Throwaway(Options{})
	v.key = s
	holders := map[string]any{
		"value": s, "pointer": &s, "struct": open{s}, "pointer to struct": &open{s}, "hidden": hidden{s, &s}, "pointer to hidden": &hidden{s, &s},
		"map": map[string]Secret{"a": s}, "slice": []Secret{s}, "array": [1]Secret{s}, "any": []any{s, &s},
		"key": key, "pointer to key": &key, "code": code, "pointer to code": &code, "struct of code": struct{ c Code }{code},
		"vault": v, "entry": fmt.Errorf("wrapped %v", s),
	}
	for name, h := range holders {
		for _, verb := range "vsqxXdtbcoOUeEfFgGpTw" {
			for _, flag := range []string{"", "+", "#", " ", "0", "-", "# ", "+#"} {
				if got := fmt.Sprintf("%"+flag+string(verb), h); leaks(got) {
					t.Errorf("%s under %%%s%c: %s", name, flag, verb, got)
				}
			}
		}
		if got := fmt.Sprint(h) + fmt.Sprintln(h); leaks(got) {
			t.Errorf("%s: %s", name, got)
		}
		var out bytes.Buffer
		for _, log := range []*slog.Logger{
			slog.New(slog.NewTextHandler(&out, nil)), slog.New(slog.NewJSONHandler(&out, nil)),
		} {
			log.Info("message", "it", h, slog.Group("group", "it", h), slog.Any("any", []any{h}))
		}
		if leaks(out.String()) {
			t.Errorf("%s in slog: %s", name, out.String())
		}
		if b, err := json.Marshal(h); leaks(string(b)) || err != nil && leaks(err.Error()) {
			t.Errorf("%s in JSON: %s %v", name, b, err)
		}
	}
	for name, h := range map[string]any{"value": s, "pointer": &s, "struct": open{s}, "key": key, "map": map[string]Secret{"a": s}, "code": code} {
		if _, err := json.Marshal(h); !errors.Is(err, errPrinting) {
			t.Errorf("json.Marshal of a %s does not refuse: %v", name, err)
		}
	}
	if fmt.Sprint(s) != "[secret]" || fmt.Sprintf("%#v", open{s}.Secret) != "[secret]" || fmt.Sprint(code) != "[code]" {
		t.Errorf("%v %#v %v", s, s, code)
	}
	// The test can fail: what is searched for is what a plain slice prints.
	if !leaks(fmt.Sprintf("%v", []byte(marked))) || !leaks(fmt.Sprintf("%#v", []byte(marked))) || !leaks(fmt.Sprintf("%x", marked)) {
		t.Error("a leak would not be seen")
	}
}

func TestParseSecretTakesWhatPeopleType(t *testing.T) {
	want, _ := NewSecret([]byte("12345678901234567890"))
	for _, text := range []string{
		rfcSecret, strings.ToLower(rfcSecret), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ",
		"gezd-gnbv-gy3t-qojq-gezd-gnbv-gy3t-qojq", " " + rfcSecret + "\n", rfcSecret + "======",
		"GEZDGNBVGY3TQOJQ\u00a0GEZDGNBVGY3TQOJQ",
	} {
		got, err := ParseSecret(text)
		if err != nil || !got.Equal(want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Lengths of 1, 3 and 6 modulo 8 are no whole number of bytes: the whole ones
// count, and the bits left over are ignored.
func TestParseSecretIgnoresBitsLeftOver(t *testing.T) {
	full := "JBSWY3DPEHPK3PXP"
	for n, want := range map[int]int{2: 1, 3: 1, 4: 2, 5: 3, 6: 3, 7: 4, 8: 5, 9: 5, 10: 6, 11: 6, 14: 8, 16: 10} {
		s, err := ParseSecret(full[:n])
		if err != nil || s.Len() != want || !strings.HasPrefix("Hello!\xde\xad\xbe\xef", string(s.Reveal())) {
			t.Errorf("%d characters: %d bytes, %v", n, s.Len(), err)
		}
	}
	for _, text := range []string{"", " ", "-", "=", "A", "A=", " a "} {
		if _, err := ParseSecret(text); !errors.Is(err, ErrEmptySecret) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestParseSecretNamesALongSecret(t *testing.T) {
	for n, long := range map[int]bool{1024 * 8 / 5: false, 1640: true, 4096: true, 4097: true, 1 << 20: true} {
		_, err := ParseSecret(strings.Repeat("A", n))
		var e *ParameterError
		if errors.As(err, &e) != long || long && e.Part != "secret" {
			t.Errorf("%d characters: %v", n, err)
		}
	}
}

func TestParseSecretNamesTheWrongCharacter(t *testing.T) {
	for text, want := range map[string]SecretError{
		"GEZD0NBV": {'0', 5}, "1AAA": {'1', 1}, "AA AA8": {'8', 6}, "ÄAAA": {'Ä', 1}, "AAé9": {'é', 3},
		"AA==AA": {'=', 3}, "AAAA!": {'!', 5}, "AA\x00A": {0, 3},
	} {
		_, err := ParseSecret(text)
		var got *SecretError
		if !errors.As(err, &got) || *got != want {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := ParseSecret(strings.Repeat("A", 5000)); err == nil {
		t.Error("a secret without end is taken")
	}
	if _, err := ParseSecret(strings.Repeat("A", 1700)); err == nil {
		t.Error("a secret of more than 1024 bytes is taken")
	}
}

func TestClearEmptiesEveryCopy(t *testing.T) {
	s, _ := NewSecret([]byte(marked))
	raw := s.bytes()
	copied := s
	out := s.Reveal()
	s.Clear()
	if copied.Len() != 0 || !bytes.Equal(raw, make([]byte, len(marked))) {
		t.Error("the bytes are still there")
	}
	if string(out) != marked {
		t.Error("what was revealed is the caller's")
	}
	var zero Secret
	zero.Clear()
	if zero.Len() != 0 || zero.Reveal() != nil || !zero.Equal(copied) {
		t.Error("the zero secret is not empty")
	}
}
