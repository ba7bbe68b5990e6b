//go:build !windows

package server

import (
	"errors"
	"io/fs"
	"os"
)

// unsafeMode reports whether others than the owner may use the file.
func unsafeMode(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }

// syncFolder makes names in a folder durable.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
