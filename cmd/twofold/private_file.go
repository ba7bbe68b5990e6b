package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

var errFileThere = errors.New("there is such a file already")

// writePrivate writes a new file with a secret in it that only its owner can read. It replaces nothing.
func writePrivate(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s: %w", printable(name), errFileThere)
	}
	if err != nil {
		return fmt.Errorf("write the file: %w", err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write the file: %w", errors.Join(err, os.Remove(name)))
	}
	return nil
}
