package verifier

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"twofold/verifier/rollout"
)

// Parameters of argon2id, from OWASP's password storage cheat sheet: 43 ms on
// one core of a small machine.
const (
	argonTime    = 2
	argonMemory  = 19 * 1024 // KiB
	argonThreads = 1
	argonSalt    = 16 // bytes
	argonTag     = 32 // bytes
)

// Bounds on parameters read back from a store, so that a damaged row cannot
// ask for all memory.
const (
	mostArgonTime   = 16
	mostArgonMemory = 256 * 1024 // KiB
)

// hasher computes argon2id, only so many at once: each takes 19 MiB.
type hasher struct {
	turns        chan struct{}
	rand         io.Reader
	time, memory uint32 // of new hashes
	dummy        Secret // a hash that no password has, for accounts that are not there
}

func newHasher(rand io.Reader, atOnce int) *hasher {
	h := &hasher{turns: make(chan struct{}, max(1, atOnce)), rand: rand, time: argonTime, memory: argonMemory}
	// No password is known to give this tag; a fixed one serves as well as a
	// random one, and a fault of rand shows where it can be returned.
	h.dummy = h.phc(make([]byte, argonSalt), make([]byte, argonTag))
	return h
}

// hash gives the PHC string of password.
func (h *hasher) hash(ctx context.Context, password Secret) (Secret, error) {
	salt := make([]byte, argonSalt)
	if _, err := io.ReadFull(h.rand, salt); err != nil {
		return Secret{}, fmt.Errorf("hash password: %w", err)
	}
	if err := h.enter(ctx); err != nil {
		return Secret{}, err
	}
	defer h.leave()
	return h.phc(salt, argon2.IDKey(prepared(password), salt, h.time, h.memory, argonThreads, argonTag)), nil
}

// verify reports whether password has the hash stored. A zero hash is compared
// with the dummy: same time, same answer.
func (h *hasher) verify(ctx context.Context, password, stored Secret) (bool, error) {
	known := 1
	if stored.IsZero() {
		stored, known = h.dummy, 0
	}
	p, err := parsePHC(stored.RevealText())
	if err != nil {
		return false, err
	}
	if err := h.enter(ctx); err != nil {
		return false, err
	}
	defer h.leave()
	tag := argon2.IDKey(prepared(password), p.salt, p.time, p.memory, p.threads, uint32(len(p.tag)))
	return subtle.ConstantTimeCompare(tag, p.tag)&known == 1, nil
}

func (h *hasher) enter(ctx context.Context) error {
	select {
	case h.turns <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *hasher) leave() { <-h.turns }

// prepared gives the bytes to hash: NFC, so that the same password typed on
// another keyboard is the same (SP 800-63B-4, 3.1.1.2).
func prepared(password Secret) []byte { return norm.NFC.Bytes(password.Reveal()) }

type phcHash struct {
	time, memory uint32
	threads      uint8
	salt, tag    []byte
}

func (h *hasher) phc(salt, tag []byte) Secret {
	b64 := base64.RawStdEncoding
	return SecretOf(fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		h.memory, h.time, argonThreads, b64.EncodeToString(salt), b64.EncodeToString(tag)))
}

var errPHC = errors.New("read password hash: not an argon2id PHC string")

func parsePHC(text string) (phcHash, error) {
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return phcHash{}, errPHC
	}
	var version int
	var p phcHash
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return phcHash{}, errPHC
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.time, &p.threads); err != nil {
		return phcHash{}, errPHC
	}
	var saltErr, tagErr error
	p.salt, saltErr = base64.RawStdEncoding.DecodeString(parts[4])
	p.tag, tagErr = base64.RawStdEncoding.DecodeString(parts[5])
	if saltErr != nil || tagErr != nil || len(p.tag) < 16 || len(p.tag) > 64 || len(p.salt) < 8 ||
		p.time < 1 || p.time > mostArgonTime || p.memory < 8 || p.memory > mostArgonMemory || p.threads < 1 {
		return phcHash{}, errPHC
	}
	return p, nil
}

// checkPassword holds a new password against the roll-out's rules. The words in
// context are those that a guesser would begin with: the service, the address.
func checkPassword(rules rollout.Password, password Secret, context ...string) error {
	text := string(prepared(password))
	n := utf8.RuneCountInString(text)
	switch {
	case n > rules.MaxLength:
		return &Refusal{Cause: CausePasswordTooLong}
	case n > 0 && rules.RefuseBreached && breached(text, context...):
		return &Refusal{Cause: CausePasswordBreached}
	case n < rules.MinLength:
		return &Refusal{Cause: CausePasswordTooShort}
	}
	return nil
}
