package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// writePicture writes a picture with a secret in it as a new file that only its owner can read. It replaces nothing.
func writePicture(name string, picture []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s: %w", printable(name), errPictureThere)
	}
	if err != nil {
		return fmt.Errorf("write the picture: %w", err)
	}
	_, err = f.Write(picture)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write the picture: %w", errors.Join(err, os.Remove(name)))
	}
	return nil
}
