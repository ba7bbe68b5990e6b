package store

import (
	"context"
	"database/sql"
	"errors"
)

// connection is one connection to SQLite with its prepared statements. It is
// used by one goroutine at a time, and never given up in the middle of a
// statement: callers wait for the outcome, so no context reaches it.
type connection struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func newConnection(ctx context.Context, db *sql.DB) (*connection, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &connection{conn: conn, stmts: map[string]*sql.Stmt{}}, nil
}

func (c *connection) close() error {
	var errs []error
	for _, stmt := range c.stmts {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(append(errs, c.conn.Close())...)
}

func (c *connection) prepare(query string) (*sql.Stmt, error) {
	if stmt, ok := c.stmts[query]; ok {
		return stmt, nil
	}
	stmt, err := c.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	c.stmts[query] = stmt
	return stmt, nil
}

func (c *connection) exec(query string, args ...any) error {
	_, err := c.change(query, args...)
	return err
}

// change is exec that gives the number of rows changed.
func (c *connection) change(query string, args ...any) (int64, error) {
	stmt, err := c.prepare(query) //nolint:sqlclosecheck // kept for the connection's life; close ends it
	if err != nil {
		return 0, err
	}
	result, err := stmt.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// query calls each for every row.
func (c *connection) query(each func(scan func(...any) error) error, query string, args ...any) (err error) {
	stmt, err := c.prepare(query) //nolint:sqlclosecheck // kept for the connection's life; close ends it
	if err != nil {
		return err
	}
	rows, err := stmt.QueryContext(context.Background(), args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
