package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"twofold/vault"
)

// codeOptions are the flags of "twofold code".
type codeOptions struct {
	copy, next, watch, json bool
	minLeft                 time.Duration
	at                      string
}

func (a *app) codeCommand() *cobra.Command {
	var o codeOptions
	cmd := &cobra.Command{
		Use:   "code [FILTER]",
		Short: "Print the code of one account",
		Long: `Print the code of one account, alone on one line.

With --json all accounts that match are printed. A counter-based account is only
printed when it is the one that matches: its counter moves on with each code.`,
		Example: `  twofold code github
  twofold code github --copy --min-left 5s
  twofold code --json | jq -r '.[].code'`,
		Args: filterArguments,
		RunE: func(cmd *cobra.Command, args []string) error {
			at, err := o.instant(cmd)
			if err != nil {
				return err
			}
			open := a.withVault
			if len(args) > 0 {
				open = a.withOneAccount
			}
			return open(cmd.Context(), func(v *vault.Vault) error {
				return a.printCodes(cmd.Context(), v, filterOf(args), o, at)
			})
		},
	}
	f := cmd.Flags()
	f.BoolVarP(&o.copy, "copy", "c", false, "copy it to the clipboard, and clear that after 30 s")
	f.BoolVarP(&o.next, "next", "n", false, "the code of the next period")
	f.DurationVar(&o.minLeft, "min-left", 0, "wait for a code that stays valid at least this `DURATION`, like 5s")
	f.StringVar(&o.at, "at", "", "the code at this `TIME` (RFC 3339)")
	f.BoolVarP(&o.watch, "watch", "w", false, "go on printing codes as they change")
	f.BoolVar(&o.json, "json", false, "print one JSON document; with --watch one object a line")
	return cmd
}

// instant is what --at says, or nil for the present.
func (o codeOptions) instant(cmd *cobra.Command) (*time.Time, error) {
	refuse := func(err error) (*time.Time, error) { return nil, usageError{cmd.CommandPath(), err} }
	switch {
	case o.minLeft < 0:
		return refuse(errors.New("--min-left cannot be negative"))
	case o.copy && (o.json || o.watch):
		return refuse(errors.New("--copy does not go with --json or --watch"))
	case o.watch && o.minLeft > 0:
		return refuse(errors.New("--min-left does not go with --watch"))
	}
	if o.at == "" {
		return nil, nil
	}
	if o.watch || o.minLeft > 0 {
		return refuse(errors.New("--at names one instant; it does not go with --watch or --min-left"))
	}
	at, err := time.Parse(time.RFC3339, o.at)
	if err != nil || at.Year() > 9998 { // the next code has to have a year of four digits too
		return refuse(errors.New("--at wants a time like 2026-07-13T09:41:07Z"))
	}
	return &at, nil
}

// printCodes prints what the flags ask for.
func (a *app) printCodes(ctx context.Context, v *vault.Vault, filter string, o codeOptions, at *time.Time) error {
	if o.watch {
		return a.watchCodes(ctx, v, filter, o)
	}
	if o.json {
		return a.printCodesJSON(ctx, v, filter, o, at)
	}
	acc, err := oneIn(v, filter)
	if err != nil {
		return err
	}
	if o.copy && !a.canCopy() {
		return errNoClipboard // said before a counter is moved on for nothing
	}
	shown, err := a.codeNow(ctx, v, acc, o, at)
	if err != nil {
		return err
	}
	var copied error
	if o.copy {
		if copied = a.copyCode(ctx, acc, shown.code); copied == nil || acc.Type != vault.HOTP {
			return copied
		}
		fmt.Fprintln(a.Err, "It could not be copied, and its counter has moved on. This is the code:")
	}
	_, err = fmt.Fprintln(a.Out, shown.code.Reveal())
	return errors.Join(copied, err)
}

func (a *app) printCodesJSON(ctx context.Context, v *vault.Vault, filter string, o codeOptions, at *time.Time) error {
	accounts := v.Accounts()
	found := vault.Match(accounts, filter)
	if len(found) == 0 && filter != "" {
		return &notOneError{filter: filter, all: len(accounts)}
	}
	out := make([]shownCode, 0, len(found))
	var failed []error
	for _, acc := range found {
		if acc.Type == vault.HOTP && len(found) > 1 {
			fmt.Fprintf(a.Err, "%s is counter-based and left out: name it alone to get its next code.\n", nameOf(acc))
			continue
		}
		shown, err := a.codeNow(ctx, v, acc, o, at)
		if err != nil && len(found) == 1 {
			return err
		}
		if err != nil { // one bad entry never locks the rest
			failed = append(failed, fmt.Errorf("%s: %w", nameOf(acc), err))
			continue
		}
		out = append(out, shown)
	}
	return errors.Join(append(failed, a.writeJSON(out))...)
}

// codeNow computes the code of acc, waiting for a fresh one when --min-left asks for it.
func (a *app) codeNow(ctx context.Context, v *vault.Vault, acc vault.Account, o codeOptions, at *time.Time) (shownCode, error) {
	if acc.Type == vault.HOTP {
		if at != nil || o.next || o.minLeft > 0 {
			return shownCode{}, usageError{"twofold code", fmt.Errorf("%s is counter-based: --at, --next and --min-left mean nothing to it", nameOf(acc))}
		}
		code, err := v.Code(ctx, acc.ID, a.now())
		return shownCode{account: acc, code: code}, err
	}
	key, err := v.Key(ctx, acc.ID)
	if err != nil {
		return shownCode{}, err
	}
	defer key.Secret.Clear()
	period := time.Duration(acc.Period) * time.Second
	if o.minLeft > period {
		return shownCode{}, fmt.Errorf("a code of %s lives %s, so none is valid for %s", nameOf(acc), period, o.minLeft)
	}
	instant, err := a.instantFor(ctx, period, o.minLeft, at)
	if err != nil {
		return shownCode{}, err
	}
	if o.next {
		instant = instant.Add(period)
	}
	return codeAt(key, instant)
}

// instantFor is the time to compute for: at when it is given, else now, or the start of the next period when less
// than minLeft of this one is left.
func (a *app) instantFor(ctx context.Context, period, minLeft time.Duration, at *time.Time) (time.Time, error) {
	if at != nil {
		return *at, nil
	}
	now := a.now()
	left := period - time.Duration(now.UnixNano()%int64(period))
	if left >= minLeft {
		return now, nil
	}
	fmt.Fprintf(a.Err, "Waiting %d s for the next code.\n", int(left.Seconds())+1)
	select {
	case <-ctx.Done():
		return time.Time{}, ctx.Err()
	case <-time.After(left):
		return a.now(), nil
	}
}

// codeAt computes the code at an instant, and the one after it.
func codeAt(key vault.Key, at time.Time) (shownCode, error) {
	code, err := key.Code(at)
	if err != nil {
		return shownCode{}, err
	}
	next, err := key.Code(code.ValidUntil)
	return shownCode{account: key.Account, code: code, next: next, at: at}, err
}

// watchCodes prints a line each time a code changes, until it is interrupted.
func (a *app) watchCodes(ctx context.Context, v *vault.Vault, filter string, o codeOptions) error {
	acc, err := oneIn(v, filter)
	if err != nil {
		return err
	}
	if acc.Type == vault.HOTP {
		return fmt.Errorf("%s is counter-based: its code does not change with time", nameOf(acc))
	}
	key, err := v.Key(ctx, acc.ID)
	if err != nil {
		return err
	}
	defer key.Secret.Clear()
	for ctx.Err() == nil {
		at := a.now()
		if o.next {
			at = at.Add(time.Duration(acc.Period) * time.Second)
		}
		shown, err := codeAt(key, at)
		if err != nil {
			return err
		}
		if o.json {
			err = a.writeJSON(shown)
		} else {
			_, err = fmt.Fprintln(a.Out, shown.code.Reveal())
		}
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(shown.code.ValidUntil.Sub(at)):
		}
	}
	return ctx.Err()
}
