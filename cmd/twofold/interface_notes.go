package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"twofold/vault"
)

// noteTaker sees to the backups of the vault that the interface has open, and says what there is to say of it. Its
// methods block, and are run as commands.
type noteTaker struct {
	app      *app
	settings settings

	mu    sync.Mutex
	vault *vault.Vault // nil until one was opened
}

// snoozeFor is how long the interface's key puts the reminder off.
const snoozeFor = 7 * aDay

// closingWait is how long the end of the program waits for a last automatic backup.
const closingWait = 15 * time.Second

func (n *noteTaker) opened(v *vault.Vault) {
	if v == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.vault = v
}

func (n *noteTaker) open() *vault.Vault {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.vault
}

// warnings makes the automatic backup where accounts have changed since the last one.
func (n *noteTaker) warnings() []string {
	v := n.open()
	if v == nil {
		return nil
	}
	var says []string
	if have, seen, yes := v.RolledBack(); yes {
		says = append(says, fmt.Sprintf("This is an older copy of the vault: it has seen %d changes, this computer %d. On purpose? Then: twofold vault doctor --fix", have, seen))
	}
	err := v.AutoBackup(context.Background(), nil)
	if errors.Is(err, vault.ErrClosed) || errors.Is(err, vault.ErrMoved) {
		return nil // it was locked or moved meanwhile
	}
	if err != nil {
		says = append(says, "The automatic backup failed: "+outcomeOf(err).says+". Your accounts are stored.")
	}
	return says
}

// reminder is empty unless a backup is due.
func (n *noteTaker) reminder() string {
	v := n.open()
	if v == nil {
		return ""
	}
	s, err := v.BackupState()
	if err != nil || s.Failure != nil { // which is a warning already
		return ""
	}
	changed, err := v.BackupDue()
	if err != nil {
		return ""
	}
	due := s.Reminder(n.app.now(), n.settings.remindBackup, len(v.Accounts()), changed)
	if due == "" {
		return ""
	}
	return sentence(due) + " Make one: twofold vault backup DIR."
}

func (n *noteTaker) snooze() error {
	v := n.open()
	if v == nil {
		return nil
	}
	return v.SnoozeBackup(context.Background(), n.app.now().Add(snoozeFor))
}

// closing makes the automatic backup of what was changed last.
func (n *noteTaker) closing(v *vault.Vault) {
	if v.Edited() == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), closingWait)
	defer cancel()
	tell, done := n.app.progress("Backing up")
	_, err := await(ctx, func() (struct{}, error) { return struct{}{}, v.AutoBackup(ctx, tell) })
	done()
	if err != nil {
		fmt.Fprintf(n.app.Err, "warning: the automatic backup failed: %s; your accounts are stored\n", printable(outcomeOf(err).says))
	}
}

// sentence begins with a capital and ends with a full stop.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	first := text[0]
	if 'a' <= first && first <= 'z' {
		first -= 'a' - 'A'
	}
	return string(first) + text[1:] + "."
}
