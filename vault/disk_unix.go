//go:build !windows

package vault

import (
	"io/fs"
	"os"
	"syscall"
)

// checkPrivate refuses a file that others can read.
func checkPrivate(path string, info fs.FileInfo) error {
	if info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	return &PermissionsError{Path: path, Mend: "chmod 600 " + shellQuote(path)}
}

// checkFolder refuses a folder that others can look into or change: the vault
// makes its own, with mode 0700.
func checkFolder(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	return &PermissionsError{Path: dir, Mend: "chmod 700 " + shellQuote(dir)}
}

// fileID is the inode: a file that is renamed into place has another one than
// the file before.
func fileID(info fs.FileInfo) int64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return int64(s.Ino)
	}
	return 0
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
