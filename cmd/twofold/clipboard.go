package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"twofold/vault"
)

// clipboardLife is how long a copied code stays in the clipboard.
const clipboardLife = 30 * time.Second

// clipboardTool is a program of the system that writes the clipboard and reads it back.
type clipboardTool struct{ write, read, clear []string }

// findClipboards are the tools that belong to this session, the best one first; over SSH there are none, since they
// would write the clipboard of the far computer.
func (a *app) findClipboards() []clipboardTool {
	var tools []clipboardTool
	switch {
	case a.getenv("SSH_CONNECTION") != "":
	case runtime.GOOS == "darwin":
		tools = append(tools, clipboardTool{write: []string{"pbcopy"}, read: []string{"pbpaste"}})
	case runtime.GOOS == "windows":
		tools = append(tools, clipboardTool{
			write: []string{"clip.exe"}, read: []string{"powershell.exe", "-NoProfile", "-Command", "Get-Clipboard"},
		})
	default:
		if a.getenv("WAYLAND_DISPLAY") != "" {
			tools = append(tools, clipboardTool{
				write: []string{"wl-copy", "--sensitive"}, read: []string{"wl-paste", "--no-newline"}, clear: []string{"wl-copy", "--clear"},
			}, clipboardTool{
				write: []string{"wl-copy"}, read: []string{"wl-paste", "--no-newline"}, clear: []string{"wl-copy", "--clear"},
			})
		}
		if a.getenv("DISPLAY") != "" {
			tools = append(tools, clipboardTool{
				write: []string{"xclip", "-selection", "clipboard"}, read: []string{"xclip", "-selection", "clipboard", "-o"},
			})
		}
	}
	return slices.DeleteFunc(tools, func(tool clipboardTool) bool {
		_, err := exec.LookPath(tool.write[0])
		return err != nil
	})
}

// canCopy reports whether there is a clipboard: a tool's, or the terminal's.
func (a *app) canCopy() bool {
	_, onTerminal := terminal(a.Err)
	return onTerminal || len(a.findClipboards()) > 0
}

var errNoClipboard = errors.New("there is no clipboard to copy to")

// copyCode puts a code on the clipboard and sees to it that it does not stay there.
func (a *app) copyCode(ctx context.Context, acc vault.Account, code vault.Code) error {
	tools := a.findClipboards()
	if len(tools) == 0 {
		return a.copyThroughTerminal(ctx, acc, code)
	}
	if err := pipeIntoFirst(ctx, tools, code.Reveal()); err != nil {
		return err
	}
	if err := startClearer(code.Reveal()); err != nil {
		return fmt.Errorf("the code is copied, but nothing will clear it: %w", err)
	}
	fmt.Fprintf(a.Err, "Copied the code of %s; it is cleared in %d s.\n", nameOf(acc), int(clipboardLife.Seconds()))
	return nil
}

// copyThroughTerminal asks the terminal to set its clipboard (OSC 52), which works over SSH. The terminal gives no
// answer, so nothing more is claimed; and since the clipboard cannot be read back, we stay and clear it ourselves.
func (a *app) copyThroughTerminal(ctx context.Context, acc vault.Account, code vault.Code) error {
	out, ok := terminal(a.Err)
	if !ok {
		return errNoClipboard
	}
	fmt.Fprint(out, ansi.SetSystemClipboard(code.Reveal()))
	fmt.Fprintf(out, "Sent the code of %s to the terminal's clipboard. Clearing it in %d s (Ctrl-C clears it now).\n",
		nameOf(acc), int(clipboardLife.Seconds()))
	select {
	case <-ctx.Done():
	case <-time.After(clipboardLife):
	}
	fmt.Fprint(out, ansi.ResetSystemClipboard)
	return nil
}

// pipeIntoFirst takes the first tool that works: an older wl-copy does not know --sensitive.
func pipeIntoFirst(ctx context.Context, tools []clipboardTool, text string) error {
	var failed error
	for _, tool := range tools {
		err := pipeInto(ctx, tool.write, text)
		if err == nil {
			return nil
		}
		failed = errors.Join(failed, fmt.Errorf("copy with %s: %w", tool.write[0], err))
	}
	return failed
}

func pipeInto(ctx context.Context, command []string, text string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdin = bytes.NewReader([]byte(text))
	return cmd.Run()
}

// clearerName is the hidden command that waits in the background. It is told the hash of what was copied, on its
// standard input, and clears the clipboard only while that is still in it.
const clearerName = "clear-clipboard-later"

// startClearer starts this program once more, detached, to clear the clipboard after its life.
func startClearer(text string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	hash := sha256.Sum256([]byte(text))
	// It has to outlive this run, so no context ends it.
	cmd := exec.CommandContext(context.Background(), self, clearerName)
	cmd.SysProcAttr = detached()
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	if _, err := in.Write(hash[:]); err != nil {
		return err
	}
	return errors.Join(in.Close(), cmd.Process.Release())
}

func (a *app) clipboardClearerCommand() *cobra.Command {
	return &cobra.Command{
		Use:    clearerName,
		Hidden: true,
		Args:   noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			copied := make([]byte, sha256.Size)
			if _, err := io.ReadFull(a.In, copied); err != nil {
				return err
			}
			select {
			case <-cmd.Context().Done():
			case <-time.After(clipboardLife):
			}
			return a.clearClipboard(context.WithoutCancel(cmd.Context()), copied)
		},
	}
}

// clearClipboard empties the clipboard when what is in it has the hash of what was copied.
func (a *app) clearClipboard(ctx context.Context, copied []byte) error {
	tools := a.findClipboards()
	if len(tools) == 0 {
		return errNoClipboard
	}
	tool := tools[0] // where two are there, they reach the same clipboard
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	now, err := exec.CommandContext(ctx, tool.read[0], tool.read[1:]...).Output()
	if err != nil {
		return nil // an empty clipboard cannot be read
	}
	hash := sha256.Sum256(bytes.TrimRight(now, "\r\n"))
	if subtle.ConstantTimeCompare(hash[:], copied) != 1 {
		return nil
	}
	if tool.clear != nil {
		return exec.CommandContext(ctx, tool.clear[0], tool.clear[1:]...).Run()
	}
	return pipeIntoFirst(ctx, tools, "")
}
