package transfer

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"twofold/vault"
)

// aegisSlot holds the master key once, encrypted to a password; other types are for a fingerprint, and passed over.
type aegisSlot struct {
	Type      number      `json:"type"`
	UUID      word        `json:"uuid"`
	Key       hexBytes    `json:"key"`
	KeyParams aegisSealed `json:"key_params"`
	N         number      `json:"n"`
	R         number      `json:"r"`
	P         number      `json:"p"`
	Salt      hexBytes    `json:"salt"`
	Repaired  *bool       `json:"repaired"`
}

const (
	aegisPassword = 1 // the type of slot
	mostSlots     = 100
	mostAegisWork = 4 * maxScryptN // n·r·p of all slots; one that Aegis makes has 2^18
)

// openAegis opens the database with the first slot that the password fits. A slot tells a wrong password; that the
// database does not open with its key is damage.
func openAegis(ctx context.Context, in Input, header aegisHeader, sealed []byte) ([]byte, error) {
	if len(header.Slots) > mostSlots {
		return nil, tooCostly("slots", uint64(len(header.Slots)), mostSlots)
	}
	var slots []aegisSlot
	var none Export
	each(&none, header.Slots, func(s aegisSlot) {
		if s.Type.value == aegisPassword {
			slots = append(slots, s)
		}
	})
	switch {
	case header.Params == nil:
		return nil, fmt.Errorf("%w: it does not say how it is encrypted", ErrBadFile)
	case len(slots) == 0:
		return nil, fmt.Errorf("%w: it is encrypted, and not by a password", ErrRefused)
	}
	if err := affordable(slots); err != nil {
		return nil, err
	}
	return unlock(ctx, in, ErrWrongPassword, func(password []byte) ([]byte, bool, error) {
		in.Progress("deriving the key")
		for _, s := range slots {
			master, ok, err := s.open(password)
			if err != nil {
				return nil, false, err
			}
			if !ok {
				continue
			}
			plain, ok := openGCM(master, header.Params.Nonce, append(sealed[:len(sealed):len(sealed)], header.Params.Tag...), nil)
			clear(master)
			if !ok {
				return nil, false, fmt.Errorf("%w: the password is right, and the accounts do not open", ErrBadFile)
			}
			return plain, true, nil
		}
		return nil, false, nil
	})
}

// affordable refuses before the first slot is tried and anybody is asked for a password.
func affordable(slots []aegisSlot) error {
	work := uint64(0)
	for _, s := range slots {
		n, r, p := s.N.counter(), s.R.counter(), s.P.counter()
		if err := scryptBounds(n, r, p); err != nil {
			return err
		}
		work += n * r * p
	}
	if work > mostAegisWork {
		return tooCostly("n times r times p, over all passwords, of", work, mostAegisWork)
	}
	return nil
}

func (s aegisSlot) open(password []byte) (master []byte, ok bool, err error) {
	tries := [][]byte{password}
	if s.Repaired == nil || !*s.Repaired {
		tries = append(tries, unrepaired(password)...)
	}
	for _, try := range tries {
		key, err := scryptKey(try, s.Salt, s.N.counter(), s.R.counter(), s.P.counter())
		if err != nil {
			return nil, false, err
		}
		master, ok := openGCM(key, s.KeyParams.Nonce, append(s.Key[:len(s.Key):len(s.Key)], s.KeyParams.Tag...), nil)
		clear(key)
		if ok {
			return master, true, nil
		}
	}
	return nil, false, nil
}

// unrepaired is what old versions of Aegis made of a long password: their buffer had room for a tenth more, and the
// zeros in it went into the key. Of up to 64 bytes the HMAC makes the same key with and without them.
func unrepaired(password []byte) [][]byte {
	if len(password) <= 64 || slices.ContainsFunc(password, func(b byte) bool { return b >= 0x80 }) {
		return nil
	}
	return [][]byte{append(slices.Clone(password), make([]byte, len(password)/10)...)}
}

// sealAegis encrypts a database as Aegis itself does.
func sealAegis(ctx context.Context, db []byte, secret vault.Secret) (header, sealed any, err error) {
	const n, r, p = 32768, 8, 1
	master, salt := randomBytes(32), randomBytes(32)
	defer clear(master)
	password := secret.Reveal()
	defer clear(password)
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	key, err := scryptKey(password, salt, n, r, p)
	if err != nil {
		return nil, nil, err
	}
	defer clear(key)
	slotKey, slotParams, err := sealApart(key, master)
	if err != nil {
		return nil, nil, err
	}
	data, params, err := sealApart(master, db)
	if err != nil {
		return nil, nil, err
	}
	slot := map[string]any{
		"type": aegisPassword, "uuid": uuid.NewString(), "key": hexBytes(slotKey), "key_params": slotParams,
		"n": n, "r": r, "p": p, "salt": hexBytes(salt), "repaired": true, "is_backup": false,
	}
	return map[string]any{"slots": []any{slot}, "params": params}, base64.StdEncoding.EncodeToString(data), nil
}

// sealApart encrypts with the tag apart from the ciphertext.
func sealApart(key, plain []byte) ([]byte, aegisSealed, error) {
	const tag = 16
	nonce := randomBytes(12)
	sealed, err := sealGCM(key, nonce, plain, nil)
	if err != nil {
		return nil, aegisSealed{}, err
	}
	end := len(sealed) - tag
	return sealed[:end], aegisSealed{Nonce: nonce, Tag: sealed[end:]}, nil
}
