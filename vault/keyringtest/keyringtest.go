// Package keyringtest starts a real Secret Service for tests: a private D-Bus
// and a gnome-keyring with a home of their own, so that no test ever meets the
// keyring of the person who runs it.
//
// go-keyring keeps one connection to the bus for the life of a process. So a
// test binary that uses the keyring itself starts one keyring, in TestMain, and
// calls Setenv; tests that only start programs may have one each.
package keyringtest

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

// Programs are what Start needs to find in PATH.
var programs = []string{"dbus-daemon", "gnome-keyring-daemon"}

// Missing names the programs that Start needs and that are not here.
func Missing() []string { return missingOf(programs...) }

func missingOf(programs ...string) []string {
	var missing []string
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			missing = append(missing, p)
		}
	}
	return missing
}

// Keyring is a running bus, and a provider on it.
type Keyring struct {
	dir     string
	address string
	bus     *exec.Cmd
	daemon  *exec.Cmd
}

// Password is that of the keyrings that Start and StartKeePassXC make.
const Password = "a password for tests"

// Start starts a bus and an unlocked keyring that keep everything in a new
// folder of the system's temporary one. Stop ends them and removes it.
func Start() (*Keyring, error) {
	k, err := StartBus()
	if err != nil {
		return nil, err
	}
	if err := k.StartProvider(Password); err != nil {
		k.Stop()
		return nil, err
	}
	return k, nil
}

// StartBus starts a bus with nobody on it, and nobody it could start.
func StartBus() (*Keyring, error) {
	if m := Missing(); len(m) > 0 {
		return nil, fmt.Errorf("start a keyring: no %s", strings.Join(m, ", "))
	}
	return newBus()
}

func newBus() (*Keyring, error) {
	// Not below the caller's folder: the name of a socket has 107 bytes at most.
	dir, err := os.MkdirTemp("", "twofold-keyring-")
	if err != nil {
		return nil, err
	}
	k := &Keyring{dir: dir}
	for _, sub := range []string{filepath.Join(dir, "run"), k.services()} {
		if err := os.Mkdir(sub, 0o700); err != nil {
			return nil, err
		}
	}
	if err := k.startBus(); err != nil {
		k.Stop()
		return nil, err
	}
	return k, nil
}

func (k *Keyring) startBus() error {
	config := filepath.Join(k.dir, "bus.conf")
	err := os.WriteFile(config, []byte(`<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=`+filepath.Join(k.dir, "run", "bus")+`</listen>
  <servicedir>`+k.services()+`</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`), 0o600)
	if err != nil {
		return err
	}
	k.bus = exec.CommandContext(context.Background(), "dbus-daemon", "--config-file="+config, "--nofork", "--print-address")
	k.bus.Env = k.Environ()
	out, err := k.bus.StdoutPipe()
	if err != nil {
		return err
	}
	if err := k.bus.Start(); err != nil {
		k.bus = nil
		return err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return fmt.Errorf("dbus-daemon did not say its address: %w", err)
	}
	k.address = strings.TrimSpace(line)
	return nil
}

// StartProvider starts gnome-keyring with a password. The first one makes its
// login keyring; another one later finds that locked. It waits until the
// provider answers.
func (k *Keyring) StartProvider(password string) error {
	// The login collection says whether the password was taken in.
	return k.startProvider(password, "/org/freedesktop/secrets/collection/login",
		"org.freedesktop.Secret.Collection.Locked", "--unlock")
}

// StartBareProvider starts gnome-keyring without a password: on a new bus it has
// no default collection.
func (k *Keyring) StartBareProvider() error {
	return k.startProvider("", "/org/freedesktop/secrets", "org.freedesktop.Secret.Service.Collections")
}

// startProvider waits until the provider has a property.
func (k *Keyring) startProvider(password string, path dbus.ObjectPath, property string, flags ...string) error {
	k.daemon = exec.CommandContext(context.Background(), "gnome-keyring-daemon", append([]string{"--foreground", "--components=secrets"}, flags...)...)
	k.daemon.Env = k.Environ()
	k.daemon.Stdin = strings.NewReader(password)
	if err := k.daemon.Start(); err != nil {
		k.daemon = nil
		return err
	}
	return k.waitFor(secretsName, func(conn *dbus.Conn) bool {
		_, err := conn.Object(secretsName, path).GetProperty(property)
		return err == nil
	})
}

const secretsName = "org.freedesktop.secrets"

// waitFor waits until a name is on the bus and ready.
func (k *Keyring) waitFor(name string, ready func(*dbus.Conn) bool) error {
	return k.waitForSome(20*time.Second, name, ready)
}

func (k *Keyring) waitForSome(most time.Duration, name string, ready func(*dbus.Conn) bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), most)
	defer cancel()
	conn, err := dbus.Connect(k.address, dbus.WithContext(ctx))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	for ctx.Err() == nil {
		var owned bool
		err := conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, name).Store(&owned)
		if err == nil && owned && ready(conn) {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return fmt.Errorf("nobody answers as %s", name)
}

// Install tells the bus what to run when the keyring is asked for and nobody is
// there; each system with a desktop has such an entry.
func (k *Keyring) Install(command string) error {
	entry := "[D-BUS Service]\nName=" + secretsName + "\nExec=" + command + "\n"
	if err := os.WriteFile(filepath.Join(k.services(), secretsName+".service"), []byte(entry), 0o600); err != nil {
		return err
	}
	conn, err := dbus.Connect(k.address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	return conn.BusObject().Call("org.freedesktop.DBus.ReloadConfig", 0).Err
}

func (k *Keyring) services() string { return filepath.Join(k.dir, "services") }

// StopProvider ends the provider as a crash would, and leaves the bus.
func (k *Keyring) StopProvider() { k.daemon = end(k.daemon) }

// Provider is the process of the provider, nil when there is none.
func (k *Keyring) Provider() *os.Process {
	if k.daemon == nil {
		return nil
	}
	return k.daemon.Process
}

// Bus is the process of the bus.
func (k *Keyring) Bus() *os.Process { return k.bus.Process }

// Stop ends both and removes what they kept.
func (k *Keyring) Stop() {
	k.StopProvider()
	k.bus = end(k.bus)
	_ = os.RemoveAll(k.dir)
}

func end(c *exec.Cmd) *exec.Cmd {
	if c != nil && c.Process != nil {
		_ = c.Process.Kill()
		_ = c.Wait()
	}
	return nil
}

// variables are what the keyring's users have to have in their environment, and
// what must not be there.
func (k *Keyring) variables() map[string]string {
	return map[string]string{
		"DBUS_SESSION_BUS_ADDRESS": k.address,
		"HOME":                     k.dir,
		"XDG_DATA_HOME":            filepath.Join(k.dir, ".local", "share"),
		"XDG_CONFIG_HOME":          filepath.Join(k.dir, ".config"),
		"XDG_CACHE_HOME":           filepath.Join(k.dir, ".cache"),
		"XDG_STATE_HOME":           filepath.Join(k.dir, ".local", "state"),
		"XDG_RUNTIME_DIR":          filepath.Join(k.dir, "run"),
		"DISPLAY":                  "",
		"WAYLAND_DISPLAY":          "",
		"GNOME_KEYRING_CONTROL":    "",
	}
}

// Environ is the environment, as KEY=value, for programs that shall use it: that
// of this process with a private home and bus, and without a display.
func (k *Keyring) Environ() []string {
	vars := k.variables()
	var env []string
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if _, ours := vars[name]; !ours {
			env = append(env, pair)
		}
	}
	for name, value := range vars {
		if value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// Setenv makes it the keyring of this process.
func (k *Keyring) Setenv() error {
	for name, value := range k.variables() {
		if value == "" {
			if err := os.Unsetenv(name); err != nil {
				return err
			}
			continue
		}
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return nil
}
