package add

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"twofold/qr"
	"twofold/tui/widget"
	"twofold/vault"
)

// maxPicture bounds a picture's file, in bytes.
const maxPicture = 32 << 20

// readDone is the answer to a reading; added to an adding.
type (
	readDone struct {
		request    int
		candidates []candidate
		notes      []string
	}
	added struct {
		request  int
		accounts []vault.Account
		already  int
		err      error
		keys     []vault.Key // that were to be stored
	}
)

func (m Model) read(f Found) (Model, tea.Cmd) {
	m.request++
	m.stage, m.candidates, m.notes, m.cursor, m.said = stageReading, nil, nil, 0, ""
	ctx, v, n := m.ctx, m.vault, m.request
	return m, func() tea.Msg {
		var out readDone
		out.request = n
		for _, link := range f.Links {
			out.candidates = append(out.candidates, parse(link, ""))
		}
		for _, p := range f.Paths {
			texts, err := decode(p)
			if err != nil {
				out.notes = append(out.notes, note(p, m.back == stagePath, err))
			}
			for _, text := range texts {
				out.candidates = append(out.candidates, parse(text, filepath.Base(p)))
			}
		}
		compare(ctx, v, out.candidates)
		return out
	}
}

func parse(text, from string) candidate {
	if !strings.HasPrefix(strings.ToLower(strings.TrimSpace(text)), "otpauth://") {
		return candidate{from: from, err: errOther(text)}
	}
	k, err := vault.ParseKeyURI(text)
	if err == nil {
		err = k.Validate()
	}
	return candidate{key: k, from: from, err: err, wanted: err == nil}
}

// errOther names a text that enrolls nothing, by its scheme alone: the rest
// may be anybody's secret.
func errOther(text string) error {
	if strings.HasPrefix(strings.ToLower(text), migration) {
		return errors.New("this is an export of Google Authenticator, not one account; it can't be read here")
	}
	scheme, _, found := strings.Cut(text, ":")
	if found && len(scheme) < 24 && !strings.ContainsAny(scheme, " \n") {
		return fmt.Errorf("this code holds a %s: text, which enrolls no account", widget.Clean(scheme))
	}
	return errors.New("this code holds a text that enrolls no account")
}

func decode(path string) ([]string, error) {
	if strings.HasPrefix(path, "~/") {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, err
		}
		path = filepath.Join(home, path[2:])
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, errors.New("is a folder")
	case !info.Mode().IsRegular():
		return nil, errors.New("is not a file")
	case info.Size() > maxPicture:
		return nil, qr.ErrTooLarge
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxPicture))
	if err != nil {
		return nil, err
	}
	results, err := qr.Decode(data)
	texts := make([]string, len(results))
	for i, r := range results {
		texts[i] = r.Text
	}
	return texts, err
}

// looksLikeLink answers what seems to be a piece of one.
const looksLikeLink = "That looks like a link, not a picture. Paste it whole."

// note says why nothing was read from a path. A typed one stands above it in its
// field; only those dropped together need their names.
func note(path string, typed bool, err error) string {
	why := wordRead(err)
	switch {
	case PartOfLink(path) && errors.Is(err, fs.ErrNotExist):
		return looksLikeLink
	case typed || PartOfLink(path):
		return strings.ToUpper(why[:1]) + why[1:]
	}
	return widget.Clean(filepath.Base(path)) + ": " + why
}

func wordRead(err error) string {
	var path *fs.PathError
	switch {
	case errors.Is(err, qr.ErrNoCode):
		return "no QR code found in it."
	case errors.Is(err, qr.ErrNotAPicture):
		return "not a picture (PNG, JPEG, GIF, WebP or BMP)."
	case errors.Is(err, qr.ErrTooLarge):
		return "too large a picture."
	case errors.Is(err, fs.ErrNotExist):
		return "no such file."
	case errors.Is(err, fs.ErrPermission):
		return "you may not read it."
	case errors.As(err, &path):
		return widget.Clean(path.Err.Error()) + "."
	}
	return widget.Clean(err.Error()) + "."
}

// compare finds what is in the vault already: the same name is seen in the
// list, the same secret only by fetching it.
func compare(ctx context.Context, v Vault, candidates []candidate) {
	if v == nil {
		return
	}
	accounts := v.Accounts()
	for i := range candidates {
		c := &candidates[i]
		if c.err != nil {
			continue
		}
		for _, a := range accounts {
			if !strings.EqualFold(a.Issuer, c.key.Issuer) || !strings.EqualFold(a.Label, c.key.Label) {
				continue
			}
			there := a
			k, err := v.Key(ctx, a.ID)
			equal := err == nil && k.Type == c.key.Type && k.Secret.Equal(c.key.Secret)
			k.Secret.Clear()
			if equal {
				c.same, c.wanted = &there, false
				break
			}
			c.twin = &there
		}
	}
}

// store adds the wanted candidates, in their order.
func (m Model) store() (Model, tea.Cmd) {
	var keys []vault.Key
	for _, c := range m.candidates {
		if c.addable() && c.wanted {
			keys = append(keys, c.key)
		}
	}
	if len(keys) == 0 || m.adding {
		return m, nil
	}
	m.adding = true
	m.said = "Adding…"
	ctx, v, n := m.ctx, m.vault, m.request
	return m, func() tea.Msg {
		out := added{request: n, keys: keys}
		for _, k := range keys {
			a, err := v.Add(ctx, k)
			var duplicate *vault.DuplicateError
			switch {
			case errors.As(err, &duplicate):
				out.already++
			case err != nil:
				out.err = err
				return out
			default:
				out.accounts = append(out.accounts, a)
			}
		}
		return out
	}
}

func wordAdd(err error) string {
	switch {
	case errors.Is(err, vault.ErrLocked):
		return "Not added: the keyring is locked. Unlock it and press ⏎ again."
	case errors.Is(err, vault.ErrKeyringUnreachable):
		return "Not added: the keyring does not answer."
	case errors.Is(err, vault.ErrNoKeyring):
		return "Not added: there is no keyring any more."
	}
	return "Not added: " + widget.Clean(err.Error())
}
