package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/adrg/xdg"
	"github.com/pelletier/go-toml/v2"
)

// settings are what a person has decided in settings.toml.
type settings struct {
	lockAfter    time.Duration // of idling, until the interface locks; 0: never
	trashDays    int           // a removed account stays restorable; 0: for ever
	remindBackup time.Duration // after the last backup; 0: never
}

func defaultSettings() settings {
	return settings{lockAfter: 5 * time.Minute, trashDays: 30, remindBackup: 30 * aDay}
}

const (
	aDay            = 24 * time.Hour
	maxSettingsFile = 64 << 10
	maxDays         = 3650
)

func (s settings) trashLife() time.Duration { return time.Duration(s.trashDays) * aDay }

// settingsFile is where they are: beside everything else under TWOFOLD_HOME, or the system's place for settings.
func (a *app) settingsFile() string {
	if dir := a.getenv("TWOFOLD_HOME"); dir != "" {
		return filepath.Join(dir, "settings.toml")
	}
	return filepath.Join(xdg.ConfigHome, "twofold", "settings.toml")
}

// settings reads settings.toml; without one everything is as it comes.
func (a *app) settings() (settings, error) {
	path := a.settingsFile()
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return defaultSettings(), nil
	}
	if err != nil {
		return settings{}, fmt.Errorf("read the settings: %w", err)
	}
	s, err := parseSettings(text)
	if err != nil {
		return settings{}, &settingsError{path, err}
	}
	return s, nil
}

// remindAfter is how old a backup may be; 0: as old as it likes. Settings that cannot be read were said to be so when
// the vault was opened.
func (a *app) remindAfter() time.Duration {
	s, err := a.settings()
	if err != nil {
		return defaultSettings().remindBackup
	}
	return s.remindBackup
}

// settingsError is a settings.toml that cannot be understood.
type settingsError struct {
	path  string
	cause error
}

func (e *settingsError) Error() string { return fmt.Sprintf("%s: %v", e.path, e.cause) }
func (e *settingsError) Unwrap() error { return e.cause }

func parseSettings(text []byte) (settings, error) {
	if len(text) > maxSettingsFile {
		return settings{}, fmt.Errorf("it is longer than %d KiB", maxSettingsFile>>10)
	}
	var file struct {
		LockAfter    *string `toml:"lock_after"`
		TrashDays    *int    `toml:"trash_days"`
		BackupRemind *int    `toml:"backup_reminder_days"`
	}
	decoder := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		return settings{}, placed(err)
	}
	s := defaultSettings()
	if file.LockAfter != nil {
		d, err := time.ParseDuration(*file.LockAfter)
		if err != nil || d < 0 {
			return s, errors.New(`lock_after wants a time like "5m" or "30s"; "0s" is never`)
		}
		s.lockAfter = d
	}
	days := func(name string, given *int, into func(int)) error {
		if given == nil {
			return nil
		}
		if *given < 0 || *given > maxDays {
			return fmt.Errorf("%s wants 0 to %d", name, maxDays)
		}
		into(*given)
		return nil
	}
	return s, errors.Join(
		days("trash_days", file.TrashDays, func(n int) { s.trashDays = n }),
		days("backup_reminder_days", file.BackupRemind, func(n int) { s.remindBackup = time.Duration(n) * aDay }),
	)
}

// placed says where a mistake is.
func placed(err error) error {
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) && len(strict.Errors) > 0 {
		row, _ := strict.Errors[0].Position()
		return fmt.Errorf("line %d: there is no setting %q", row, joinKey(strict.Errors[0].Key()))
	}
	var wrong *toml.DecodeError
	if errors.As(err, &wrong) {
		row, _ := wrong.Position()
		text := wrong.Error()
		if strings.Contains(text, "struct") { // Go's own words for a wrong type
			text = joinKey(wrong.Key()) + " has a value of the wrong type"
		}
		return fmt.Errorf("line %d: %s", row, text)
	}
	return err
}

func joinKey(key toml.Key) string {
	var out string
	for i, part := range key {
		if i > 0 {
			out += "."
		}
		out += printable(part)
	}
	return out
}
