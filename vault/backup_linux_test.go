package vault

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"
)

// TestABackupOntoAFullOrReadOnlyDisk uses real ones, where it may mount them.
func TestABackupOntoAFullOrReadOnlyDisk(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("none", disk, "tmpfs", 0, "size=16k"); err != nil {
		t.Skipf("a disk of its own: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(disk, syscall.MNT_DETACH) })
	_, v, keys := aFilled(t, KindFile)
	mustBackUp(t, v, disk, BackupOptions{})
	var err error
	for range 20 {
		if _, err = v.Backup(t.Context(), disk, backupSecret(t), BackupOptions{}); err != nil {
			break
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("a full disk: %v", err)
	}
	for _, name := range namesIn(t, disk) {
		if b, err := OpenBackup(filepath.Join(disk, name), backupSecret(t)); err != nil || len(b.Keys) != len(keys) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := syscall.Mount("none", disk, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	was := len(namesIn(t, disk))
	if _, err := v.Backup(t.Context(), disk, backupSecret(t), BackupOptions{Keep: 1}); !errors.Is(err, syscall.EROFS) {
		t.Errorf("a disk that is read-only: %v", err)
	}
	if now := len(namesIn(t, disk)); now != was || was == 0 {
		t.Errorf("%d backups, were %d", now, was)
	}
}
