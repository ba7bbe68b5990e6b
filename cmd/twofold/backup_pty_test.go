//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"twofold/vault"
)

// backupWorld is a file vault with two accounts, and the environment of a program that uses it.
func backupWorld(t *testing.T) (home string, environ []string) {
	t.Helper()
	home = t.TempDir()
	pass := filepath.Join(home, "passphrase")
	if err := os.WriteFile(pass, []byte("a passphrase for tests\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	environ = []string{"HOME=" + home, "TWOFOLD_HOME=" + filepath.Join(home, "twofold"), "TWOFOLD_VAULT=file", "TWOFOLD_PASSPHRASE_FILE=" + pass}
	add := exec.CommandContext(t.Context(), "twofold", "add")
	add.Env = append(environ, "PATH="+os.Getenv("PATH"))
	const rest = ":ada@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n"
	add.Stdin = strings.NewReader("otpauth://totp/KOR" + rest + "otpauth://totp/KODE" + rest)
	var said bytes.Buffer
	add.Stderr = &said
	if err := add.Run(); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(said.String(), "reminder") {
		t.Error("a pipe is reminded of backups")
	}
	return home, environ
}

// TestABackupIsAskedForOnTheTerminal types the backup's passphrase, and restores with it after a wrong one. The person
// who removes an account is reminded, and is not after a backup.
func TestABackupIsAskedForOnTheTerminal(t *testing.T) {
	home, environ := backupWorld(t)
	const typed = "typed by a person"
	file := filepath.Join(home, "mine.age")

	term := startInTerminal(t, []string{"remove", "kor", "--yes"}, environ...)
	term.waitFor("reminder: there is no backup yet")
	if err := term.wait(); err != nil {
		t.Error(err)
	}

	term = startInTerminal(t, []string{"vault", "backup", file}, environ...)
	term.waitFor("New passphrase of the backup (not the vault's):")
	term.press("password\r")
	term.waitFor("warning: this passphrase is weak")
	term.waitFor("The same again:")
	term.press("something else\r")
	term.waitFor("the two passphrases differ; no backup was made")
	_ = term.wait()
	if _, err := os.Stat(file); err == nil {
		t.Error("a backup was made under a passphrase that was mistyped")
	}

	term = startInTerminal(t, []string{"vault", "backup", file}, environ...)
	term.waitFor("Nobody can recover a forgotten passphrase")
	term.waitFor("New passphrase of the backup (not the vault's):")
	term.press(typed + "\r")
	term.waitFor("The same again:")
	term.press(typed + "\r")
	term.waitFor("Backed up 1 account, 1 in the trash; read back and opened")
	if err := term.wait(); err != nil {
		t.Error(err)
	}
	if strings.Contains(term.everything(), typed) {
		t.Error("the passphrase was shown")
	}

	term = startInTerminal(t, []string{"restore", "kor"}, environ...)
	term.waitFor("is back")
	if err := term.wait(); err != nil || strings.Contains(term.everything(), "reminder") {
		t.Errorf("%v: %s", err, term.everything())
	}

	environ[1] = "TWOFOLD_HOME=" + filepath.Join(home, "other")
	term = startInTerminal(t, []string{"vault", "restore", file}, environ...)
	term.waitFor("Passphrase of the backup (not the vault's):")
	term.press("not this one\r")
	term.waitFor("That is not the backup's passphrase. Try again.")
	term.press(typed + "\r")
	term.waitFor("Take 2 accounts into the vault? [y/N]")
	term.press("y\r")
	term.waitFor("Added 2 accounts.")
	if err := term.wait(); err != nil {
		t.Error(err)
	}
}

// TestAKilledBackupIsNone kills the program while it makes a backup, at a later moment each time.
func TestAKilledBackupIsNone(t *testing.T) {
	home, environ := backupWorld(t)
	dir, password := filepath.Join(home, "backups"), filepath.Join(home, "password")
	if err := os.WriteFile(password, []byte("a backup passphrase\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	passphrase, err := vault.NewSecret([]byte("a backup passphrase"))
	if err != nil {
		t.Fatal(err)
	}
	backUp := func() *exec.Cmd {
		c := exec.CommandContext(t.Context(), "twofold", "vault", "backup", dir+"/", "--password-file", password)
		c.Env = append(environ, "PATH="+os.Getenv("PATH"))
		return c
	}
	began := time.Now()
	if out, err := backUp().CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	whole, killed := time.Since(began), 0
	const kills = 8
	for n := range kills {
		c := backUp()
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(whole * time.Duration(n+1) / kills)
		_ = c.Process.Kill()
		if c.Wait() != nil {
			killed++
		}
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) == 0 {
			t.Fatalf("%d entries, %v", len(entries), err)
		}
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), ".new") {
				continue // never under the name of a backup
			}
			b, err := vault.OpenBackup(filepath.Join(dir, e.Name()), passphrase)
			if err != nil || len(b.Keys) != 2 {
				t.Errorf("%s: %v", e.Name(), err)
			}
		}
	}
	if killed == 0 {
		t.Error("no kill came in time")
	}
	t.Logf("%d of %d were killed", killed, kills)
	if out, err := backUp().CombinedOutput(); err != nil {
		t.Fatalf("afterwards: %v: %s", err, out)
	}
}
