package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"twofold/vault"
)

// lastImport is the file beside the vault that tells what the last import added: ids, no secrets.
const lastImport = "last-import.json"

// importNote is written before the first account is stored, so that an import which is killed can be undone too: what
// is there and was not before came with it.
type importNote struct {
	Before []string `json:"before"` // ids of accounts that were there
	Done   bool     `json:"done"`
	Added  []string `json:"added"` // once it is done
}

var (
	errNothingToUndo = errors.New("there is no import to undo")
	errUndoAlone     = errors.New("--undo goes with --yes alone")
)

// beginImport notes what is there. One that was broken off is gone on with: both are undone together.
func beginImport(v *vault.Vault) (importNote, error) {
	note, err := readImport(v)
	if err == nil && !note.Done {
		return note, nil
	}
	note = importNote{Before: idsOf(v)}
	return note, writeImportNote(v, note)
}

// endImport notes what was added. An import that added nothing leaves nothing to undo.
func endImport(v *vault.Vault, note importNote) (added int, err error) {
	note.Added, note.Done = without(idsOf(v), note.Before), true
	if len(note.Added) == 0 {
		return 0, os.Remove(filepath.Join(v.Dir(), lastImport))
	}
	added, note.Before = len(note.Added), nil
	return added, writeImportNote(v, note)
}

func readImport(v *vault.Vault) (note importNote, err error) {
	data, err := os.ReadFile(filepath.Join(v.Dir(), lastImport))
	if errors.Is(err, fs.ErrNotExist) {
		return note, errNothingToUndo
	}
	if err == nil {
		err = json.Unmarshal(data, &note)
	}
	if err != nil {
		return note, fmt.Errorf("read what the last import added: %w", err)
	}
	return note, nil
}

// writeImportNote replaces the note as a whole.
func writeImportNote(v *vault.Vault, note importNote) error {
	data, err := json.Marshal(note)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(v.Dir(), 0o700); err != nil {
		return err
	}
	beside, err := os.CreateTemp(v.Dir(), lastImport+".*") // 0600
	if err != nil {
		return fmt.Errorf("note what the import adds: %w", err)
	}
	_, err = beside.Write(data)
	if err = errors.Join(err, beside.Close()); err == nil {
		err = os.Rename(beside.Name(), filepath.Join(v.Dir(), lastImport))
	}
	if err != nil {
		return fmt.Errorf("note what the import adds: %w", errors.Join(err, os.Remove(beside.Name())))
	}
	return nil
}

// undoImport puts what the last import added into the trash, as far as it is still there.
func (a *app) undoImport(ctx context.Context, f importFlags) error {
	return a.withVault(ctx, func(v *vault.Vault) error {
		note, err := readImport(v)
		if err != nil {
			return err
		}
		here := map[string]vault.Account{}
		for _, acc := range v.Accounts() {
			here[acc.ID] = acc
		}
		added := note.Added
		if !note.Done {
			added = without(idsOf(v), note.Before)
		}
		var ids []string
		for _, id := range added {
			if acc, there := here[id]; there {
				ids = append(ids, id)
				fmt.Fprintln(a.Err, "  "+nameOf(acc))
			}
		}
		if len(ids) == 0 {
			return errors.Join(errNothingToUndo, os.Remove(filepath.Join(v.Dir(), lastImport)))
		}
		if err := a.confirm(ctx, fmt.Sprintf("Put %s into the trash?", count(len(ids), "account")), f.yes || !a.attended()); err != nil {
			return err
		}
		if err := v.RemoveAll(ctx, ids); err != nil {
			return err
		}
		fmt.Fprintf(a.Err, "%s put into the trash; \"twofold restore\" brings back what you want to keep.\n", were(len(ids)))
		return os.Remove(filepath.Join(v.Dir(), lastImport))
	})
}

func idsOf(v *vault.Vault) []string {
	var ids []string
	for _, list := range [][]vault.Account{v.Accounts(), v.Trash()} {
		for _, acc := range list {
			ids = append(ids, acc.ID)
		}
	}
	return ids
}

// without are the ids that are not among others.
func without(ids, others []string) []string {
	known := make(map[string]bool, len(others))
	for _, id := range others {
		known[id] = true
	}
	var rest []string
	for _, id := range ids {
		if !known[id] {
			rest = append(rest, id)
		}
	}
	return rest
}
