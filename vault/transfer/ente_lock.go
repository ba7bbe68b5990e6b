package transfer

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"

	"twofold/vault"
)

type enteFile struct {
	Version number     `json:"version"`
	KDF     enteKDF    `json:"kdfParams"`
	Data    base64data `json:"encryptedData"`
	Nonce   base64data `json:"encryptionNonce"` // the header of the stream
}

type enteKDF struct {
	Memory number     `json:"memLimit"` // bytes
	Passes number     `json:"opsLimit"`
	Salt   base64data `json:"salt"`
}

const newestEnte = 1

// What an export of ours asks for: libsodium's "moderate". Ente's own asks for 1 GiB, which not every machine has.
const (
	enteMemory = 256 << 20 // bytes
	entePasses = 3
	enteSalt   = 16 // bytes, and no other number
)

func openEnte(ctx context.Context, in Input) ([]byte, error) {
	var file enteFile
	if err := readJSON(in.Data, &file); err != nil {
		return nil, err
	}
	if v := file.Version.value; v > newestEnte {
		return nil, fmt.Errorf("%w: it is of version %d, and %d is the newest known", ErrRefused, v, newestEnte)
	}
	memory, passes := file.KDF.Memory.counter(), file.KDF.Passes.counter()
	if memory == 0 || passes == 0 || len(file.KDF.Salt) != enteSalt || len(file.Nonce) != streamHeader || len(file.Data) < streamExtra {
		return nil, fmt.Errorf("%w: what is encrypted is cut off", ErrBadFile)
	}
	if err := argon2Bounds(passes, memory>>10, 1); err != nil {
		return nil, err
	}
	return unlock(ctx, in, ErrPasswordOrFile, func(password []byte) ([]byte, bool, error) {
		in.Progress(fmt.Sprintf("deriving the key, %d MiB of memory", memory>>20))
		key, err := argon2idKey(password, file.KDF.Salt, passes, memory>>10, 1)
		if err != nil {
			return nil, false, err
		}
		defer clear(key)
		plain, ok := openStream(key, file.Nonce, file.Data)
		return plain, ok, nil
	})
}

func sealEnte(ctx context.Context, out io.Writer, plain []byte, secret vault.Secret) error {
	defer clear(plain)
	password := secret.Reveal()
	defer clear(password)
	if err := ctx.Err(); err != nil {
		return err
	}
	salt := randomBytes(enteSalt)
	key, err := argon2idKey(password, salt, entePasses, enteMemory>>10, 1)
	if err != nil {
		return err
	}
	defer clear(key)
	header, sealed, err := sealStream(key, plain)
	if err != nil {
		return err
	}
	text := base64.StdEncoding.EncodeToString
	return writeJSON(out, map[string]any{
		"version": newestEnte, "kdfParams": map[string]any{"memLimit": enteMemory, "opsLimit": entePasses, "salt": text(salt)},
		"encryptedData": text(sealed), "encryptionNonce": text(header),
	})
}

// base64data is a text of base64; what is none is nil.
type base64data []byte

// UnmarshalJSON takes any value.
func (b *base64data) UnmarshalJSON(data []byte) error {
	var text word
	_ = text.UnmarshalJSON(data)
	decoded, err := base64.StdEncoding.DecodeString(string(text))
	if err != nil {
		decoded = nil
	}
	*b = decoded
	return nil
}
