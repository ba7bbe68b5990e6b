package transfer

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"
	"github.com/creack/pty"

	"twofold/vault"
)

func secretOf(t testing.TB, text string) vault.Secret {
	t.Helper()
	s, err := vault.NewSecret([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ageSealed is sealed with as little work as can be.
func ageSealed(t testing.TB, plain, password string) []byte {
	t.Helper()
	to, err := age.NewScryptRecipient(password)
	if err != nil {
		t.Fatal(err)
	}
	to.SetWorkFactor(2)
	return ageTo(t, plain, to)
}

func ageTo(t testing.TB, plain string, to age.Recipient) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func armored(t testing.TB, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := armor.NewWriter(&out)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const twofoldSample = `{"format":"twofold backup","version":1,"vault":"v","made":"2026-11-25T13:01:30Z","generation":7,"accounts":[
{"id":"abc","type":"totp","issuer":"KOR","label":"ada","algorithm":"SHA1","digits":6,"period":30,"tags":["t"],"note":"n","uri":"otpauth://totp/x?secret=` + rfcBase32 + `"},
{"id":"h","type":"hotp","algorithm":"SHA256","digits":8,"counter":9,"removed":"2026-11-25T13:01:30Z","uri":"otpauth://hotp/x?secret=` + rfcBase32 + `"},7]
,"missing":[{"name":"gone","reason":"locked"}]}`

const twofoldBrief = "totp KOR|ada rfc SHA1/6/30/0\nhotp | rfc SHA256/8/0/9\naside 3 \naside 4 gone\n"

const listSample, listBrief = "otpauth://totp/KOR:ada?secret=" + rfcBase32 + "&digits=8\n", "totp KOR|ada rfc SHA1/8/30/0\n"

func TestAgeIsReadWhateverIsInIt(t *testing.T) {
	for name, row := range map[string]struct{ plain, want string }{
		"list":   {listSample, listBrief},
		"google": {link(payload([4]int64{1, 1, 0, 7}, usual("ada"))), "totp KOR|ada rfc SHA1/6/30/0\n"},
		"backup": {twofoldSample, twofoldBrief},
	} {
		data := ageSealed(t, row.plain, "made up")
		for _, data := range [][]byte{data, armored(t, data)} {
			f, e, err := open(t, data, "made up")
			if err != nil || f.Name != "age" || brief(e) != row.want {
				t.Errorf("%s: %s %v\n%s", name, f.Name, err, brief(e))
			}
		}
	}
}

func TestAgeArchivesComeBackTheSame(t *testing.T) { roundTrip(t, sealed, "made up") }

func TestAgeRefusals(t *testing.T) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	whole := ageSealed(t, listSample, "made up")
	costly := bytes.Replace(whole, []byte(" 2\n"), []byte(" 21\n"), 1)
	flipped := bytes.Clone(whole)
	flipped[len(flipped)-1] ^= 1
	for name, row := range map[string]struct {
		data     []byte
		password string
		want     error
	}{
		"wrong password":   {whole, "made upp", ErrWrongPassword},
		"no password":      {whole, "", ErrNeedsPassword},
		"damaged":          {flipped, "made up", ErrBadFile},
		"cut off":          {whole[:len(whole)-20], "made up", ErrBadFile},
		"head alone":       {[]byte(ageMagic), "made up", ErrBadFile},
		"half a head":      {whole[:40], "made up", ErrBadFile},
		"half an armor":    {armored(t, whole)[:100], "made up", ErrBadFile},
		"costly":           {costly, "made up", ErrTooCostly},
		"to a key":         {ageTo(t, listSample, id.Recipient()), "made up", ErrRefused},
		"age in age":       {ageSealed(t, string(whole), "made up"), "made up", ErrRefused},
		"something else":   {ageSealed(t, "a letter", "made up"), "made up", ErrRefused},
		"nothing in it":    {ageSealed(t, "", "made up"), "made up", ErrRefused},
		"a newer backup":   {ageSealed(t, `{"format":"twofold backup","version":2,"accounts":[]}`, "made up"), "made up", ErrRefused},
		"a damaged backup": {ageSealed(t, `{"format":"twofold backup","version":1,"accounts":7}`, "made up"), "made up", ErrBadFile},
	} {
		f, e, err := open(t, row.data, row.password)
		if f.Name != "age" || !errors.Is(err, row.want) || len(e.Keys) > 0 {
			t.Errorf("%s: %s %v", name, f.Name, err)
		}
		hushed(t, e, err)
	}
	if err := sealed.Write(t.Context(), &bytes.Buffer{}, nil, Output{}); !errors.Is(err, ErrNeedsPassword) {
		t.Errorf("without a password: %v", err)
	}
}

// TestCostlyAgeIsRefusedBeforeTheWork: 2^30 would take hours and a tebibyte.
func TestCostlyAgeIsRefusedBeforeTheWork(t *testing.T) {
	costly := bytes.Replace(ageSealed(t, listSample, "made up"), []byte(" 2\n"), []byte(" 30\n"), 1)
	asked := false
	_, err := sealed.Open(t.Context(), Input{Data: costly, Password: passwordOf("made up"), Progress: func(string) { asked = true }})
	if !errors.Is(err, ErrTooCostly) || asked {
		t.Errorf("%v, %v", err, asked)
	}
}

// TestAgeItself reads what we write, and writes what we read.
func TestAgeItself(t *testing.T) {
	need(t, "age")
	dir := t.TempDir()
	ours, plain, theirs := filepath.Join(dir, "ours.age"), filepath.Join(dir, "plain"), filepath.Join(dir, "theirs.age")
	keys := oddNames(t)
	data := written(t, sealed, keys, Output{Password: secretOf(t, "made up for age")})
	if err := os.WriteFile(ours, data, 0o600); err != nil {
		t.Fatal(err)
	}
	inTerminal(t, "made up for age", 1, "age", "-d", "-o", plain, ours)
	text, err := os.ReadFile(plain)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		if !strings.Contains(string(text), k.RevealURI()+"\n") {
			t.Errorf("%s is not in it", k.Name())
		}
	}
	inTerminal(t, "made up for age", 2, "age", "-p", "-a", "-o", theirs, plain)
	if data, err = os.ReadFile(theirs); err != nil {
		t.Fatal(err)
	}
	f, e, err := open(t, data, "made up for age")
	if err != nil || f.Name != "age" || strings.Join(exact(e.Keys), "\n") != strings.Join(exact(keys), "\n") {
		t.Errorf("%s: %v", f.Name, err)
	}
}

// inTerminal runs a program that asks for a passphrase so many times.
func inTerminal(t *testing.T, passphrase string, times int, name string, args ...string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	terminal, err := pty.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	var said strings.Builder
	buffer := make([]byte, 1024)
	for asked := 0; asked < times; {
		n, err := terminal.Read(buffer)
		if err != nil {
			t.Fatalf("%v: %s", err, said.String())
		}
		said.Write(buffer[:n])
		if strings.Count(said.String(), "passphrase") > asked && strings.HasSuffix(strings.TrimRight(said.String(), " "), ":") {
			asked++
			if _, err := io.WriteString(terminal, passphrase+"\n"); err != nil {
				t.Fatal(err)
			}
		}
	}
	_, _ = io.Copy(&said, terminal) // ends with an error when the program does
	if err := c.Wait(); err != nil {
		t.Fatalf("%s: %v: %s", name, err, said.String())
	}
}

// TestBackupOfAVault is read whole: as it is on disk, and by its name.
func TestBackupOfAVault(t *testing.T) {
	v := vault.Throwaway(vault.Options{Now: func() time.Time { return time.Unix(1_800_000_000, 0) }})
	t.Cleanup(func() { _ = v.Close() })
	keys := oddNames(t)
	keys[0].Tags, keys[0].Note, keys[0].Pinned = []string{"home"}, "a note", true
	if _, err := v.Merge(t.Context(), keys, nil); err != nil {
		t.Fatal(err)
	}
	report, err := v.Backup(t.Context(), filepath.Join(t.TempDir(), "b.age"), secretOf(t, "made up for backups"), vault.BackupOptions{})
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(report.Path)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"age", "twofold"} {
		e, err := readAs(t, name, data, "made up for backups")
		if err != nil || len(e.Aside) > 0 || strings.Join(exact(e.Keys), "\n") != strings.Join(exact(keys), "\n") {
			t.Fatalf("%s: %v\n%s", name, err, brief(e))
		}
		for _, k := range e.Keys {
			if k.ID != "" || k.Label == keys[0].Label && k.Issuer == keys[0].Issuer && (k.Note != "a note" || !k.Pinned || len(k.Tags) != 1) {
				t.Errorf("%+v", k.Account)
			}
		}
	}
}

func TestOpenedBackup(t *testing.T) {
	f, e, err := open(t, []byte(twofoldSample), "")
	if err != nil || f.Name != "twofold" || brief(e) != twofoldBrief {
		t.Errorf("%s %v\n%s", f.Name, err, brief(e))
	}
	for _, bad := range []string{`{"format":"twofold backup","version":2,"accounts":[]}`, `{"format":"twofold backup","version":1,"accounts":[],"x":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`} {
		if e, err := readAs(t, "twofold", []byte(bad), ""); err == nil {
			t.Errorf("read %d accounts of %s", len(e.Keys), bad)
		}
	}
}

func FuzzAge(f *testing.F) {
	f.Add(ageSealed(f, listSample, "test"))
	f.Add(ageSealed(f, twofoldSample, "test"))
	f.Add(armored(f, ageSealed(f, listSample, "test")))
	f.Add([]byte(ageMagic + "-> scrypt AAAA 99\n"))
	fuzzRead(f, sealed)
}

func FuzzTwofold(f *testing.F) {
	f.Add([]byte(twofoldSample))
	fuzzRead(f, twofold)
}
