package transfer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/tobischo/gokeepasslib/v3"
)

// kdbx3 is a file of KDBX 3.1, which old programs write, and new ones for databases without anything new.
type kdbx3 struct {
	kdbx            // without check
	start    []byte // what the content begins with, under the right key
	streamID uint64
	stream   []byte // the key of it
}

// openKDBX3 reads the fields after the version.
func openKDBX3(r *byteReader) (f kdbx3, err error) {
	f.kdf.id = string(gokeepasslib.KdfAES3)
	for kind, value := range r.fields(2) {
		f.field(kind, value)
		switch kind {
		case 5:
			f.kdf.salt = value
		case 6:
			f.kdf.rounds = littleEndian(value)
		case 8:
			f.stream = value
		case 9:
			f.start = value
		case 10:
			f.streamID = littleEndian(value)
		}
	}
	if r.failed || len(f.seed) != 32 || len(f.start) != 32 {
		return f, fmt.Errorf("%w: its header is not whole", ErrBadFile)
	}
	f.blocks = r.data
	return f, f.kdf.bounded()
}

// read gives the stream and the XML. Only the content tells whether the password was right.
func (f kdbx3) read(ctx context.Context, in Input) (*gokeepasslib.StreamManager, []byte, error) {
	wrong := fmt.Errorf("%w; a database that also needs a key file is not read", ErrPasswordOrFile)
	text, err := unlock(ctx, in, wrong, func(password []byte) ([]byte, bool, error) {
		seeded, err := f.seeded(in, password)
		if err != nil {
			return nil, false, err
		}
		defer clear(seeded)
		key := sha256.Sum256(seeded)
		plain, err := f.decrypt(key[:], f.blocks)
		if err != nil {
			return nil, false, err
		}
		defer clear(plain)
		blocks, ok := bytes.CutPrefix(plain, f.start)
		if !ok {
			return nil, false, nil
		}
		text, err := f.join(blocks)
		return text, err == nil, err
	})
	if err != nil {
		return nil, nil, err
	}
	stream, err := protectedStream(f.streamID, f.stream)
	return stream, text, err
}

// join puts the blocks together, each of which has its hash.
func (f kdbx3) join(blocks []byte) ([]byte, error) {
	var text []byte
	for r := (&byteReader{data: blocks}); ; {
		r.take(4) // its number
		want := r.take(32)
		data := r.take(r.little(4))
		if r.failed {
			return nil, fmt.Errorf("%w: it ends before its last block", ErrBadFile)
		}
		if len(data) == 0 {
			return f.unpack(text)
		}
		if sum := sha256.Sum256(data); !bytes.Equal(want, sum[:]) {
			return nil, fmt.Errorf("%w: its password is right, but its content was changed", ErrBadFile)
		}
		text = append(text, data...)
	}
}
