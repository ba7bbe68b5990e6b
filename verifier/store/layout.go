package store

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
)

// schema is the layout of a new file, version schemaVersion.
//
//go:embed schema.sql
var schema string

//go:embed upgrade2.sql
var upgrade2 string

// upgrades lead from the version before to the one that is the key. What they
// make has the same columns as schema.
var upgrades = map[int]string{2: upgrade2}

// schemaVersion is the version of the file's layout. A number is never reused.
const schemaVersion = 2

// applicationID marks the file as a verifier's: "2fld".
const applicationID = 0x32666c64

// Errors of OpenSQLite that a caller may want to tell apart.
var (
	ErrNewerFormat = errors.New("the store was written by a newer version")
	ErrForeign     = errors.New("the file is not a verifier's store")
)

// migrate lays out an empty file, brings an older one up to date, and refuses
// one it does not understand. It does all of it or nothing, and nobody else
// writes to the file meanwhile.
func migrate(ctx context.Context, conn *sql.Conn) (err error) {
	if _, err = conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_, back := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
			err = errors.Join(err, back)
		}
	}()
	if err = layOut(ctx, conn); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	return err
}

// layOut is migrate inside its transaction.
func layOut(ctx context.Context, conn *sql.Conn) error {
	var version, application, tables int
	for query, to := range map[string]*int{
		"PRAGMA user_version": &version, "PRAGMA application_id": &application,
		"SELECT count(*) FROM sqlite_schema": &tables,
	} {
		if err := conn.QueryRowContext(ctx, query).Scan(to); err != nil {
			return err
		}
	}
	switch {
	case tables == 0 && version == 0:
		_, err := conn.ExecContext(ctx, fmt.Sprintf("%s; PRAGMA user_version = %d; PRAGMA application_id = %d",
			schema, schemaVersion, applicationID))
		return err
	case application != applicationID || version < 1:
		return ErrForeign
	case version > schemaVersion:
		return fmt.Errorf("%w: %d, this one knows %d", ErrNewerFormat, version, schemaVersion)
	}
	for version < schemaVersion {
		version++
		if _, err := conn.ExecContext(ctx, fmt.Sprintf("%s; PRAGMA user_version = %d", upgrades[version], version)); err != nil {
			return fmt.Errorf("upgrade to version %d: %w", version, err)
		}
	}
	return nil
}
