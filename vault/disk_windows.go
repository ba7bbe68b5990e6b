package vault

import (
	"io/fs"
	"os"
)

// Access on Windows is inherited from the profile's folder, which other users
// cannot read; mode bits say nothing there.
func checkPrivate(string, fs.FileInfo) error { return nil }

func checkFolder(dir string) error {
	_, err := os.Stat(dir)
	return err
}

func fileID(fs.FileInfo) int64 { return 0 }

// A folder cannot be synced on Windows; NTFS journals the rename.
func syncFolder(string) error { return nil }
