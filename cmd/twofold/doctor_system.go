package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/beevik/ntp"

	"twofold/vault"
)

// examineClipboard says which tool copies a code.
func (a *app) examineClipboard() vault.Finding {
	f := vault.Finding{Check: "clipboard", Level: vault.LevelOK}
	var names []string
	for _, tool := range a.findClipboards() {
		if len(names) == 0 || names[len(names)-1] != tool.write[0] {
			names = append(names, tool.write[0])
		}
	}
	switch {
	case len(names) > 0:
		f.Says = strings.Join(names, ", ") + " copies codes and clears them"
	case a.getenv("SSH_CONNECTION") != "":
		f.Says = "over SSH, the terminal is asked to copy (OSC 52)"
	case a.getenv("WAYLAND_DISPLAY") != "":
		f.Level, f.Says, f.Advice = vault.LevelNote, "no tool for the clipboard; the terminal is asked to copy (OSC 52)", "install wl-clipboard"
	case a.getenv("DISPLAY") != "":
		f.Level, f.Says, f.Advice = vault.LevelNote, "no tool for the clipboard; the terminal is asked to copy (OSC 52)", "install xclip"
	default:
		f.Says = "no display, so the terminal is asked to copy (OSC 52)"
	}
	return f
}

// driftAllowed is how far a clock may be off: codes are mostly taken a period of 30 s early or late.
const driftAllowed = 10 * time.Second

// examineClock asks a time server. It is the one thing here that goes over the network, and only when it was asked for.
func (a *app) examineClock(ctx context.Context, server string) vault.Finding {
	f := vault.Finding{Check: "clock", Level: vault.LevelOK}
	answer, err := askTime(ctx, server)
	if err != nil {
		f.Level, f.Says, f.Err = vault.LevelNote, fmt.Sprintf("%s gave no time: %v", server, err), err
		f.Advice = "is there a network? Another server: --ntp=HOST"
		return f
	}
	off := answer.ClockOffset
	direction := "behind"
	if off < 0 {
		direction, off = "ahead", -off
	}
	f.Says = fmt.Sprintf("the clock is %.1f s %s %s", off.Seconds(), direction, server)
	if off > driftAllowed {
		f.Level = vault.LevelProblem
		f.Advice = "codes depend on the clock: set it by the network (timedatectl set-ntp true)"
	}
	return f
}

func askTime(ctx context.Context, server string) (*ntp.Response, error) {
	wait := 5 * time.Second
	answer, err := await(ctx, func() (*ntp.Response, error) {
		return ntp.QueryWithOptions(server, ntp.QueryOptions{Timeout: wait})
	})
	if err != nil {
		return nil, err
	}
	return answer, answer.Validate()
}
