package store

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
)

// Pragma sets a pragma of a file behind the store's back.
func Pragma(t *testing.T, path, pragma string) {
	t.Helper()
	Exec(t, path, "PRAGMA "+pragma)
}

// Exec runs SQL on a file behind the store's back.
func Exec(t *testing.T, path, query string) {
	t.Helper()
	raw(t, path, func(db *sql.DB) error {
		_, err := db.ExecContext(t.Context(), query)
		return err
	})
}

// Text gives all rows and columns of a query on a file as text.
func Text(t *testing.T, path, query string) (out []string) {
	t.Helper()
	raw(t, path, func(db *sql.DB) error {
		rows, err := db.QueryContext(t.Context(), query)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		for rows.Next() {
			values, to := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				to[i] = &values[i]
			}
			if err := rows.Scan(to...); err != nil {
				return err
			}
			out = append(out, fmt.Sprint(values...))
		}
		return rows.Err()
	})
	return out
}

func raw(t *testing.T, path string, use func(*sql.DB) error) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := use(db); err != nil {
		t.Fatal(err)
	}
}

// UpgradeWithoutCommit does all of an upgrade but its last statement, and
// leaves the transaction open.
func UpgradeWithoutCommit(ctx context.Context, path string) (version int, err error) {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return 0, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return 0, err
	}
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return 0, err
	}
	if err := layOut(ctx, conn); err != nil {
		return 0, err
	}
	return version, conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
}

// SchemaVersion is the version that files are brought to.
const SchemaVersion = schemaVersion
