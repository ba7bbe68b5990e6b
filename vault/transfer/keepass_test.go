package transfer

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tobischo/gokeepasslib/v3"

	"twofold/vault"
)

func TestKeePassRoundTrip(t *testing.T) { roundTrip(t, keepass, "correct horse") }

// keepassText is the XML of a database, with the bin second of its groups.
func keepassText(entries, inBin string) string {
	return `<?xml version="1.0" encoding="utf-8" standalone="yes"?><KeePassFile><Meta><Generator>x</Generator><RecycleBinUUID>YmluYmluYmluYmluYmluYg==</RecycleBinUUID></Meta>
<Root><Group><UUID>cm9vdHJvb3Ryb290cm9vdA==</UUID><Name>Root</Name><Group><UUID>Z3JvdXBncm91cGdyb3Vw</UUID><Name>Work</Name>` + entries +
		`</Group><Group><UUID>YmluYmluYmluYmluYmluYg==</UUID><Name>Bin</Name>` + inBin + `<Group><UUID>x</UUID><Name>In it</Name>` + inBin + `</Group></Group></Group></Root></KeePassFile>`
}

// keepassEntryText writes an entry of names and values, with an old version of it after them.
func keepassEntryText(t testing.TB, pairs ...string) string {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("<Entry><UUID>eA==</UUID><Tags>a;b</Tags>")
	for i := 0; i < len(pairs); i += 2 {
		b.WriteString("<String><Key>")
		_ = xml.EscapeText(&b, []byte(pairs[i]))
		b.WriteString(`</Key><Value ProtectInMemory="True">`)
		_ = xml.EscapeText(&b, []byte(pairs[i+1]))
		b.WriteString("</Value></String>")
	}
	b.WriteString("<History><Entry><Tags>old</Tags><String><Key>Title</Key><Value>old</Value></String><String><Key>otp</Key><Value>" + rfcBase32 + "</Value></String></Entry></History></Entry>")
	return b.String()
}

func TestKeePassEntries(t *testing.T) {
	uri := "otpauth://totp/x:none?secret=" + rfcBase32
	for name, c := range map[string]struct {
		pairs []string
		want  string
	}{
		"otp":                 {[]string{"otp", uri + "&digits=8&algorithm=SHA512&period=60"}, "totp SHA512 8 60 0"},
		"Steam":               {[]string{"otp", uri + "&digits=5&encoder=steam"}, "steam SHA1 5 30 0"},
		"bare":                {[]string{"otp", "gezd gnbv gy3t qojq gezd gnbv gy3t qojq"}, "totp SHA1 6 30 0"},
		"KeeOtp":              {[]string{"otp", "key=" + rfcBase32 + "%3d%3D&size=8&step=60&otpHashMode=Sha256"}, "totp SHA256 8 60 0"},
		"KeeOtp HOTP":         {[]string{"otp", "type=Hotp&key=" + rfcBase32 + "&counter=7"}, "hotp SHA1 6 0 7"},
		"pair":                {[]string{"TOTP Seed", rfcBase32, "TOTP Settings", "60;8"}, "totp SHA1 8 60 0"},
		"pair, Steam":         {[]string{"TOTP Seed", rfcBase32, "TOTP Settings", "30;S;https://x"}, "steam SHA1 5 30 0"},
		"seed alone":          {[]string{"TOTP Seed", rfcBase32}, "totp SHA1 6 30 0"},
		"KeePass":             {[]string{"TimeOtp-Secret-Base32", rfcBase32, "TimeOtp-Algorithm", "HMAC-SHA-512", "TimeOtp-Length", "8", "TimeOtp-Period", "60"}, "totp SHA512 8 60 0"},
		"KeePass, hex":        {[]string{"TimeOtp-Secret-Hex", "3132333435363738393031323334353637383930"}, "totp SHA1 6 30 0"},
		"KeePass, base64":     {[]string{"TimeOtp-Secret-Base64", steamSecret}, "totp SHA1 6 30 0"},
		"KeePass, text":       {[]string{"TimeOtp-Secret", "12345678901234567890"}, "totp SHA1 6 30 0"},
		"KeePass, HOTP":       {[]string{"HmacOtp-Secret", "12345678901234567890", "HmacOtp-Counter", "5"}, "hotp SHA1 6 0 5"},
		"in two ways":         {[]string{"otp", uri + "&digits=8", "TimeOtp-Secret-Base32", rfcBase32, "TOTP Seed", rfcBase32}, "totp SHA1 8 30 0"},
		"settings left empty": {[]string{"TOTP Seed", rfcBase32, "TOTP Settings", ""}, "totp SHA1 6 30 0"},
	} {
		pairs := append([]string{"Title", "KOR", "UserName", "a:b", "Notes", "a note"}, c.pairs...)
		text := keepassText(keepassEntryText(t, pairs...)+keepassEntryText(t, "Title", "nothing"), keepassEntryText(t, pairs...))
		e := mustRead(t, "keepass-xml", []byte("\xef\xbb\xbf"+text), "")
		if len(e.Keys) != 1 || len(e.Aside) != 0 {
			t.Errorf("%s: %s", name, names(e))
			continue
		}
		k := e.Keys[0]
		if got := fmt.Sprint(k.Type, k.Algorithm, k.Digits, k.Period, k.Counter); strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(c.want, " ", "") {
			t.Errorf("%s: %s", name, got)
		}
		if k.Issuer != "KOR" || k.Label != "a:b" || k.Note != "a note" || strings.Join(k.Tags, ",") != "a,b,Work" || k.Secret.RevealBase32() != rfcBase32 {
			t.Errorf("%s: %+v", name, k.Account)
		}
	}
}

func TestKeePassEntryWithSeveralKeys(t *testing.T) {
	text := keepassText(keepassEntryText(t, "Title", "KOR", "UserName", "", "otp", "otpauth://totp/x?secret="+rfcBase32, "otp_1", "JBSWY3DPEHPK3PXP", "otp_2", "JBSWY!", "HmacOtp-Secret-Base32", rfcBase32), "")
	e := mustRead(t, "keepass-xml", []byte(text), "")
	if got := names(e); !strings.HasPrefix(got, "KOR\nKOR\nKOR\n!4 KOR: ") || strings.Contains(got, "JBSWY") || e.Keys[2].Type != vault.HOTP {
		t.Error(got)
	}
	own := keepassText(keepassEntryText(t, "Title", "", "otp", "otpauth://totp/KOR:ada?secret="+rfcBase32), "")
	if got := names(mustRead(t, "keepass-xml", []byte(own), "")); got != "KOR:ada" {
		t.Error(got)
	}
}

func TestKeePassXMLRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"half":     {keepassText("", "")[:400], ErrBadFile},
		"entities": {strings.Replace(keepassText("", ""), "<KeePassFile>", `<!DOCTYPE x [<!ENTITY a "aaaa">]><KeePassFile>&a;`, 1), ErrBadFile},
		"depth":    {"<KeePassFile>" + strings.Repeat("<Group>", 1<<20), ErrBadFile},
		"empty":    {keepassText("", ""), ErrNothingInIt},
	} {
		if _, err := readAs(t, "keepass-xml", []byte(c.text), ""); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// keepassFile is a database with one account, changed by change before it is written.
func keepassFile(t testing.TB, password string, change func(db *gokeepasslib.Database)) []byte {
	t.Helper()
	db := gokeepasslib.NewDatabase(gokeepasslib.WithDatabaseKDBXVersion4())
	secret, err := vault.ParseSecret(rfcBase32)
	if err != nil {
		t.Fatal(err)
	}
	group := gokeepasslib.NewGroup()
	group.Entries = []gokeepasslib.Entry{keepassOut(vault.Key{Secret: secret, Account: vault.Account{Type: vault.TOTP, Issuer: "KOR", Label: "ada", Algorithm: vault.SHA1, Digits: 6, Period: 30}})}
	db.Content.Root.Groups = []gokeepasslib.Group{group}
	db.Credentials = gokeepasslib.NewPasswordCredentials(password)
	kdf := db.Header.FileHeaders.KdfParameters
	kdf.Memory, kdf.Iterations = 1<<20, 1 // as little as may be
	if change != nil {
		change(db)
	}
	if err := db.LockProtectedEntries(); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := gokeepasslib.NewEncoder(&file).Encode(db); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestKeePassCiphersAndDerivations(t *testing.T) {
	headers := func(db *gokeepasslib.Database) *gokeepasslib.FileHeaders { return db.Header.FileHeaders }
	for name, change := range map[string]func(db *gokeepasslib.Database){
		"Argon2d, ChaCha20": nil,
		"AES": func(db *gokeepasslib.Database) {
			headers(db).CipherID, headers(db).EncryptionIV = gokeepasslib.CipherAES, make([]byte, 16)
		},
		"Twofish": func(db *gokeepasslib.Database) {
			headers(db).CipherID, headers(db).EncryptionIV = gokeepasslib.CipherTwoFish, make([]byte, 16)
		},
		"AES-KDF": func(db *gokeepasslib.Database) {
			headers(db).KdfParameters.UUID, headers(db).KdfParameters.Rounds = gokeepasslib.KdfAES4, 1000
		},
		"not packed": func(db *gokeepasslib.Database) { headers(db).CompressionFlags = gokeepasslib.NoCompressionFlag },
	} {
		file := keepassFile(t, "correct", change)
		if got := names(mustRead(t, "keepass", file, "correct")); got != "KOR:ada" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// reheaded gives a database another derivation, with a header that is whole but for its authentication.
func reheaded(t *testing.T, file []byte, name string, value uint64) []byte {
	t.Helper()
	out := bytes.Clone(file)
	at := bytes.Index(out, append([]byte{1, 0, 0, 0}, name...))
	if at < 0 {
		t.Fatal("no such parameter")
	}
	size := int(binary.LittleEndian.Uint32(out[at+5:]))
	for i := range size {
		out[at+9+i] = byte(value >> (8 * i))
	}
	f, err := openKDBX(file)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(out[:len(f.header)])
	copy(out[len(f.header):], sum[:])
	return out
}

func TestKeePassRefusals(t *testing.T) {
	file := keepassFile(t, "correct", nil)
	header, err := openKDBX(file)
	if err != nil {
		t.Fatal(err)
	}
	with := func(at int, b byte) []byte {
		out := bytes.Clone(file)
		out[at] = b
		return out
	}
	for name, c := range map[string]struct {
		file     []byte
		password string
		want     error
	}{
		"wrong password":  {file, "wrong", ErrWrongPassword},
		"no password":     {file, "", ErrNeedsPassword},
		"changed header":  {with(30, file[30]^1), "correct", ErrBadFile},
		"changed content": {with(len(file)-50, file[len(file)-50]^1), "correct", ErrBadFile},
		"cut":             {file[:len(file)-60], "correct", ErrBadFile},
		"cut header":      {file[:len(header.header)-10], "correct", ErrBadFile},
		"KDBX 2":          {with(10, 2), "correct", ErrRefused},
		"KDBX 5":          {with(10, 5), "correct", ErrRefused},
		"KeePass 1":       {with(4, 0x65), "correct", ErrRefused},
		"memory":          {reheaded(t, file, "M", 4<<30), "", ErrTooCostly},
		"passes":          {reheaded(t, file, "I", 1<<40), "", ErrTooCostly},
		"lanes":           {reheaded(t, file, "P", 1000), "", ErrTooCostly},
		"no passes":       {reheaded(t, file, "I", 0), "", ErrBadFile},
		"old Argon2":      {reheaded(t, file, "V", 0x10), "", ErrRefused},
		"rounds":          {keepassRounds(t), "", ErrTooCostly},
	} {
		if _, _, err := open(t, c.file, c.password); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for cut := range len(header.header) + 70 {
		if _, err := readAs(t, "keepass", file[:cut], "correct"); err == nil {
			t.Fatalf("the first %d bytes were read", cut)
		}
	}
}

func keepassRounds(t *testing.T) []byte {
	t.Helper()
	file := keepassFile(t, "correct", func(db *gokeepasslib.Database) {
		db.Header.FileHeaders.KdfParameters.UUID = gokeepasslib.KdfAES4
		db.Header.FileHeaders.KdfParameters.Rounds = 10
	})
	return reheaded(t, file, "R", 1<<50)
}

// KeePassXC opens what is written, and shows the same codes.
func TestKeePassXCReadsWhatIsWritten(t *testing.T) {
	need(t, "keepassxc-cli")
	secret, err := vault.ParseSecret(rfcBase32)
	if err != nil {
		t.Fatal(err)
	}
	account := func(issuer string, kind vault.Type, algorithm vault.Algorithm, digits, period int) vault.Key {
		return vault.Key{Secret: secret, Account: vault.Account{Type: kind, Issuer: issuer, Label: "ada@example.com", Algorithm: algorithm, Digits: digits, Period: period, Note: "a note", Tags: []string{"one", "two"}}}
	}
	keys := []vault.Key{account("SHA1", vault.TOTP, vault.SHA1, 6, 30), account("SHA256", vault.TOTP, vault.SHA256, 8, 60), account("SHA512", vault.TOTP, vault.SHA512, 7, 60), account("Valve", vault.Steam, vault.SHA1, 5, 30)}
	var file bytes.Buffer
	password, err := vault.NewSecret([]byte("correct horse"))
	if err != nil {
		t.Fatal(err)
	}
	if err := writeKeePass(t.Context(), &file, keys, Output{Password: password, Program: "Twofold 1.0"}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.kdbx")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	show := func(args ...string) string {
		cmd := exec.CommandContext(t.Context(), "keepassxc-cli", args...)
		cmd.Stdin = strings.NewReader("correct horse\n")
		cmd.Env = append(os.Environ(), "QT_QPA_PLATFORM=offscreen", "HOME="+t.TempDir())
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", args, err)
		}
		return strings.TrimSpace(string(out))
	}
	for _, k := range keys {
		before := time.Now()
		got := show("show", "-q", "-a", "UserName", "-a", "Notes", "-t", path, k.Issuer)
		for _, at := range []time.Time{before, time.Now()} {
			if got == "ada@example.com\na note\n"+code(t, k, at) {
				got = ""
			}
		}
		if got != "" {
			t.Errorf("%s: shown as %q", k.Issuer, got)
		}
	}
	if text := show("export", "-q", "-f", "xml", path); !strings.Contains(text, "<Tags>one,two</Tags>") {
		t.Error("the tags are lost")
	} else if e := mustRead(t, "keepass-xml", []byte(text), ""); len(e.Keys) != len(keys) {
		t.Errorf("of its export %d accounts were read", len(e.Keys))
	}
}

func code(t *testing.T, k vault.Key, at time.Time) string {
	t.Helper()
	c, err := k.Code(at)
	if err != nil {
		t.Fatal(err)
	}
	return c.Reveal()
}

func FuzzKeePass(f *testing.F) {
	f.Add(keepassFile(f, "test", nil))
	f.Add(keepassFile(f, "test", func(db *gokeepasslib.Database) { db.Header = gokeepasslib.NewKDBX3Header() }))
	f.Add([]byte(keepassText(keepassEntryText(f, "Title", "KOR", "otp", rfcBase32, "TOTP Settings", "30;S"), "")))
	f.Add([]byte(keepassText(keepassEntryText(f, "otp", "key="+rfcBase32+"&size=8", "TimeOtp-Secret-Hex", "313233"), "")))
	fuzzRead(f, keepass, keepassXML)
}

// FuzzFrames feeds what hashes and keys keep from the other targets.
func FuzzFrames(f *testing.F) {
	file := keepassFile(f, "test", nil)
	at := bytes.Index(file, []byte("$UUID"))
	f.Add(file[at-7 : at+160])
	f.Add([]byte("\x01\x04\x00\x00\x00\x03\x00\x00\x00\x02\x02\x00\x00\x00ab\x00\x00\x00\x00\x00<KeePassFile/>"))
	f.Add(javaMap("a", "b"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		if k, err := readKDBXKDF(data); err == nil {
			_ = k.bounded()
		}
		if stream, text, err := innerKDBX(data); err == nil {
			_, _ = readKeePassText(text, stream.Unpack)
		}
		_, _, _ = javaStrings(data)
	})
}
