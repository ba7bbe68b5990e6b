package transfer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/yeka/zip"
)

// Bounds on an archive. Deflate itself ends at a ratio of 1032.
const (
	maxZipped   = 20_000   // files in it; a 1Password export holds attachments too
	maxUnzipped = 64 << 20 // bytes of the one that is read
	maxRatio    = 400      // of it, where it is larger than freeRatio
	freeRatio   = 1 << 20  // bytes
)

const zipMagic = "PK\x03\x04"

// openZip lists an archive. The library is chosen for its passwords: ZipCrypto and AES.
func openZip(data []byte) (files []*zip.File, err error) {
	defer noPanic(&err) // of the library, over the extra fields of a file
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: it is no whole zip archive", ErrBadFile)
	case len(r.File) > maxZipped:
		return nil, fmt.Errorf("%w: %d files are in it, at most %d are looked at", ErrTooLarge, len(r.File), maxZipped)
	}
	return r.File, nil
}

// zipped tells whether an archive holds a file that is wanted.
func zipped(data []byte, want func(name string) bool) bool {
	if !bytes.HasPrefix(data, []byte(zipMagic)) {
		return false
	}
	files, err := openZip(data)
	return err == nil && slices.ContainsFunc(files, func(f *zip.File) bool { return want(f.Name) })
}

// unzip reads the first file of an archive that is wanted, folders left aside. Without a password a locked one gives
// [ErrNeedsPassword], with a wrong one [ErrWrongPassword] or, as ZipCrypto has no check, [ErrPasswordOrFile].
func unzip(data, password []byte, want func(name string) bool) (name string, content []byte, err error) {
	files, err := openZip(data)
	if err != nil {
		return "", nil, err
	}
	i := slices.IndexFunc(files, func(f *zip.File) bool { return !strings.HasSuffix(f.Name, "/") && want(f.Name) })
	if i < 0 {
		return "", nil, fmt.Errorf("%w: the file that was looked for is not in the archive", ErrNothingInIt)
	}
	f := files[i]
	if err := bounded(f, len(data)); err != nil {
		return "", nil, err
	}
	locked := f.IsEncrypted()
	if locked {
		if len(password) == 0 {
			return "", nil, ErrNeedsPassword
		}
		f.SetPassword(string(password))
	}
	content, err = inflate(f)
	switch {
	case err == nil:
		return f.Name, content, nil
	case errors.Is(err, ErrTooLarge), errors.Is(err, zip.ErrAlgorithm) && !locked:
		return "", nil, err
	case errors.Is(err, zip.ErrPassword):
		return "", nil, ErrWrongPassword
	case locked:
		return "", nil, ErrPasswordOrFile
	}
	return "", nil, fmt.Errorf("%w: the archive does not unpack", ErrBadFile)
}

// bounded holds what an archive says of a file against what can be; the library allocates after it.
func bounded(f *zip.File, size int) error {
	const overhead = 28 // of the strongest encryption: salt, check and code of authentication
	switch {
	case f.CompressedSize64 > uint64(size), f.IsEncrypted() && f.CompressedSize64 < 12: //nolint:gosec // a length
		return fmt.Errorf("%w: the archive's sizes cannot be", ErrBadFile)
	case f.UncompressedSize64 > maxUnzipped:
		return fmt.Errorf("%w: the file in the archive has %d MiB, at most %d are read", ErrTooLarge, f.UncompressedSize64>>20, maxUnzipped>>20)
	case f.UncompressedSize64 > freeRatio && f.UncompressedSize64/maxRatio > f.CompressedSize64+overhead:
		return fmt.Errorf("%w: the file in the archive unpacks to more than %d times its size", ErrTooLarge, maxRatio)
	}
	return nil
}

// noPanic makes [ErrBadFile] of a library's panic.
func noPanic(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%w: its reader stopped", ErrBadFile)
	}
}

func inflate(f *zip.File) (content []byte, err error) {
	defer noPanic(&err)
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close() //nolint:errcheck // what counts was read
	// What the archive says of the size may be a lie.
	content, err = io.ReadAll(io.LimitReader(r, min(maxUnzipped, int64(f.UncompressedSize64))+1)) //nolint:gosec // bounded
	switch {
	case err != nil:
		clear(content)
		return nil, err
	case uint64(len(content)) != f.UncompressedSize64:
		clear(content)
		return nil, fmt.Errorf("%w: the file in the archive is not as large as it says", ErrTooLarge)
	}
	return content, nil
}

// unzipAsking is unzip with the password asked for where one is needed, and again after a wrong one.
func unzipAsking(ctx context.Context, in Input, want func(name string) bool) (name string, content []byte, err error) {
	name, content, err = unzip(in.Data, nil, want)
	if !errors.Is(err, ErrNeedsPassword) {
		return name, content, err
	}
	wrong := ErrPasswordOrFile
	content, err = unlock(ctx, in, ErrPasswordOrFile, func(password []byte) ([]byte, bool, error) {
		var content []byte
		var err error
		name, content, err = unzip(in.Data, password, want)
		if errors.Is(err, ErrWrongPassword) || errors.Is(err, ErrPasswordOrFile) {
			wrong = err
			return nil, false, nil
		}
		return content, err == nil, err
	})
	if errors.Is(err, ErrPasswordOrFile) {
		err = wrong
	}
	return name, content, err
}

// named wants a file by its name alone, in any folder of an archive.
func named(base string) func(string) bool {
	return func(name string) bool { return strings.EqualFold(path.Base(name), base) }
}
