package embedded

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver registers itself with database/sql
)

// handle is one connection with its prepared statements. One goroutine at a
// time uses it. Statements run under no context: a write is short, and a
// transaction that is cut off half-way by a caller's deadline helps nobody.
type handle struct {
	db    *sql.DB
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func dsn(path string, readOnly bool) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		abs = path
	}
	u := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(abs)}
	if readOnly {
		u.RawQuery = "mode=ro"
	}
	return u.String()
}

func openHandle(ctx context.Context, dsn string) (*handle, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(ctx)
	if err != nil {
		db.Close()
		return nil, damaged(err)
	}
	h := &handle{db: db, conn: conn, stmts: map[string]*sql.Stmt{}}
	if _, err := conn.ExecContext(ctx, `PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000`); err != nil {
		h.close()
		return nil, damaged(err)
	}
	return h, nil
}

func (h *handle) close() error {
	for _, s := range h.stmts {
		s.Close()
	}
	return errors.Join(h.conn.Close(), h.db.Close())
}

func (h *handle) stmt(q string) (*sql.Stmt, error) {
	if s := h.stmts[q]; s != nil {
		return s, nil
	}
	s, err := h.conn.PrepareContext(context.Background(), q)
	if err != nil {
		return nil, fmt.Errorf("%w in %q", err, q)
	}
	h.stmts[q] = s
	return s, nil
}

// exec runs a statement and gives the number of rows it changed.
func (h *handle) exec(q string, args ...any) (int64, error) {
	s, err := h.stmt(q)
	if err != nil {
		return 0, err
	}
	r, err := s.Exec(args...)
	if err != nil {
		return 0, damaged(err)
	}
	return r.RowsAffected()
}

// row reads one row into dest; found is false if there is none.
func (h *handle) row(q string, args []any, dest ...any) (found bool, err error) {
	s, err := h.stmt(q)
	if err != nil {
		return false, err
	}
	err = s.QueryRow(args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, damaged(err)
}

// rows calls each for every row.
func (h *handle) rows(q string, args []any, each func(scan func(...any) error) error) error {
	s, err := h.stmt(q)
	if err != nil {
		return err
	}
	rows, err := s.Query(args...)
	if err != nil {
		return damaged(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return damaged(rows.Err())
}
