package keyringtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

// exposed is a database that offers its root group as a collection.
const exposed = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<KeePassFile>
  <Meta><CustomData><Item>
    <Key>FDO_SECRETS_EXPOSED_GROUP</Key><Value>{00112233-4455-6677-8899-aabbccddeeff}</Value>
  </Item></CustomData></Meta>
  <Root><Group><UUID>ABEiM0RVZneImaq7zN3u/w==</UUID><Name>Root</Name></Group></Root>
</KeePassFile>
`

// settings make it a Secret Service that asks nobody, and locks nothing by itself.
const settings = `[General]
ConfigVersion=2
UpdateCheckMessageShown=true
RememberLastDatabases=false
OpenPreviousDatabasesOnStartup=false
AutoReloadOnChange=false
[GUI]
CheckForUpdates=false
[Security]
LockDatabaseIdle=false
LockDatabaseMinimize=false
LockDatabaseScreenLock=false
LockDatabaseOnUserSwitch=false
[FdoSecrets]
Enabled=true
ShowNotification=false
ConfirmAccessItem=false
ConfirmDeleteItem=false
`

// MissingKeePassXC names what StartKeePassXC needs and is not here.
func MissingKeePassXC() []string { return missingOf("dbus-daemon", "keepassxc", "keepassxc-cli") }

// StartKeePassXC starts a bus with KeePassXC on it, and an unlocked database of
// its own. Its windows are nowhere. It dies at about ten writes in a row, so
// tests of it are small.
func StartKeePassXC() (*Keyring, error) {
	if m := MissingKeePassXC(); len(m) > 0 {
		return nil, fmt.Errorf("start KeePassXC: no %s", strings.Join(m, ", "))
	}
	k, err := newBus()
	if err != nil {
		return nil, err
	}
	if err := k.OpenKeePassXC(true); err != nil {
		k.Stop()
		return nil, err
	}
	return k, nil
}

// OpenKeePassXC starts KeePassXC on a bus that has no provider, with the
// database that was there before or a new one. Not unlocked, it knows of the
// database and cannot read it.
func (k *Keyring) OpenKeePassXC(unlocked bool) error {
	database, config := filepath.Join(k.dir, "passwords.kdbx"), filepath.Join(k.dir, "keepassxc.ini")
	if !exists(database) {
		source := filepath.Join(k.dir, "passwords.xml")
		if err := os.WriteFile(source, []byte(exposed), 0o600); err != nil {
			return err
		}
		if err := os.WriteFile(config, []byte(settings), 0o600); err != nil {
			return err
		}
		load := exec.CommandContext(context.Background(), "keepassxc-cli", "import", "--quiet", "--decryption-time", "100", "--set-password", source, database)
		load.Env = k.Environ()
		load.Stdin = strings.NewReader(Password + "\n" + Password + "\n")
		if out, err := load.CombinedOutput(); err != nil {
			return fmt.Errorf("keepassxc-cli import: %w: %s", err, out)
		}
	}
	// On a busy machine it sometimes comes up without its database.
	var err error
	for range 3 {
		if err = k.launchKeePassXC(database, config, unlocked); err == nil {
			return nil
		}
		k.StopProvider()
	}
	return err
}

func (k *Keyring) launchKeePassXC(database, config string, unlocked bool) error {
	args := []string{"--config", config, "--localconfig", config + ".local"}
	if unlocked {
		args = append(args, "--pw-stdin")
	}
	k.daemon = exec.CommandContext(context.Background(), "keepassxc", append(args, database)...)
	k.daemon.Env = append(k.Environ(), "QT_QPA_PLATFORM=offscreen")
	if unlocked {
		k.daemon.Stdin = strings.NewReader(Password + "\n")
	}
	if err := k.daemon.Start(); err != nil {
		k.daemon = nil
		return err
	}
	return k.waitForSome(10*time.Second, secretsName, collectionIs(!unlocked))
}

// AskBeforeItems has KeePassXC ask its person before a program gets an item, as
// it does unless told otherwise. It starts anew, unlocked.
func (k *Keyring) AskBeforeItems() error {
	if err := k.Lock(); err != nil { // which saves
		return err
	}
	k.StopProvider()
	asks := strings.Replace(settings, "ConfirmAccessItem=false", "ConfirmAccessItem=true", 1)
	if err := os.WriteFile(filepath.Join(k.dir, "keepassxc.ini"), []byte(asks), 0o600); err != nil {
		return err
	}
	return k.OpenKeePassXC(true)
}

// Lock has KeePassXC lock its database, as its person would. It saves it before.
func (k *Keyring) Lock() error {
	conn, err := dbus.Connect(k.address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	service := conn.Object(secretsName, "/org/freedesktop/secrets")
	v, err := service.GetProperty("org.freedesktop.Secret.Service.Collections")
	if err != nil {
		return err
	}
	var locked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	if err := service.Call("org.freedesktop.Secret.Service.Lock", 0, v.Value()).Store(&locked, &prompt); err != nil {
		return err
	}
	if prompt != "/" { // of a lock, it answers itself
		if err := conn.Object(secretsName, prompt).Call("org.freedesktop.Secret.Prompt.Prompt", 0, "").Err; err != nil {
			return err
		}
	}
	return k.waitFor(secretsName, collectionIs(true))
}

// collectionIs waits for a collection that is locked, or unlocked.
func collectionIs(locked bool) func(*dbus.Conn) bool {
	return func(conn *dbus.Conn) bool {
		v, err := conn.Object(secretsName, "/org/freedesktop/secrets").GetProperty("org.freedesktop.Secret.Service.Collections")
		if err != nil {
			return false
		}
		paths, _ := v.Value().([]dbus.ObjectPath)
		for _, path := range paths {
			v, err := conn.Object(secretsName, path).GetProperty("org.freedesktop.Secret.Collection.Locked")
			if err == nil && v.Value() == any(locked) {
				return true
			}
		}
		return false
	}
}
