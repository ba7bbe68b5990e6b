package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"twofold/vault"
)

// lastImport is the file beside the vault that says what the last import added: ids, no secrets.
const lastImport = "last-import.json"

type importNote struct {
	Added []string `json:"added"`
}

var errNothingToUndo = errors.New("there is no import to undo")

// noteImport keeps what an import added, also one that was broken off.
func (a *app) noteImport(v *vault.Vault, done []vault.Step) error {
	var note importNote
	for _, s := range done {
		if s.Fate == vault.FateNew || s.Fate == vault.FateBeside {
			note.Added = append(note.Added, s.Account.ID)
		}
	}
	if len(note.Added) == 0 {
		return nil
	}
	data, err := json.Marshal(note)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(v.Dir(), lastImport), data, 0o600); err != nil {
		return fmt.Errorf("note what the import added: %w", err)
	}
	return nil
}

// undoImport puts what the last import added into the trash, as far as it is still there.
func (a *app) undoImport(ctx context.Context, f importFlags) error {
	return a.withVault(ctx, func(v *vault.Vault) error {
		name := filepath.Join(v.Dir(), lastImport)
		data, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			return errNothingToUndo
		}
		var note importNote
		if err == nil {
			err = json.Unmarshal(data, &note)
		}
		if err != nil {
			return fmt.Errorf("read what the import added: %w", err)
		}
		ids := slices.DeleteFunc(note.Added, func(id string) bool {
			return !slices.ContainsFunc(v.Accounts(), func(acc vault.Account) bool { return acc.ID == id })
		})
		if len(ids) == 0 {
			return errors.Join(errNothingToUndo, os.Remove(name))
		}
		ok, err := a.confirm(ctx, fmt.Sprintf("Put %s into the trash?", count(len(ids), "account")), f.yes || !a.attended())
		if err != nil {
			return err
		}
		if !ok {
			return errLeft
		}
		if err := v.RemoveAll(ctx, ids); err != nil {
			return err
		}
		fmt.Fprintf(a.Err, "%s put into the trash; \"twofold restore\" brings back what you want to keep.\n", were(len(ids)))
		return os.Remove(name)
	})
}
