package vault

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
)

// format is the version of everything in the folder of a vault. A program reads
// the versions up to its own and touches nothing of a newer one. Version 2 has
// recent.age, and secrets in a file whose key is in the keyring.
const format = 2

// header is vault.json: the one file in the clear, so that every program can
// tell from it, without a key, whether it knows the rest.
type header struct {
	Format int    `json:"format"`
	Kind   Kind   `json:"kind"` // of the first vault that was made in the folder
	ID     string `json:"id"`
	// Also is the other kind, when somebody asked for a vault of both kinds in
	// one folder.
	Also Kind `json:"also,omitempty"`
	// Creating is the kind whose making was begun: until it is done nothing was
	// reported as stored, so it may begin anew.
	Creating Kind `json:"creating,omitempty"`
	// Moving is the kind that a move was filling, before it counted; Leaving the
	// one that it has left and was emptying.
	Moving  Kind `json:"moving,omitempty"`
	Leaving Kind `json:"leaving,omitempty"`
	// Provider is the keyring that the vault was made with, to be named where
	// another one answers.
	Provider string `json:"provider,omitempty"`
}

// has says whether a vault of a kind was made.
func (h header) has(k Kind) bool {
	return k != "" && k != h.Creating && (k == h.Kind || k == h.Also)
}

// meant is the kind to open for one that was asked for: the two that keep their
// secrets in accounts.age are one place.
func (h header) meant(asked Kind) Kind {
	switch {
	case asked == KindFile && h.has(KindKeyedFile):
		return KindKeyedFile
	case asked == KindKeyedFile && h.has(KindFile):
		return KindFile
	}
	return asked
}

// chosen is the kind to open when none was asked for.
func (h header) chosen() Kind {
	if h.Kind == h.Creating && h.Also == "" {
		return KindAuto
	}
	if h.Kind == h.Creating {
		return h.Also
	}
	return h.Kind
}

// readHeader gives the zero header when there is no vault in the folder.
func readHeader(f files) (header, error) {
	b, err := f.read(headerName)
	if errors.Is(err, fs.ErrNotExist) {
		return header{}, orphans(f)
	}
	if err != nil {
		return header{}, err
	}
	return parseHeader(b)
}

func parseHeader(b []byte) (header, error) {
	var version struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(b, &version); err != nil {
		return header{}, fmt.Errorf("%w: %s is not JSON of this program", ErrDamaged, headerName)
	}
	if version.Format > format {
		return header{}, fmt.Errorf("%w: format %d, this one knows %d", ErrNewerFormat, version.Format, format)
	}
	var h header
	in := json.NewDecoder(bytes.NewReader(b))
	if err := in.Decode(&h); err != nil {
		return header{}, fmt.Errorf("%w: %s is not JSON of this program", ErrDamaged, headerName)
	}
	known := func(k Kind) bool { return k == KindKeyring || k == KindFile || k == KindKeyedFile }
	unset := func(k Kind) bool { return k == "" || known(k) }
	switch {
	case h.Format < 1, !known(h.Kind), !plainID(h.ID),
		h.Also != "" && (!known(h.Also) || h.Also.stored() == h.Kind.stored()),
		!unset(h.Moving), !unset(h.Leaving),
		h.Creating != "" && h.Creating != h.Kind && h.Creating != h.Also:
		return header{}, fmt.Errorf("%w: %s does not name a vault", ErrDamaged, headerName)
	}
	return h, nil
}

// orphans refuses a folder that has lost its vault.json but not its accounts.
func orphans(f files) error {
	for _, name := range []string{accountsName, indexName, recentName, identityName} {
		_, err := f.read(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return err
		default:
			return fmt.Errorf("%w: %s is missing beside %s", ErrDamaged, headerName, name)
		}
	}
	return nil
}

func (h header) encode() []byte {
	b, err := json.Marshal(h)
	if err != nil {
		panic(err) // strings and a number
	}
	return append(b, '\n')
}

// plainID is true for what newID makes, and for what is as harmless in a file
// name or a keyring item.
func plainID(id string) bool {
	if id == "" || len(id) > 64 {
		return false
	}
	for _, r := range id {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' {
			return false
		}
	}
	return true
}
