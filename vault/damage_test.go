package vault

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// aFileVault makes one with two accounts, and gives its folder.
func aFileVault(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "vault")
	v := mustOpen(t, fileOptions(dir))
	for _, l := range []string{"a", "b"} {
		if _, err := v.Add(t.Context(), aKey(t, "A & Co", l)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func snapshot(t testing.TB, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = info.Mode().String() + string(b)
	}
	return all
}

// TestAnUnreadableVaultIsNamedAndNotTouched changes one file of a vault and
// looks at the error of every way in, and at the folder afterwards.
func TestAnUnreadableVaultIsNamedAndNotTouched(t *testing.T) {
	write := func(name, text string) func(string) error {
		return func(dir string) error { return os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600) }
	}
	edit := func(name string, change func([]byte) []byte) func(string) error {
		return func(dir string) error {
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, name), change(b), 0o600)
		}
	}
	cut := func(b []byte) []byte { return b[:len(b)/2] }
	flip := func(b []byte) []byte { b[len(b)-5] ^= 1; return b }
	empty := func([]byte) []byte { return nil }
	for name, c := range map[string]struct {
		spoil func(dir string) error
		want  error
	}{
		"accounts cut":     {edit(accountsName, cut), ErrDamaged},
		"accounts flipped": {edit(accountsName, flip), ErrDamaged},
		"accounts empty":   {edit(accountsName, empty), ErrDamaged},
		"accounts garbage": {write(accountsName, "garbage"), ErrDamaged},
		"accounts gone":    {func(dir string) error { return os.Remove(filepath.Join(dir, accountsName)) }, ErrDamaged},
		"identity cut":     {edit(identityName, cut), ErrDamaged},
		"identity gone":    {func(dir string) error { return os.Remove(filepath.Join(dir, identityName)) }, ErrDamaged},
		"identity no phrase": {func(dir string) error {
			return os.Rename(filepath.Join(dir, accountsName+".1"), filepath.Join(dir, identityName))
		}, ErrDamaged},
		"header gone":     {func(dir string) error { return os.Remove(filepath.Join(dir, headerName)) }, ErrDamaged},
		"header empty":    {write(headerName, ""), ErrDamaged},
		"header garbage":  {write(headerName, "{"), ErrDamaged},
		"header other":    {write(headerName, `{"format":1,"kind":"paper","id":"x"}`), ErrDamaged},
		"header other id": {write(headerName, `{"format":1,"kind":"file","id":"x"}`), ErrDamaged},
		"header newer":    {write(headerName, `{"format":3,"kind":["anything"],"new":{}}`), ErrNewerFormat},
		"accounts 0644":   {func(dir string) error { return os.Chmod(filepath.Join(dir, accountsName), 0o644) }, ErrUnsafePermissions},
		"identity 0640":   {func(dir string) error { return os.Chmod(filepath.Join(dir, identityName), 0o640) }, ErrUnsafePermissions},
		"header 0604":     {func(dir string) error { return os.Chmod(filepath.Join(dir, headerName), 0o604) }, ErrUnsafePermissions},
		"folder 0777":     {func(dir string) error { return os.Chmod(dir, 0o777) }, ErrUnsafePermissions},
		"folder 0750":     {func(dir string) error { return os.Chmod(dir, 0o750) }, ErrUnsafePermissions},
	} {
		t.Run(name, func(t *testing.T) {
			dir := aFileVault(t)
			before := mustOpen(t, fileOptions(dir)) // opened while all was well
			if err := c.spoil(dir); err != nil {
				t.Fatal(err)
			}
			was := snapshot(t, dir)
			o := fileOptions(dir)
			if strings.HasPrefix(name, "header") || strings.HasPrefix(name, "folder") {
				o.Kind = KindAuto
			}
			_, err := Open(t.Context(), o)
			if !errors.Is(err, c.want) {
				t.Errorf("Open: %v", err)
			}
			var p *PermissionsError
			if errors.As(err, &p) && !strings.HasPrefix(p.Mend, "chmod ") {
				t.Errorf("no way to mend it: %v", err)
			}
			if strings.HasPrefix(name, "accounts") {
				if _, err := before.Add(t.Context(), aKey(t, "A", "c")); !errors.Is(err, c.want) {
					t.Errorf("Add: %v", err)
				}
			}
			now := snapshot(t, dir)
			for file, content := range was {
				if now[file] != content {
					t.Errorf("%s was touched", file)
				}
			}
			if len(now) != len(was) {
				t.Errorf("files before %d, now %d", len(was), len(now))
			}
		})
	}
}

func TestTheCommandThatMendsPermissionsDoes(t *testing.T) {
	dir := aFileVault(t)
	odd := filepath.Join(t.TempDir(), "it's a folder")
	if err := os.Rename(dir, odd); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(odd, accountsName), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), fileOptions(odd))
	var p *PermissionsError
	if !errors.As(err, &p) {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "sh", "-c", p.Mend).CombinedOutput(); err != nil {
		t.Fatalf("%s: %s", p.Mend, out)
	}
	if n := len(mustOpen(t, fileOptions(odd)).Accounts()); n != 2 {
		t.Fatal(n)
	}
}

// A folder that others can write to is not one that they can only read.
func TestAnOpenFolderIsSaidToBeChangeable(t *testing.T) {
	dir := aFileVault(t)
	if err := os.Chmod(dir, 0o777); err != nil { //nolint:gosec // that is the fault
		t.Fatal(err)
	}
	_, err := Open(t.Context(), fileOptions(dir))
	if !errors.Is(err, ErrUnsafePermissions) || !strings.Contains(err.Error(), "change") {
		t.Fatal(err)
	}
}

func TestPassphrases(t *testing.T) {
	dir := aFileVault(t)
	was := snapshot(t, dir)
	o := fileOptions(dir)
	o.Passphrase = passphrase("another one")
	if _, err := Open(t.Context(), o); !errors.Is(err, ErrWrongPassphrase) {
		t.Error(err)
	}
	o.Passphrase = nil
	if _, err := Open(t.Context(), o); !errors.Is(err, ErrPassphraseNeeded) {
		t.Error(err)
	}
	o.Passphrase = func(context.Context, Ask) (Secret, error) { return Secret{}, nil }
	if _, err := Open(t.Context(), o); !errors.Is(err, ErrPassphraseNeeded) {
		t.Error(err)
	}
	o.Passphrase = func(context.Context, Ask) (Secret, error) { return Secret{}, io.ErrUnexpectedEOF }
	if _, err := Open(t.Context(), o); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
	var asked []bool
	var given Secret
	o.Passphrase = func(_ context.Context, a Ask) (Secret, error) {
		asked = append(asked, a.New)
		given, _ = NewSecret([]byte(testPassphrase))
		return given, nil
	}
	v := mustOpen(t, o)
	if _, err := v.Add(t.Context(), aKey(t, "A", "c")); err != nil {
		t.Error(err)
	}
	if len(asked) != 1 || asked[0] || given.Len() != 0 {
		t.Errorf("asked %v, %d bytes left", asked, given.Len())
	}
	if now := snapshot(t, dir); now[identityName] != was[identityName] {
		t.Error("identity.age was rewritten")
	}
}

// Unlocking has to cost an attacker something: 2^16, and no vault of this
// program is made with less.
func TestScryptCost(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "vault")
	v, err := Open(t.Context(), fileOptions(dir))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Add(t.Context(), aKey(t, "A", "a")); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, identityName))
	if err != nil {
		t.Fatal(err)
	}
	stanza := strings.Fields(strings.SplitN(string(b), "\n", 3)[1])
	if stanza[1] != "scrypt" || stanza[3] != "16" {
		t.Fatal(stanza)
	}
	began := time.Now()
	if _, err := Open(t.Context(), fileOptions(dir)); err != nil {
		t.Fatal(err)
	}
	t.Logf("unlocking took %v", time.Since(began))
}

// rewrite changes the sealed document of a file vault from outside.
func rewrite(t testing.TB, dir string, change func(string) string) {
	t.Helper()
	v := mustOpen(t, fileOptions(dir))
	d, _, err := v.load()
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := seal([]byte(change(string(d.plain))), v.key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, accountsName), sealed, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestANewerDocumentIsNotTouched(t *testing.T) {
	dir := aFileVault(t)
	before := mustOpen(t, fileOptions(dir))
	rewrite(t, dir, func(s string) string { return strings.Replace(s, `"format":2`, `"format":3`, 1) })
	was := snapshot(t, dir)
	if _, err := Open(t.Context(), fileOptions(dir)); !errors.Is(err, ErrNewerFormat) {
		t.Error(err)
	}
	if err := before.Remove(t.Context(), before.Accounts()[0].ID); !errors.Is(err, ErrNewerFormat) {
		t.Error(err)
	}
	if now := snapshot(t, dir); now[accountsName] != was[accountsName] || len(now) != len(was) {
		t.Error("the files were touched")
	}
}

func TestABadEntryIsSetAsideAndKept(t *testing.T) {
	dir := aFileVault(t)
	strange := []string{
		`{"id":"newer","type":"ocra","label":"x","what":{"is":["this"]}}`,
		`{"id":"nosecret","type":"totp","algorithm":"SHA1","digits":6,"period":30,"uri":"otpauth://totp/x?secret="}`,
		`{"type":"totp"}`, `17`, `"a text"`, `{"id":7}`, `null`, `{"id":"\u001b]0;title\u0007","type":"totp"}`,
	}
	rewrite(t, dir, func(s string) string {
		s = strings.Replace(s, `"entries":[`, `"entries":[`+strings.Join(strange, ",")+",", 1)
		return strings.Replace(s, `"label":"b"`, `"label":"b","color":"red"`, 1)
	})
	rewrite(t, dir, func(s string) string { return strings.Replace(s, `{"format":2`, `{"later":["x"],"format":2`, 1) })
	v := mustOpen(t, fileOptions(dir))
	if n := len(v.Accounts()); n != 2 {
		t.Fatal(n)
	}
	aside := v.SetAside()
	if len(aside) != len(strange) || aside[0].ID != "newer" || aside[1].ID != "nosecret" {
		t.Fatalf("%+v", aside)
	}
	if last := aside[len(aside)-1]; last.ID != "" {
		t.Errorf("%q is passed on as an id", last.ID)
	}
	for _, a := range v.Accounts() {
		if _, err := v.Edit(t.Context(), a.ID, func(a *Account) error { a.Pinned, a.Issuer = true, ""; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	d, _, err := v.load()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append(strange, `"color":"red"`, `"later":["x"]`) {
		if !bytes.Contains(d.plain, []byte(s)) {
			t.Errorf("lost: %s", s)
		}
	}
	if bytes.Contains(d.plain, []byte("A & Co")) || bytes.Contains(d.plain, []byte("A%20%26%20Co")) {
		t.Error("an issuer that was taken away is still there")
	}
}

// The document is a promise to other programs, and to later versions of this one.
func TestTheDocumentIsWhatItWas(t *testing.T) {
	d := &document{head: preface{Format: 1, Kind: KindFile, Vault: "v", Generation: 7, Saved: theTime(), FingerprintKey: []byte("0123456789abcdef")}}
	k := aKey(t, "A & Co", "me")
	k.ID, k.Added, k.Tags = "one", theTime(), []string{"t"}
	if err := d.put(record{Account: k.Account, Fingerprint: []byte{1, 2}, URI: k.RevealURI()}, nil); err != nil {
		t.Fatal(err)
	}
	got, err := d.encode()
	want := `{"format":1,"kind":"file","vault":"v","generation":7,"saved":"2026-07-13T12:00:00Z","fingerprint_key":"MDEyMzQ1Njc4OWFiY2RlZg==",
"entries":[
{"id":"one","type":"totp","issuer":"A & Co","label":"me","algorithm":"SHA1","digits":6,"period":30,"tags":["t"],"added":"2026-07-13T12:00:00Z","fingerprint":"AQI=","uri":"otpauth://totp/A%20%26%20Co:me?secret=` + rfcSecret + `&issuer=A%20%26%20Co&algorithm=SHA1&digits=6&period=30"}
]}
`
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s", err, got)
	}
}

// age -d -i identity.age accounts.age opens a file vault without this program.
func TestAgeOpensTheFileVault(t *testing.T) {
	need(t, "age")
	dir := aFileVault(t)
	out := filepath.Join(t.TempDir(), "out")
	c := exec.CommandContext(t.Context(), "age", "-d", "-o", out, "-i", identityName, accountsName)
	c.Dir = dir
	terminal, err := pty.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	var said bytes.Buffer
	prompt := make([]byte, 1024)
	for !strings.Contains(said.String(), "passphrase") {
		n, err := terminal.Read(prompt)
		if err != nil {
			t.Fatalf("%v: %s", err, said.String())
		}
		said.Write(prompt[:n])
	}
	if _, err := io.WriteString(terminal, testPassphrase+"\n"); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(&said, terminal) // ends with an error when age does
	if err := c.Wait(); err != nil {
		t.Fatalf("age: %v: %s", err, said.String())
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct{ Entries []struct{ URI string } }
	if err := json.Unmarshal(b, &doc); err != nil || len(doc.Entries) != 2 {
		t.Fatalf("%v: %s", err, b)
	}
	for i, l := range []string{"a", "b"} {
		if k := mustParse(t, doc.Entries[i].URI); k.Name() != "A & Co:"+l || !k.Secret.Equal(aKey(t, "", "").Secret) {
			t.Errorf("%+v", k)
		}
	}
}

func FuzzHeader(f *testing.F) {
	f.Add([]byte(`{"format":1,"kind":"file","id":"abc"}`))
	f.Add([]byte(`{"format":1,"kind":"keyring","id":"abc","also":"file","creating":"file"}`))
	f.Add([]byte(`{"format":2}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := parseHeader(b)
		if err != nil {
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNewerFormat) {
				t.Fatal(err)
			}
			return
		}
		again, err := parseHeader(h.encode())
		if err != nil || again != h {
			t.Fatalf("%+v %+v %v", h, again, err)
		}
	})
}

func FuzzDocument(f *testing.F) {
	f.Add([]byte(`{"format":1,"kind":"file","vault":"v","generation":7,"fingerprint_key":"MDEyMzQ1Njc4OWFiY2RlZg==","entries":[{"id":"x"},7]}`))
	f.Add([]byte(`{"format":1,"kind":"file","vault":"v","fingerprint_key":"MDEyMzQ1Njc4OWFiY2RlZg==","x":1,"entries":[{"id":"a","type":"totp","algorithm":"SHA1","digits":6,"period":30,"uri":"otpauth://totp/x?secret=GEZDGNBV","y":2}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		h := header{Format: 1, Kind: KindFile, ID: "v"}
		d, err := decodeDocument(b, h, KindFile)
		if err != nil {
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNewerFormat) {
				t.Fatal(err)
			}
			return
		}
		for _, e := range d.entries {
			if e.aside() != "" {
				continue
			}
			if err := d.put(e.record(), e); err != nil {
				t.Fatal(err)
			}
		}
		out, err := d.encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := decodeDocument(out, h, KindFile)
		if err != nil || len(again.entries) != len(d.entries) {
			t.Fatalf("%v\n%s\n%s", err, b, out)
		}
		for i, e := range again.entries {
			if (e.aside() == "") != (d.entries[i].aside() == "") || e.record().ID != d.entries[i].record().ID {
				t.Fatalf("%+v\n%+v", e, d.entries[i])
			}
		}
	})
}
