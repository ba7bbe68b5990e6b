package transfer

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"math"

	"github.com/tobischo/gokeepasslib/v3"
)

// The frame of a KDBX 4 file is read here, and its ciphers are the library's. The library's own reader allocates what
// a file asks for, derives keys without bounds, and knows no Argon2id.
const (
	kdbxMagic  = "\x03\xd9\xa2\x9a"
	kdbxSecond = "\x67\xfb\x4b\xb5"
	kdbMagic   = "\x65\xfb\x4b\xb5" // of KeePass 1

	maxKDBX = 100 << 20 // bytes, unpacked, with its attachments
)

// kdbx is a file whose frame was read.
type kdbx struct {
	header   []byte // as it stands, which is authenticated
	cipher   []byte
	packed   bool
	seed, iv []byte
	kdf      kdbxKDF
	check    []byte // of the header, under the key
	blocks   []byte
}

// readKDBX gives the stream that protects values, and the XML. What cannot be opened is found out before any password
// is asked for.
func readKDBX(ctx context.Context, in Input) (*gokeepasslib.StreamManager, []byte, error) {
	r := &byteReader{data: in.Data}
	switch magic := string(r.take(8)); {
	case magic == kdbxMagic+kdbMagic:
		return nil, nil, fmt.Errorf("%w: it is a database of KeePass 1; open it in KeePassXC and save it anew", ErrRefused)
	case magic != kdbxMagic+kdbxSecond:
		return nil, nil, fmt.Errorf("%w: it is no KeePass database", ErrBadFile)
	}
	r.take(2)
	switch major := r.little(2); {
	case r.failed:
		return nil, nil, fmt.Errorf("%w: it ends in its header", ErrBadFile)
	case major == 3:
		f, err := openKDBX3(r)
		if err != nil {
			return nil, nil, err
		}
		return f.read(ctx, in)
	case major != 4:
		return nil, nil, fmt.Errorf("%w: it is of KDBX %d, and 3 and 4 are known", ErrRefused, major)
	}
	f, err := openKDBX(in.Data)
	if err != nil {
		return nil, nil, err
	}
	content, err := f.unlock(ctx, in)
	if err != nil {
		return nil, nil, err
	}
	return innerKDBX(content)
}

// openKDBX reads the frame of KDBX 4, whose header tells a change of it.
func openKDBX(data []byte) (f kdbx, err error) {
	r := &byteReader{data: data}
	r.take(12) // what it is, and its version
	for kind, value := range r.fields(4) {
		if f.field(kind, value); kind == 11 {
			f.kdf, err = readKDBXKDF(value)
		}
	}
	if r.failed || err != nil || len(f.seed) != 32 {
		return f, fmt.Errorf("%w: its header is not whole", ErrBadFile)
	}
	f.header = data[:len(data)-len(r.data)]
	if sum := sha256.Sum256(f.header); !bytes.Equal(r.take(32), sum[:]) {
		return f, fmt.Errorf("%w: its header was changed", ErrBadFile)
	}
	f.check, f.blocks = r.take(32), r.data
	if r.failed {
		return f, fmt.Errorf("%w: it ends after its header", ErrBadFile)
	}
	return f, f.kdf.bounded()
}

// fields are the kinds and values of a header up to the field of kind 0; the length of a value has so many bytes.
func (r *byteReader) fields(length uint64) iter.Seq2[uint64, []byte] {
	return func(yield func(uint64, []byte) bool) {
		for {
			kind := r.little(1)
			value := r.take(r.little(length))
			if kind == 0 || r.failed || !yield(kind, value) {
				return
			}
		}
	}
}

// field takes what the headers of both versions have.
func (f *kdbx) field(kind uint64, value []byte) {
	switch kind {
	case 2:
		f.cipher = value
	case 3:
		f.packed = littleEndian(value) == 1
	case 4:
		f.seed = value
	case 7:
		f.iv = value
	}
}

// seeded is the seed with the key that is derived of a password alone: what the keys of the content are made of.
func (f kdbx) seeded(in Input, password []byte) ([]byte, error) {
	in.Progress(f.kdf.doing())
	first := sha256.Sum256(password)
	composite := sha256.Sum256(first[:])
	derived, err := f.kdf.derive(composite[:])
	if err != nil {
		return nil, err
	}
	defer clear(derived)
	return bytes.Join([][]byte{f.seed, derived}, nil), nil
}

// unlock gives the content: the inner header and the XML after it.
func (f kdbx) unlock(ctx context.Context, in Input) ([]byte, error) {
	wrong := fmt.Errorf("%w; a database that also needs a key file is not read", ErrWrongPassword)
	return unlock(ctx, in, wrong, func(password []byte) ([]byte, bool, error) {
		seeded, err := f.seeded(in, password)
		if err != nil {
			return nil, false, err
		}
		defer clear(seeded)
		mac := sha512.Sum512(append(seeded, 1))
		if !hmac.Equal(f.check, kdbxMAC(mac[:], math.MaxUint64, f.header)) {
			return nil, false, nil
		}
		key := sha256.Sum256(seeded)
		plain, err := f.open(key[:], mac[:])
		return plain, err == nil, err
	})
}

// kdbxMAC authenticates a block, and the header as the last that there can be.
func kdbxMAC(key []byte, index uint64, parts ...[]byte) []byte {
	own := sha512.Sum512(append(binary.LittleEndian.AppendUint64(nil, index), key...))
	h := hmac.New(sha256.New, own[:])
	for _, part := range parts {
		h.Write(part)
	}
	return h.Sum(nil)
}

func (f kdbx) open(key, mac []byte) ([]byte, error) {
	sealed, err := f.join(mac)
	if err != nil {
		return nil, err
	}
	plain, err := f.decrypt(key, sealed)
	if err != nil {
		return nil, err
	}
	return f.unpack(plain)
}

func (f kdbx) decrypt(key, sealed []byte) ([]byte, error) {
	block, nonce := 16, 16
	if bytes.Equal(f.cipher, gokeepasslib.CipherChaCha20) {
		block, nonce = 1, 12
	}
	if len(f.iv) != nonce || len(sealed)%block != 0 {
		return nil, fmt.Errorf("%w: its content is not as its cipher has it", ErrBadFile)
	}
	manager, err := gokeepasslib.NewEncrypterManager(f.cipher, key, f.iv)
	if err != nil {
		return nil, fmt.Errorf("%w: it is encrypted with a cipher that is not known", ErrRefused)
	}
	return manager.Decrypt(sealed), nil
}

// unpack undoes the compression, after which there may be the padding of a cipher.
func (f kdbx) unpack(plain []byte) ([]byte, error) {
	if !f.packed {
		return plain, nil
	}
	defer clear(plain)
	r, err := gzip.NewReader(bytes.NewReader(plain))
	if err != nil {
		return nil, fmt.Errorf("%w: its content does not unpack", ErrBadFile)
	}
	r.Multistream(false)
	content, err := io.ReadAll(io.LimitReader(r, maxKDBX+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: its content does not unpack", ErrBadFile)
	case len(content) > maxKDBX:
		return nil, fmt.Errorf("%w: unpacked it has more than %d MiB", ErrTooLarge, maxKDBX>>20)
	}
	return content, nil
}

// join puts the blocks together, each of which is authenticated.
func (f kdbx) join(mac []byte) ([]byte, error) {
	var sealed []byte
	r := &byteReader{data: f.blocks}
	for i := uint64(0); ; i++ {
		want, size := r.take(32), r.take(4)
		data := r.take(littleEndian(size))
		if r.failed {
			return nil, fmt.Errorf("%w: it ends before its last block", ErrBadFile)
		}
		index := binary.LittleEndian.AppendUint64(nil, i)
		if !hmac.Equal(want, kdbxMAC(mac, i, index, size, data)) {
			return nil, fmt.Errorf("%w: its password is right, but its content was changed", ErrBadFile)
		}
		if len(data) == 0 {
			return sealed, nil
		}
		sealed = append(sealed, data...)
	}
}

// innerKDBX parts the content into the stream that protects values, and the XML.
func innerKDBX(content []byte) (stream *gokeepasslib.StreamManager, text []byte, err error) {
	r := &byteReader{data: content}
	var id uint64
	var key []byte
	for kind, value := range r.fields(4) {
		switch kind {
		case 1:
			id = littleEndian(value)
		case 2:
			key = value
		}
	}
	if r.failed {
		return nil, nil, fmt.Errorf("%w: its inner header is not whole", ErrBadFile)
	}
	stream, err = protectedStream(id, key)
	return stream, r.data, err
}

// protectedStream is the stream that protects values.
func protectedStream(id uint64, key []byte) (*gokeepasslib.StreamManager, error) {
	stream, err := gokeepasslib.NewStreamManager(uint32(id), key) //nolint:gosec // one that is cut is not known either
	if err != nil {
		return nil, fmt.Errorf("%w: its values are protected in a way that is not known", ErrRefused)
	}
	return stream, nil
}
