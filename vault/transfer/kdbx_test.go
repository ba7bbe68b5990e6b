package transfer

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tobischo/gokeepasslib/v3"
)

// withArgon2id seals a database of the library anew, which writes no such.
func withArgon2id(t *testing.T, file []byte, password string) []byte {
	t.Helper()
	f, err := openKDBX(file)
	if err != nil {
		t.Fatal(err)
	}
	content, err := f.unlock(t.Context(), Input{Password: passwordOf(password), Progress: func(string) {}})
	if err != nil {
		t.Fatal(err)
	}
	header := bytes.Replace(f.header, gokeepasslib.KdfArgon2, []byte(kdfArgon2id), 1)
	header[bytes.Index(header, []byte{3, 4, 0, 0, 0, 1})+5] = 0 // not packed
	f.kdf.id = kdfArgon2id
	first := sha256.Sum256([]byte(password))
	composite := sha256.Sum256(first[:])
	derived, err := f.kdf.derive(composite[:])
	if err != nil {
		t.Fatal(err)
	}
	seeded := bytes.Join([][]byte{f.seed, derived}, nil)
	key, mac := sha256.Sum256(seeded), sha512.Sum512(append(bytes.Clone(seeded), 1))
	manager, err := gokeepasslib.NewEncrypterManager(f.cipher, key[:], f.iv)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(header)
	out := bytes.Join([][]byte{header, sum[:], kdbxMAC(mac[:], math.MaxUint64, header)}, nil)
	for i, block := range [][]byte{manager.Encrypt(content), nil} {
		index := binary.LittleEndian.AppendUint64(nil, uint64(i)) //nolint:gosec // 0 and 1
		size := binary.LittleEndian.AppendUint32(nil, uint32(len(block)))
		out = append(out, kdbxMAC(mac[:], uint64(i), index, size, block)...) //nolint:gosec // 0 and 1
		out = append(append(out, size...), block...)
	}
	return out
}

func TestKeePassWithArgon2id(t *testing.T) {
	file := withArgon2id(t, keepassFile(t, "correct", nil), "correct")
	if got := names(mustRead(t, "keepass", file, "correct")); got != "KOR:ada" {
		t.Error(got)
	}
}

// What KeePassXC makes is read: its own compression, derivation and order of elements. For an entry with custom data it
// writes KDBX 4, and KDBX 3 else.
func TestDatabaseOfKeePassXC(t *testing.T) {
	need(t, "keepassxc-cli")
	uri := "otpauth://totp/x:none?secret=" + rfcBase32
	entries := keepassEntryText(t, "Title", "KOR", "UserName", "ada", "Notes", "a note", "otp", uri+"&digits=8") +
		keepassEntryText(t, "Title", "Steam", "otp", uri+"&digits=5&encoder=steam") +
		keepassEntryText(t, "Title", "Old", "TOTP Seed", rfcBase32, "TOTP Settings", "60;8")
	gone := keepassEntryText(t, "Title", "gone", "otp", uri)
	const custom = "<CustomData><Item><Key>a</Key><Value>b</Value></Item></CustomData>"
	for version, entries := range map[byte]string{3: entries, 4: strings.Replace(entries, "<History>", custom+"<History>", 1)} {
		dir := t.TempDir()
		text, database := filepath.Join(dir, "a.xml"), filepath.Join(dir, "a.kdbx")
		if err := os.WriteFile(text, []byte(keepassText(entries, gone)), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), "keepassxc-cli", "import", "-q", "-p", text, database)
		cmd.Stdin = strings.NewReader("correct horse\ncorrect horse\n")
		cmd.Env = append(os.Environ(), "QT_QPA_PLATFORM=offscreen", "HOME="+dir)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		file, err := os.ReadFile(database)
		if err != nil {
			t.Fatal(err)
		}
		if file[10] != version {
			t.Fatalf("KDBX %d, and not %d", file[10], version)
		}
		e := mustRead(t, "keepass", file, "correct horse")
		if got := names(e); got != "KOR:ada\nSteam\nOld" {
			t.Errorf("KDBX %d: %s", version, got)
		}
		if k := e.Keys[0]; k.Digits != 8 || k.Note != "a note" || strings.Join(k.Tags, ",") != "a,b,Work" || e.Keys[1].Type != "steam" || e.Keys[2].Period != 60 {
			t.Errorf("%+v", e.Keys)
		}
		if _, _, err := open(t, file, "wrong"); !errors.Is(err, ErrWrongPassword) && !errors.Is(err, ErrPasswordOrFile) {
			t.Errorf("KDBX %d, wrong password: %v", version, err)
		}
	}
}

func TestKDBX3Refusals(t *testing.T) {
	file := keepassFile(t, "correct", func(db *gokeepasslib.Database) { db.Header = gokeepasslib.NewKDBX3Header() })
	if got := names(mustRead(t, "keepass", file, "correct")); got != "KOR:ada" {
		t.Error(got)
	}
	costly := bytes.Clone(file)
	at := bytes.Index(costly, []byte{6, 8, 0})
	binary.LittleEndian.PutUint64(costly[at+3:], 1<<40)
	changed := bytes.Clone(file)
	changed[len(changed)-300] ^= 1
	for name, c := range map[string]struct {
		file     []byte
		password string
		want     error
	}{
		"wrong password":  {file, "wrong", ErrPasswordOrFile},
		"rounds":          {costly, "", ErrTooCostly},
		"changed content": {changed, "correct", ErrBadFile},
		"cut":             {file[:200], "correct", ErrBadFile},
	} {
		if _, _, err := open(t, c.file, c.password); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for cut := range 260 {
		if _, err := readAs(t, "keepass", file[:cut], "correct"); err == nil {
			t.Fatalf("the first %d bytes were read", cut)
		}
	}
}
