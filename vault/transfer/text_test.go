package transfer

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"
)

// TestTextsOfWindows: as PowerShell and Notepad write them.
func TestTextsOfWindows(t *testing.T) {
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for format, text := range map[string]string{
			"otpauth": "otpauth://totp/Grüße:ada🙂?secret=" + rfcBase32 + "\r\n",
			"andotp":  `[{"secret": "` + rfcBase32 + `", "issuer": "Grüße", "label": "ada🙂", "type": "TOTP"}]`,
		} {
			var data []byte
			for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
				data = order.AppendUint16(data, unit)
			}
			if got := names(mustRead(t, format, data, "")); got != "Grüße:ada🙂" {
				t.Errorf("%s: %q", format, got)
			}
		}
	}
	for _, data := range []string{"", "\xff\xfe", "\xff\xfea\x00b", "\xff\xfe\x00\x00", "\xfe\xffab", "text", strings.Repeat("\xff", 8)} {
		if got := utf8Text([]byte(data)); string(got) != data {
			t.Errorf("%q became %q", data, got)
		}
	}
}
