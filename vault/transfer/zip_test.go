package transfer

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/yeka/zip"
)

// archive packs files, locked when there is a password.
func archive(t testing.TB, password string, method zip.EncryptionMethod, files ...[2]string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		create := w.Create
		if password != "" {
			create = func(name string) (io.Writer, error) { return w.Encrypt(name, password, method) }
		}
		into, err := create(f[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := into.Write([]byte(f[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestUnzip(t *testing.T) {
	text := [2]string{"folder/a.txt", strings.Repeat("made up ", 20)}
	for name, method := range map[string]zip.EncryptionMethod{"ZipCrypto": zip.StandardEncryption, "AES": zip.AES256Encryption} {
		data := archive(t, "correct", method, text)
		if !zipped(data, named("A.TXT")) || zipped(data, named("b.txt")) {
			t.Error(name, "the wrong files are found")
		}
		got, content, err := unzip(data, []byte("correct"), named("a.txt"))
		if err != nil || got != text[0] || string(content) != text[1] {
			t.Errorf("%s: %q %v", name, got, err)
		}
		if _, _, err := unzip(data, nil, named("a.txt")); !errors.Is(err, ErrNeedsPassword) {
			t.Errorf("%s without a password: %v", name, err)
		}
		if _, _, err := unzip(data, []byte("wrong"), named("a.txt")); !errors.Is(err, ErrWrongPassword) && !errors.Is(err, ErrPasswordOrFile) {
			t.Errorf("%s with a wrong password: %v", name, err)
		}
		if _, _, err := unzip(data, []byte("correct"), named("b.txt")); !errors.Is(err, ErrNothingInIt) {
			t.Errorf("%s: a file that is not in it: %v", name, err)
		}
		for cut := range data {
			_, _, _ = unzip(data[:cut], []byte("correct"), named("a.txt")) // must not panic
		}
	}
	if _, _, err := unzip(archive(t, "", 0, text)[:60], nil, named("a.txt")); !errors.Is(err, ErrBadFile) {
		t.Errorf("half an archive: %v", err)
	}
}

func TestUnzipStopsAtABomb(t *testing.T) {
	data := archive(t, "", 0, [2]string{"a.txt", strings.Repeat("\x00", 8<<20)})
	if _, _, err := unzip(data, nil, named("a.txt")); !errors.Is(err, ErrTooLarge) {
		t.Errorf("8 MiB of nothing: %v", err)
	}
	// A directory that lies: 1000 bytes it says, 8 MiB they are.
	at := bytes.LastIndex(data, []byte("PK\x01\x02"))
	copy(data[at+24:], []byte{0xe8, 3, 0, 0})
	if _, _, err := unzip(data, nil, named("a.txt")); err == nil {
		t.Error("a file of more bytes than the archive says was read")
	}
}

func FuzzUnzip(f *testing.F) {
	f.Add(archive(f, "", 0, [2]string{"a.txt", "made up"}))
	f.Add(archive(f, "a", zip.AES256Encryption, [2]string{"a.txt", "made up"}))
	f.Add(archive(f, "a", zip.StandardEncryption, [2]string{"a.txt", "made up"}))
	f.Fuzz(func(_ *testing.T, data []byte) {
		_, _, _ = unzip(data, []byte("a"), func(string) bool { return true })
	})
}
