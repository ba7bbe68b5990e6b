package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"

	_ "modernc.org/sqlite" // the driver, in Go alone

	"twofold/verifier"
)

// readersAtOnce bounds the connections that serve View.
const readersAtOnce = 4

// mostBatched bounds how many changes share one commit.
const mostBatched = 256

// SQLite is a store in one file. Changes run one after another; those that
// wait at the same time are committed together, each in a savepoint of its
// own, and none is answered before that commit is on disk (WAL,
// synchronous=FULL). Several processes may use one file.
type SQLite struct {
	db      *sql.DB
	writer  *connection
	readers chan *connection // nil for ":memory:", where there is one connection
	queue   chan *job
	closing chan struct{}
	once    sync.Once
	written sync.WaitGroup
}

// job is a change that waits for its turn, and then for the commit.
type job struct {
	ctx    context.Context
	change func(verifier.Tx) error
	view   bool
	answer chan error
}

// OpenSQLite opens the file at path, or makes it, readable for its owner only.
// ":memory:" is a database that goes with the SQLite.
func OpenSQLite(ctx context.Context, path string) (*SQLite, error) {
	s, err := openSQLite(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	return s, nil
}

func openSQLite(ctx context.Context, path string) (*SQLite, error) {
	dsn, readers := "file::memory:", 0
	if path != ":memory:" {
		file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, err
		}
		if err := file.Close(); err != nil {
			return nil, err
		}
		dsn, readers = "file:"+(&url.URL{Path: path}).EscapedPath(), readersAtOnce
	}
	pragmas := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "trusted_schema(0)",
	}}
	db, err := sql.Open("sqlite", dsn+"?"+pragmas.Encode())
	if err != nil {
		return nil, err
	}
	s := &SQLite{db: db, queue: make(chan *job), closing: make(chan struct{})}
	if err := s.connect(ctx, readers); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	s.written.Go(s.write)
	return s, nil
}

func (s *SQLite) connect(ctx context.Context, readers int) error {
	var err error
	if s.writer, err = newConnection(ctx, s.db); err != nil {
		return err
	}
	if err := migrate(ctx, s.writer.conn); err != nil {
		return err
	}
	if readers == 0 {
		return nil
	}
	s.readers = make(chan *connection, readers)
	for range readers {
		c, err := newConnection(ctx, s.db)
		if err != nil {
			return err
		}
		s.readers <- c
	}
	return nil
}

// Close waits for changes under way and closes the file.
func (s *SQLite) Close() error {
	err := errClosed
	s.once.Do(func() {
		close(s.closing)
		s.written.Wait()
		errs := []error{s.writer.close()}
		for range cap(s.readers) {
			errs = append(errs, (<-s.readers).close())
		}
		err = errors.Join(append(errs, s.db.Close())...)
	})
	return err
}

var errClosed = errors.New("the store is closed")

// Update hands change to the writer and waits for its commit. A change that
// the writer has taken is waited for whatever becomes of ctx, so that the
// answer is never in doubt.
func (s *SQLite) Update(ctx context.Context, change func(verifier.Tx) error) error {
	return s.hand(&job{ctx: ctx, change: change, answer: make(chan error, 1)})
}

func (s *SQLite) hand(j *job) error {
	select {
	case s.queue <- j:
		return <-j.answer
	case <-s.closing:
		return errClosed
	case <-j.ctx.Done():
		return j.ctx.Err()
	}
}

// View runs read on a snapshot.
func (s *SQLite) View(ctx context.Context, read func(verifier.Tx) error) error {
	if s.readers == nil {
		return s.hand(&job{ctx: ctx, change: read, view: true, answer: make(chan error, 1)})
	}
	select {
	case <-s.closing:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	case c := <-s.readers:
		defer func() { s.readers <- c }()
		if err := c.exec("BEGIN"); err != nil {
			return err
		}
		err := guarded(read, &sqliteTx{c: c, readOnly: true})
		return errors.Join(err, c.exec("ROLLBACK"))
	}
}

// write is the one goroutine that changes the file. Close ends it.
func (s *SQLite) write() {
	for {
		select {
		case <-s.closing:
			return
		case first := <-s.queue:
			batch := []*job{first}
			for len(batch) < mostBatched {
				select {
				case next := <-s.queue:
					batch = append(batch, next)
					continue
				default:
				}
				break
			}
			s.commit(batch)
		}
	}
}

// commit runs a batch in one transaction and answers when it is on disk.
func (s *SQLite) commit(batch []*job) {
	answers := make([]error, len(batch))
	err := s.writer.exec("BEGIN IMMEDIATE")
	if err == nil {
		for i, j := range batch {
			answers[i] = s.run(j)
		}
		if err = s.writer.exec("COMMIT"); err != nil {
			err = fmt.Errorf("commit to store: %w", errors.Join(err, s.writer.exec("ROLLBACK")))
		}
	}
	for i, j := range batch {
		if err != nil {
			answers[i] = err
		}
		j.answer <- answers[i]
	}
}

// run runs one change of a batch, and takes back what it did if it fails.
func (s *SQLite) run(j *job) error {
	if err := j.ctx.Err(); err != nil {
		return err
	}
	if err := s.writer.exec("SAVEPOINT change"); err != nil {
		return err
	}
	err := guarded(j.change, &sqliteTx{c: s.writer, readOnly: j.view})
	if err != nil {
		err = errors.Join(err, s.writer.exec("ROLLBACK TO change"))
	}
	if release := s.writer.exec("RELEASE change"); release != nil {
		err = errors.Join(err, release)
	}
	return err
}
