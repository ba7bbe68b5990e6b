package transfer

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // writes what is read here
)

// database is a file that SQLite itself has written.
func database(t testing.TB, pageSize int, statements ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	for _, s := range slices.Concat([]string{fmt.Sprintf("PRAGMA page_size=%d", pageSize), "PRAGMA synchronous=OFF", "PRAGMA journal_mode=MEMORY"}, statements) {
		if _, err := db.ExecContext(context.Background(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

const googleTable = `CREATE TABLE accounts (_id INTEGER PRIMARY KEY, email TEXT NOT NULL, secret TEXT NOT NULL, counter INTEGER DEFAULT 0, type INTEGER, provider INTEGER DEFAULT (0), UNIQUE (email, secret))`

func googleDatabase(t testing.TB, pageSize int) []byte {
	t.Helper()
	return database(t, pageSize, "CREATE TABLE android_metadata (locale TEXT)", googleTable,
		"INSERT INTO accounts VALUES (1, 'ada@example.com', '"+rfcBase32+"', 0, 0, 0)",
		"ALTER TABLE accounts ADD COLUMN issuer TEXT DEFAULT NULL",
		"INSERT INTO accounts VALUES (2, 'KOR:grace', '"+rfcBase32+"', 7, 1, 0, 'KOR'), (3, 'odd', '"+rfcBase32+"', 0, 9, 0, NULL), (4, 'bad', 'not base 32!', 0, 0, 0, NULL)")
}

const googleDBBrief = "totp |ada@example.com rfc SHA1/6/30/0\nhotp KOR|grace rfc SHA1/6/0/7\naside 3 odd\naside 4 bad\n"

func microsoftDatabase(t testing.TB) []byte {
	t.Helper()
	return database(t, 4096, "CREATE TABLE accounts (_id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, username TEXT, oath_secret_key TEXT, account_type INTEGER)",
		"INSERT INTO accounts VALUES (1, 'KOR', 'ada', '"+rfcBase32+"', 0), (2, 'Microsoft', 'a@b', '"+base64.StdEncoding.EncodeToString([]byte(rfcSecret))+"', 1), (3, 'Work', 'w', '', 2), (4, 'x', 'y', '?', 1)")
}

func stratumDatabase(t testing.TB) []byte {
	t.Helper()
	return database(t, 4096, `CREATE TABLE "authenticator" ("Type" integer, "Icon" varchar, "Issuer" varchar(32), "Username" varchar(40), "Secret" varchar primary key not null, "Algorithm" integer, "Digits" integer, "Period" integer, "Counter" bigint, "Ranking" integer)`,
		"INSERT INTO authenticator VALUES (2, NULL, 'KOR', 'ada', '"+rfcBase32+"', 1, 8, 60, 0, 0), (1, NULL, 'Counting', NULL, '"+strings.ToLower(rfcBase32)+"', 0, 6, 30, 9000000000, 1),"+
			"(4, NULL, 'Steam', 'g', '"+rfcBase32+" ', 0, 5, 30, 0, 2), (3, NULL, 'Old', 'm', 'A', 0, 6, 10, 0, 3), (2, NULL, 'Zero', 'z', 'B', 0, 0, 30, 0, 4), (7, NULL, 'New', 'n', 'C', 0, 6, 30, 0, 5)")
}

func TestDatabasesOfPhones(t *testing.T) {
	for name, row := range map[string]struct {
		data []byte
		want string
	}{
		"Google":    {googleDatabase(t, 4096), googleDBBrief},
		"small":     {googleDatabase(t, 512), googleDBBrief},
		"large":     {googleDatabase(t, 65536), googleDBBrief},
		"Microsoft": {microsoftDatabase(t), "totp KOR|ada rfc SHA1/6/30/0\ntotp Microsoft|a@b rfc SHA1/8/30/0\naside 3 Work:w\naside 4 x:y\n"},
		"Stratum": {stratumDatabase(t), "totp KOR|ada rfc SHA256/8/60/0\nhotp Counting| rfc SHA1/6/0/9000000000\nsteam Steam|g rfc SHA1/5/30/0\n" +
			"aside 4 Old:m\naside 5 Zero:z\naside 6 New:n\n"},
	} {
		f, e, err := open(t, row.data, "")
		if err != nil || f.Name != "phone-database" || brief(e) != row.want {
			t.Errorf("%s: %s %v\n%s", name, f.Name, err, brief(e))
		}
		hushed(t, e, err)
	}
}

// TestManyRowsOfManyPages: interior pages, and texts that do not fit into one.
func TestManyRowsOfManyPages(t *testing.T) {
	statements := []string{googleTable}
	for i := range 400 {
		statements = append(statements, fmt.Sprintf("INSERT INTO accounts VALUES (NULL, '%s', '%s', %d, 1, -5)", strings.Repeat("n", i), rfcBase32, int64(1)<<(i%63)))
	}
	for _, size := range []int{512, 1024, 8192} {
		_, e, err := open(t, database(t, size, statements...), "")
		if err != nil || len(e.Keys) != 400 {
			t.Fatalf("pages of %d: %d accounts, %v", size, len(e.Keys), err)
		}
		for i, k := range e.Keys {
			if len(k.Label) != i || k.Counter != 1<<(i%63) || string(k.Secret.Reveal()) != rfcSecret {
				t.Fatalf("pages of %d: account %d is %+v", size, i, k.Account)
			}
		}
	}
}

func TestDatabasesThatAreNone(t *testing.T) {
	good := googleDatabase(t, 512)
	// A page that is its own child would be visited for ever.
	loop := bytes.Clone(good)
	for page := 512; page+512 <= len(loop); page += 512 {
		loop[page] = 5
		binary.BigEndian.PutUint32(loop[page+8:], uint32(page/512+1)) //nolint:gosec // a test's
	}
	for name, row := range map[string]struct {
		data []byte
		want error
	}{
		"another one's": {database(t, 4096, "CREATE TABLE things (a, b)", "INSERT INTO things VALUES (1, 'email')"), ErrRefused},
		"no rows":       {database(t, 4096, googleTable), ErrNothingInIt},
		"head alone":    {good[:100], ErrBadFile},
		"UTF-16":        {database(t, 4096, "PRAGMA encoding='UTF-16'", googleTable), ErrRefused},
		"loop":          {loop, nil},
		"page size":     {append([]byte(sqliteMagic+"\x00\x07"), good[18:]...), ErrBadFile},
	} {
		f, e, err := open(t, row.data, "")
		if err == nil || row.want != nil && !errors.Is(err, row.want) || len(e.Keys) > 0 || f.Name != "phone-database" {
			t.Errorf("%s: %s %v", name, f.Name, err)
		}
	}
	for at := range good { // no single byte brings it down, or keeps it busy
		for _, bit := range []byte{1, 0x80, 0xff} {
			bad := bytes.Clone(good)
			bad[at] ^= bit
			if _, err := phoneDatabase.Open(t.Context(), Input{Data: bad}); err != nil && strings.Contains(err.Error(), "the reader stopped") {
				t.Fatalf("byte %d: %v", at, err)
			}
		}
	}
}

func FuzzPhoneDatabase(f *testing.F) {
	f.Add(googleDatabase(f, 512))
	f.Add(microsoftDatabase(f))
	f.Add(stratumDatabase(f))
	fuzzRead(f, phoneDatabase)
}
