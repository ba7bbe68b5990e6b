package vault

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// A backup is one JSON object under a passphrase, in the format of age, with one
// account a line; age -d opens it without this program.
const (
	backupFormat     = "twofold backup"
	backupVersion    = 1
	maxBackupEntries = 100_000
)

// The errors of backups, for errors.Is.
var (
	// ErrBackupPassphrase: the passphrase does not open the backup.
	ErrBackupPassphrase = errors.New("that is not the backup's passphrase")
	// ErrBackupDamaged: the file is not whole, or not what was written.
	ErrBackupDamaged = errors.New("the backup is damaged")
	// ErrNotABackup: the file is something else.
	ErrNotABackup = errors.New("this is not a backup of this program")
	// ErrNewerBackup: a newer program wrote the backup. It is an ErrNewerFormat.
	ErrNewerBackup error = newerBackup{}
)

type newerBackup struct{}

func (newerBackup) Error() string { return "the backup was written by a newer version of this program" }
func (newerBackup) Unwrap() error { return ErrNewerFormat }

// Backup is what a backup file holds.
type Backup struct {
	Vault      string // the id of the vault it was made of
	Made       time.Time
	Generation uint64 // of the vault
	// Keys are the accounts; those of the trash have a time of removing.
	Keys []Key
	// Refused are entries that are no accounts to this program.
	Refused []Refused
	// Missing are accounts whose secrets could not be read when it was made.
	Missing []Refused
}

// Refused is an entry that cannot be taken.
type Refused struct {
	ID     string `json:"id,omitempty"` // empty when not even that could be read
	Name   string `json:"name"`         // issuer:label as far as it is known; any text at all
	Reason string `json:"reason"`
}

// Clear overwrites the secrets.
func (b *Backup) Clear() {
	for _, k := range b.Keys {
		k.Secret.Clear()
	}
}

// backupEntry is an account in a backup.
type backupEntry struct {
	Account
	URI string `json:"uri"`
}

// backupAside is an entry that was set aside in the vault: as it was, and what
// the keyring holds under its id.
type backupAside struct {
	Entry json.RawMessage `json:"entry"`
	Item  string          `json:"item,omitempty"`
}

type backupHead struct {
	Format     string    `json:"format"`
	Version    int       `json:"version"`
	Vault      string    `json:"vault"`
	Made       time.Time `json:"made"`
	Generation uint64    `json:"generation"`
	Missing    []Refused `json:"missing,omitempty"`
}

// encodeBackup is the document of b and of what was set aside.
func encodeBackup(b *Backup, aside []backupAside) ([]byte, error) {
	head, err := plainJSON(backupHead{
		Format: backupFormat, Version: backupVersion, Vault: b.Vault, Made: b.Made, Generation: b.Generation, Missing: b.Missing,
	})
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.Write(head[:len(head)-1])
	out.WriteString(",\n\"accounts\":[")
	for i, k := range b.Keys {
		if err := writeLine(&out, i, backupEntry{Account: k.Account, URI: k.RevealURI()}); err != nil {
			return nil, err
		}
	}
	out.WriteString("\n]")
	if len(aside) > 0 {
		out.WriteString(",\n\"set_aside\":[")
		for i, e := range aside {
			if err := writeLine(&out, i, e); err != nil {
				return nil, err
			}
		}
		out.WriteString("\n]")
	}
	out.WriteString("}\n")
	return out.Bytes(), nil
}

func writeLine(out *bytes.Buffer, i int, v any) error {
	line, err := plainJSON(v)
	if err != nil {
		return err
	}
	if i > 0 {
		out.WriteByte(',')
	}
	out.WriteByte('\n')
	out.Write(line)
	return nil
}

// decodeBackup gives ErrNotABackup, ErrNewerBackup or ErrBackupDamaged. An entry
// that cannot be read does not keep the others from it.
func decodeBackup(plain []byte) (*Backup, error) {
	var version struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(plain, &version); err != nil || version.Format != backupFormat || version.Version < 1 {
		return nil, ErrNotABackup
	}
	if version.Version > backupVersion {
		return nil, fmt.Errorf("%w: version %d, this one knows %d", ErrNewerBackup, version.Version, backupVersion)
	}
	var whole struct {
		backupHead
		Accounts []json.RawMessage `json:"accounts"`
		SetAside []json.RawMessage `json:"set_aside"`
	}
	if err := json.Unmarshal(plain, &whole); err != nil {
		return nil, fmt.Errorf("%w: its document is not one of version %d", ErrBackupDamaged, backupVersion)
	}
	switch {
	case whole.Accounts == nil:
		return nil, fmt.Errorf("%w: it has no list of accounts", ErrBackupDamaged)
	case len(whole.Accounts)+len(whole.SetAside) > maxBackupEntries:
		return nil, fmt.Errorf("%w: it has more than %d accounts", ErrBackupDamaged, maxBackupEntries)
	}
	b := &Backup{Vault: whole.Vault, Made: whole.Made, Generation: whole.Generation, Missing: whole.Missing}
	for _, raw := range whole.Accounts {
		b.take(raw, "")
	}
	for _, raw := range whole.SetAside {
		var e backupAside
		if json.Unmarshal(raw, &e) != nil {
			e.Entry = raw
		}
		// A newer program may know what to make of it.
		b.take(e.Entry, e.Item)
	}
	return b, nil
}

// take reads one entry; item is the key URI of one that has none itself.
func (b *Backup) take(raw json.RawMessage, item string) {
	var e backupEntry
	if err := json.Unmarshal(raw, &e); err != nil {
		b.Refused = append(b.Refused, Refused{Reason: "it is not an account that this program knows"})
		return
	}
	if e.URI == "" {
		e.URI = item
	}
	if !plainID(e.ID) {
		e.ID = "" // any text at all; it gets one of the vault's
	}
	refuse := func(err error) {
		b.Refused = append(b.Refused, Refused{ID: e.ID, Name: e.Name(), Reason: err.Error()})
	}
	if err := e.validate(); err != nil {
		refuse(err)
		return
	}
	k, err := ParseKeyURI(e.URI)
	if err != nil {
		refuse(err)
		return
	}
	// What stands beside the text is newer, as in the vault itself.
	k.Account = e.Account
	b.Keys = append(b.Keys, k)
}
