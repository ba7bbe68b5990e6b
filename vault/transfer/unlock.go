package transfer

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"errors"
	"fmt"
	"hash"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/scrypt"
)

// Bounds on what a file may ask for before its password is tried.
const (
	maxMemory     = 1 << 30    // bytes of Argon2 and scrypt
	maxArgon2Work = 8 << 30    // bytes times passes; Ente asks for 4 GiB in all
	maxPasses     = 64         // of Argon2
	maxLanes      = 64         // of Argon2
	maxIterations = 10_000_000 // of PBKDF2
	maxScryptN    = 1 << 20    // n·r
	maxScryptP    = 16
)

func tooCostly(what string, asked, most uint64) error {
	return fmt.Errorf("%w: %s %d, at most %d", ErrTooCostly, what, asked, most)
}

// argon2Bounds refuses before a password is asked for; memory is in KiB.
func argon2Bounds(passes, memory, lanes uint64) error {
	switch {
	case memory > maxMemory>>10:
		return tooCostly("KiB of memory", memory, maxMemory>>10)
	case passes > maxPasses || passes < 1:
		return tooCostly("passes", passes, maxPasses)
	case lanes > maxLanes || lanes < 1:
		return tooCostly("lanes", lanes, maxLanes)
	case memory*passes > maxArgon2Work>>10:
		return tooCostly("KiB of memory times passes of", memory*passes, maxArgon2Work>>10)
	}
	return nil
}

// argon2idKey derives a key of 32 bytes (RFC 9106); memory is in KiB.
func argon2idKey(password, salt []byte, passes, memory uint64, lanes uint64) ([]byte, error) {
	if err := argon2Bounds(passes, memory, lanes); err != nil {
		return nil, err
	}
	return argon2.IDKey(password, salt, uint32(passes), uint32(memory), uint8(lanes), 32), nil //nolint:gosec // bounded above
}

// scryptBounds refuses before a password is asked for.
func scryptBounds(n, r, p uint64) error {
	switch {
	case n > maxScryptN || r > maxScryptN || n*r > maxScryptN:
		return tooCostly("n times r of", min(n, 1<<32)*min(r, 1<<31), maxScryptN)
	case p > maxScryptP:
		return tooCostly("p of", p, maxScryptP)
	}
	return nil
}

// scryptKey derives a key of 32 bytes (RFC 7914).
func scryptKey(password, salt []byte, n, r, p uint64) ([]byte, error) {
	if err := scryptBounds(n, r, p); err != nil {
		return nil, err
	}
	key, err := scrypt.Key(password, salt, int(n), int(r), int(p), 32) //nolint:gosec // bounded above
	if err != nil {
		return nil, fmt.Errorf("%w: its scrypt parameters are none", ErrBadFile)
	}
	return key, nil
}

// pbkdf2Key derives a key of so many bytes (RFC 8018).
func pbkdf2Key[H hash.Hash](h func() H, password, salt []byte, iterations uint64, size int) ([]byte, error) {
	if iterations > maxIterations {
		return nil, tooCostly("iterations", iterations, maxIterations)
	}
	if iterations < 1 {
		return nil, fmt.Errorf("%w: no iterations", ErrBadFile)
	}
	return pbkdf2.Key(h, string(password), salt, int(iterations), size) //nolint:gosec // bounded above
}

// openGCM opens AES in Galois mode with the tag at the end of sealed. It is not ok when the key is wrong or a bit is.
func openGCM(key, nonce, sealed, additional []byte) (plain []byte, ok bool) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, false
	}
	gcm, err := cipher.NewGCMWithNonceSize(block, max(len(nonce), 1))
	if err != nil || len(nonce) == 0 {
		return nil, false
	}
	plain, err = gcm.Open(nil, nonce, sealed, additional)
	return plain, err == nil
}

// sealGCM is the other way round.
func sealGCM(key, nonce, plain, additional []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCMWithNonceSize(block, len(nonce))
	if err != nil {
		return nil, err
	}
	return gcm.Seal(nil, nonce, plain, additional), nil
}

// openCBC opens AES in CBC mode with padding (PKCS #7). There is nothing in it that tells a wrong key for sure.
func openCBC(key, iv, sealed []byte) (plain []byte, ok bool) {
	block, err := aes.NewCipher(key)
	if err != nil || len(iv) != aes.BlockSize || len(sealed) == 0 || len(sealed)%aes.BlockSize != 0 {
		return nil, false
	}
	plain = make([]byte, len(sealed))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, sealed)
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > aes.BlockSize {
		clear(plain)
		return nil, false
	}
	for _, b := range plain[len(plain)-pad:] {
		if int(b) != pad {
			clear(plain)
			return nil, false
		}
	}
	return plain[:len(plain)-pad], true
}

// unlock asks for the password and opens a file with it, again while it is wrong and somebody has another. What open
// gives is not ok when the password is wrong or the file damaged; wrong is the error for that.
func unlock(ctx context.Context, in Input, wrong error, open func(password []byte) (plain []byte, ok bool, err error)) ([]byte, error) {
	for again := false; ; again = true {
		secret, err := in.Password(ctx, again)
		if err != nil {
			if again && errors.Is(err, ErrNeedsPassword) {
				return nil, wrong
			}
			return nil, err
		}
		password := secret.Reveal()
		secret.Clear()
		plain, ok, err := open(password)
		clear(password)
		switch {
		case err != nil:
			return nil, err
		case ok:
			return plain, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		}
	}
}
