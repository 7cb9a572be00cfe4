package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"modernc.org/sqlite"
)

var (
	// ErrForeign: the file is not a store of this program.
	ErrForeign = errors.New("not a store of syndicated; nothing was changed")
	// ErrNewer: a newer program wrote the file.
	ErrNewer = errors.New("written by a newer version of syndicated; nothing was changed")
	// ErrOlder: an older program wrote the file, and it was opened to read only.
	ErrOlder = errors.New("written by an older version of syndicated; the first run of this one brings it up to date")
	// ErrDamaged: the file's structure is broken.
	ErrDamaged = errors.New("damaged; nothing was changed, restore it from a copy or an export")
)

// application marks the file as ours ("synd"), in SQLite's application_id.
const application = 0x73796e64

// inspect refuses what is not a SQLite file before SQLite may touch it.
func inspect(path string, mustExist bool) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) && !mustExist {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, 100)
	n, err := io.ReadFull(f, head)
	switch {
	case n == 0 && !mustExist:
		return nil
	case err != nil || string(head[:16]) != "SQLite format 3\x00":
		return ErrForeign
	}
	return nil
}

// damaged makes an ErrDamaged of what SQLite says when a page of the file is not
// what it should be: SQLITE_CORRUPT and SQLITE_NOTADB, with their extended codes
// (https://www.sqlite.org/rescode.html). Every other error stays as it is.
func damaged(err error) error {
	const corrupt, notADatabase, primary = 11, 26, 0xff
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok || errors.Is(err, ErrDamaged) {
		return err
	}
	if code := e.Code() & primary; code != corrupt && code != notADatabase {
		return err
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// prepare makes or migrates the schema of a connection that writes.
func prepare(ctx context.Context, h *handle) error {
	if err := verify(h); err != nil {
		return err
	}
	// auto_vacuum is for a file that is made here: in another it changes nothing.
	for _, p := range []string{"PRAGMA auto_vacuum = INCREMENTAL", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = OFF"} {
		if _, err := h.conn.ExecContext(ctx, p); err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
	}
	return migrate(ctx, h, migrations)
}

// verify refuses a file that is damaged, another program's or a newer one's.
func verify(h *handle) error {
	var app, version, tables, pages, size int64
	for q, dest := range map[string]*int64{
		"PRAGMA application_id": &app, "PRAGMA user_version": &version,
		"SELECT count(*) FROM sqlite_schema": &tables,
		"PRAGMA page_count":                  &pages, "PRAGMA page_size": &size,
	} {
		if err := h.conn.QueryRowContext(context.Background(), q).Scan(dest); err != nil {
			return damaged(err)
		}
	}
	if app != application && (app != 0 || version != 0 || tables != 0) {
		return ErrForeign
	}
	if version > int64(len(migrations)) {
		return fmt.Errorf("layout %d, this program knows %d: %w", version, len(migrations), ErrNewer)
	}
	// A full check of a large file takes minutes; there the pages that are
	// read are checked as they are read.
	const most = 256 << 20
	if pages*size > most {
		return nil
	}
	var verdict string
	if err := h.conn.QueryRowContext(context.Background(), "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return damaged(err)
	}
	if verdict != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, verdict)
	}
	return nil
}

// current refuses a file that would have to be migrated first.
func current(h *handle) error {
	var version int
	if _, err := h.row("PRAGMA user_version", nil, &version); err != nil {
		return err
	}
	if version < len(migrations) {
		return fmt.Errorf("layout %d, this program reads %d: %w", version, len(migrations), ErrOlder)
	}
	return nil
}

// migrate brings the file to the layout that the last of steps makes. Each
// step and its number are one transaction.
func migrate(ctx context.Context, h *handle, steps []string) error {
	var version int
	if err := h.conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	for ; version < len(steps); version++ {
		script := fmt.Sprintf("BEGIN IMMEDIATE; %s; PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
			steps[version], application, version+1)
		if _, err := h.conn.ExecContext(ctx, script); err != nil {
			h.conn.ExecContext(ctx, "ROLLBACK")
			return fmt.Errorf("bring to layout %d: %w", version+1, err)
		}
	}
	return nil
}
