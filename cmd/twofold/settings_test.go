package main

import (
	"strings"
	"testing"
	"time"
)

func TestSettings(t *testing.T) {
	for text, want := range map[string]settings{
		"":                                   {5 * time.Minute, 30, 30 * aDay},
		"lock_after = \"30s\"":               {30 * time.Second, 30, 30 * aDay},
		"lock_after = \"0s\"\n":              {0, 30, 30 * aDay},
		"# kept\ntrash_days = 0\n":           {5 * time.Minute, 0, 30 * aDay},
		"backup_reminder_days = 7":           {5 * time.Minute, 30, 7 * aDay},
		"trash_days=1\nlock_after=\"1h30m\"": {90 * time.Minute, 1, 30 * aDay},
	} {
		got, err := parseSettings([]byte(text))
		if err != nil || got != want {
			t.Errorf("%q: %+v %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"lock_after = \"soon\"":                "lock_after wants",
		"lock_after = \"-5m\"":                 "lock_after wants",
		"trash_days = -1":                      "trash_days wants 0 to 3650",
		"trash_days = \"x\"":                   "line 1: trash_days has a value of the wrong type",
		"\n\nlock_atfer = \"5m\"":              "line 3: there is no setting \"lock_atfer\"",
		"trash_days = 1\ntrash_days":           "line 2",
		strings.Repeat("#", maxSettingsFile+1): "longer than",
	} {
		if _, err := parseSettings([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v", text, err)
		}
	}
}

func FuzzSettings(f *testing.F) {
	f.Add([]byte("lock_after = \"5m\"\ntrash_days = 30\nbackup_reminder_days = 30\n"))
	f.Add([]byte("trash_days = 1e9\n[x]\ny=2"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := parseSettings(text)
		if err == nil && (s.lockAfter < 0 || s.trashDays < 0 || s.trashDays > maxDays || s.remindBackup < 0) {
			t.Fatalf("%+v", s)
		}
	})
}
