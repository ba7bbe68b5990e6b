package transfer

import (
	"crypto/aes"
	"crypto/sha256"
	"fmt"
	"math"

	argon2d "github.com/tobischo/argon2"
	"github.com/tobischo/gokeepasslib/v3"
	"golang.org/x/crypto/argon2"
)

// kdfArgon2id names what the library has no name for.
const kdfArgon2id = "\x9e\x29\x8b\x19\x56\xdb\x47\x73\xb2\x3d\xfc\x3e\xc6\xf0\xa1\xe6"

// Bounds on a database's key derivation. KeePass asks for few passes over much memory, or for many over little.
const (
	maxKDBXWork   = 16 << 30    // bytes of memory times passes, some seconds
	maxKDBXRounds = 500_000_000 // of AES, some tens of seconds
)

// kdbxKDF is how a database's key comes from its password.
type kdbxKDF struct {
	id             string
	salt           []byte
	rounds         uint64 // of AES
	passes, memory uint64 // of Argon2; memory in bytes
	lanes, version uint64
}

// readKDBXKDF reads a dictionary of variants.
func readKDBXKDF(data []byte) (k kdbxKDF, err error) {
	r := &byteReader{data: data}
	r.take(2)
	for !r.failed {
		if kind := r.little(1); kind == 0 {
			break
		}
		name := string(r.take(r.little(4)))
		value := r.take(r.little(4))
		switch name {
		case "$UUID":
			k.id = string(value)
		case "S":
			k.salt = value
		case "R":
			k.rounds = littleEndian(value)
		case "I":
			k.passes = littleEndian(value)
		case "M":
			k.memory = littleEndian(value)
		case "P":
			k.lanes = littleEndian(value)
		case "V":
			k.version = littleEndian(value)
		}
	}
	if r.failed {
		return k, ErrBadFile
	}
	return k, nil
}

func (k kdbxKDF) isAES() bool {
	return k.id == string(gokeepasslib.KdfAES3) || k.id == string(gokeepasslib.KdfAES4)
}

// bounded refuses what would take too long, before anything of it is done.
func (k kdbxKDF) bounded() error {
	if k.isAES() {
		if k.rounds > maxKDBXRounds {
			return tooCostly("rounds", k.rounds, maxKDBXRounds)
		}
		if len(k.salt) != 32 {
			return fmt.Errorf("%w: its key derivation has no salt", ErrBadFile)
		}
		return nil
	}
	if k.id != string(gokeepasslib.KdfArgon2) && k.id != kdfArgon2id {
		return fmt.Errorf("%w: its key is derived in a way that is not known", ErrRefused)
	}
	switch {
	case k.memory > maxMemory:
		return tooCostly("KiB of memory", k.memory>>10, maxMemory>>10)
	case k.passes > maxKDBXWork/max(k.memory, 1<<20):
		return tooCostly("passes over its memory", k.passes, maxKDBXWork/max(k.memory, 1<<20))
	case k.lanes > maxLanes:
		return tooCostly("lanes", k.lanes, maxLanes)
	case k.passes < 1 || k.lanes < 1 || k.memory < 8<<10:
		return fmt.Errorf("%w: the parameters of its key derivation are none", ErrBadFile)
	case k.version != 0x13:
		return fmt.Errorf("%w: it uses an Argon2 before version 1.3; change its encryption settings and save it again", ErrRefused)
	}
	return nil
}

func (k kdbxKDF) doing() string {
	if k.isAES() {
		return fmt.Sprintf("deriving the key, %d rounds", k.rounds)
	}
	return fmt.Sprintf("deriving the key, %d MiB of memory", k.memory>>20)
}

// derive is called after bounded alone.
func (k kdbxKDF) derive(composite []byte) ([]byte, error) {
	if k.isAES() {
		return k.deriveAES(composite)
	}
	passes, memory, lanes := uint32(min(k.passes, math.MaxUint32)), uint32(k.memory>>10), uint8(k.lanes) //nolint:gosec // bounded
	if k.id == kdfArgon2id {
		return argon2.IDKey(composite, k.salt, passes, memory, lanes, 32), nil
	}
	return argon2d.DKey(composite, k.salt, passes, memory, lanes, 32), nil
}

func (k kdbxKDF) deriveAES(composite []byte) ([]byte, error) {
	block, err := aes.NewCipher(k.salt)
	if err != nil {
		return nil, err
	}
	key := append([]byte(nil), composite...)
	for range k.rounds {
		block.Encrypt(key[:16], key[:16])
		block.Encrypt(key[16:], key[16:])
	}
	sum := sha256.Sum256(key)
	return sum[:], nil
}
