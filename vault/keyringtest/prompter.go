package keyringtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

const prompterName = "org.gnome.keyring.SystemPrompter"

// prompterPath is where distributions put the program that shows the prompts of
// GNOME Keyring; it is not in PATH.
func prompterPath() string {
	for _, dir := range []string{"/usr/libexec", "/usr/lib/gcr", "/usr/lib/gcr3"} {
		if p := filepath.Join(dir, "gcr-prompter"); exists(p) {
			return p
		}
	}
	return ""
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// MissingPrompter names what StartPrompter needs and is not here.
func MissingPrompter() []string {
	missing := missingOf("Xvfb", "xdotool")
	if prompterPath() == "" {
		missing = append(missing, "gcr-prompter")
	}
	return missing
}

// Prompter shows the prompts of a keyring on a display of its own.
type Prompter struct {
	// Display is what programs that shall be seen to have a display need in
	// their environment, as DISPLAY.
	Display string

	keyring  *Keyring
	screen   *exec.Cmd
	prompter *exec.Cmd
}

// StartPrompter starts a display without a person before it, and the program
// that shows prompts there. It leaves by itself when nothing is prompted for
// some seconds.
func (k *Keyring) StartPrompter() (*Prompter, error) {
	if m := MissingPrompter(); len(m) > 0 {
		return nil, fmt.Errorf("start a prompter: no %s", strings.Join(m, ", "))
	}
	p := &Prompter{keyring: k}
	if err := p.start(); err != nil {
		p.Stop()
		return nil, err
	}
	return p, nil
}

func (p *Prompter) start() error {
	// Xvfb chooses a free number and writes it to its descriptor 3.
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	screen := exec.CommandContext(context.Background(), "Xvfb", "-displayfd", "3", "-screen", "0", "800x600x24", "-nolisten", "tcp")
	screen.ExtraFiles = []*os.File{w}
	err = screen.Start()
	_ = w.Close()
	if err != nil {
		return err
	}
	p.screen = screen
	number, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		return fmt.Errorf("no display was named by Xvfb: %w", err)
	}
	p.Display = ":" + strings.TrimSpace(number)
	prompter := exec.CommandContext(context.Background(), prompterPath())
	prompter.Env = append(p.keyring.Environ(), "DISPLAY="+p.Display, "NO_AT_BRIDGE=1", "GTK_A11Y=none")
	if err := prompter.Start(); err != nil {
		return err
	}
	p.prompter = prompter
	return p.keyring.waitFor(prompterName, func(*dbus.Conn) bool { return true })
}

// Answer types a password into the prompt, once one shows.
func (p *Prompter) Answer(ctx context.Context, password string) error {
	if err := p.Wait(ctx); err != nil {
		return err
	}
	if err := p.press(ctx, "key", "ctrl+a"); err != nil {
		return err
	}
	if err := p.press(ctx, "type", "--delay", "10", password); err != nil {
		return err
	}
	return p.press(ctx, "key", "Return")
}

// Dismiss closes the prompt, once one shows.
func (p *Prompter) Dismiss(ctx context.Context) error {
	if err := p.Wait(ctx); err != nil {
		return err
	}
	return p.press(ctx, "key", "Escape")
}

// Wait waits until a prompt shows and takes keys.
func (p *Prompter) Wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		// A prompt that takes keys has grabbed the keyboard, so nothing else has the focus.
		out, err := p.command(ctx, "search", "--onlyvisible", "--class", "gcr-prompter").Output()
		if err == nil && len(out) > 0 {
			time.Sleep(300 * time.Millisecond) // the grab comes after the window
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return errors.Join(errors.New("no prompt shows"), ctx.Err())
}

func (p *Prompter) press(ctx context.Context, args ...string) error {
	if out, err := p.command(ctx, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("xdotool: %w: %s", err, out)
	}
	return nil
}

func (p *Prompter) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, "xdotool", args...)
	c.Env = append(p.keyring.Environ(), "DISPLAY="+p.Display)
	return c
}

// Stop ends the program and its display.
func (p *Prompter) Stop() {
	p.prompter = end(p.prompter)
	p.screen = end(p.screen)
}
