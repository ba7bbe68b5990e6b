//go:build !windows

package vault

import (
	"io/fs"
	"os"
)

// checkPrivate refuses a file that others can read.
func checkPrivate(path string, info fs.FileInfo) error {
	if info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	return &PermissionsError{Path: path, Mend: "chmod 600 " + shellQuote(path)}
}

// checkFolder refuses a folder in which others could put another file in the
// place of ours. One that they can merely list is taken: people name folders of
// their own making, and the files in it are private.
func checkFolder(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o022 == 0 {
		return nil
	}
	return &PermissionsError{Path: dir, Mend: "chmod 700 " + shellQuote(dir)}
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
