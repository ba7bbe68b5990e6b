package transfer

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestPreferences(t *testing.T) {
	got, err := preferences([]byte("\ufeff<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\n<map>\n  <string name=\"a\">{&quot;x&quot;:&lt;1&gt;}</string>\n" +
		"<int name=\"n\" value=\"7\" /><set name=\"s\"><string>in a set</string></set><string name=\"b\" />\n<string name=\"c\"><![CDATA[&]]></string></map>"))
	if want := `[{a {"x":<1>}} {b } {c &}]`; err != nil || fmt.Sprint(got) != want {
		t.Errorf("%v %v", got, err)
	}
}

func TestPreferencesThatAreNone(t *testing.T) {
	const bomb = `<!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>`
	for name, text := range map[string]string{
		"bomb":       "<?xml version='1.0'?>" + bomb + `<map><string name="a">&b;</string></map>`,
		"cut off":    `<map><string name="a">secret`,
		"not closed": `<map><string name="a">secret</string>`,
		"deep":       strings.Repeat("<map>", 1000) + strings.Repeat("</map>", 1000),
		"crossed":    `</map><map>`,
	} {
		got, err := preferences([]byte(text))
		if !errors.Is(err, ErrBadFile) || len(got) > 0 || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
	if _, err := preferences([]byte("<map>" + strings.Repeat("<string/>", maxEntries+1) + "</map>")); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
}
