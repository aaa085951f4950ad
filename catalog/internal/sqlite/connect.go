package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"firn/internal/disk"
)

// busyTimeout is how long a statement waits for another process's transaction. Most
// transactions take less than a millisecond. One that adds a million archives of an
// inventory to an index of ten million takes half a minute.
const busyTimeout = 2 * time.Minute

const (
	// cacheSize is how many bytes of the file a connection holds in memory, and how many
	// bytes it sorts at a time.
	cacheSize = 8 << 20
	// logSize is the size in bytes to which SQLite cuts a log that has grown.
	logSize = 64 << 20
)

// mode is what a connection may do.
type mode int

const (
	readWrite mode = iota
	// queryOnly connections change no row, but they may create the log and maintain it.
	queryOnly
	// lookOnly connections change nothing at all, not even when they close.
	lookOnly
	// frozen connections are lookOnly ones to a file without a log. They create no files
	// beside it and take no locks, and see nothing of what others write meanwhile.
	frozen
)

// connect returns a pool of connections to the file. It does not touch the file yet.
func connect(path string, m mode) (*sql.DB, error) {
	q := url.Values{}
	pragma := func(s string) { q.Add("_pragma", s) }
	pragma("busy_timeout(" + strconv.FormatInt(busyTimeout.Milliseconds(), 10) + ")")
	pragma(fmt.Sprintf("cache_size(-%d)", cacheSize>>10)) // in KiB, with the sign
	// What a commit wrote, or the fold of the log into the file, is on the disk when the
	// call returns. Without fullfsync, macOS leaves it in the disk's cache.
	pragma("synchronous(FULL)")
	pragma("fullfsync(1)")
	switch m {
	case lookOnly:
		q.Set("mode", "ro")
	case frozen:
		q.Set("mode", "ro")
		q.Set("immutable", "1")
	case queryOnly:
		q.Set("mode", "rw")
		pragma("journal_mode(WAL)") // else, in a copy that another tool made, a reader would block writers
		pragma("query_only(1)")
	case readWrite:
		q.Set("mode", "rw")
		q.Set("_txlock", "immediate") // a transaction that will write waits at its start or not at all
		pragma("journal_mode(WAL)")
		pragma("user_version") // reading it creates the log
		pragma("foreign_keys(1)")
		pragma(fmt.Sprintf("journal_size_limit(%d)", logSize))
	}
	name := fileURI(path) + "?" + q.Encode()
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, err
	}
	c := connector{driver: db.Driver(), name: name}
	if m == readWrite {
		c.log = filepath.Dir(path)
	}
	return sql.OpenDB(c), db.Close()
}

// connector opens connections.
type connector struct {
	driver driver.Driver
	name   string
	// log is the directory of the log that a connection may create; empty if it creates none.
	// SQLite also flushes the name of its log, but reports no error if that fails; then a
	// power loss could take the log and every commit in it.
	log string
}

func (c connector) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.driver.Open(c.name)
	if err != nil {
		return nil, err
	}
	if c.log != "" {
		if err := disk.SyncDirectory(c.log); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	return keep(conn), nil
}

func (c connector) Driver() driver.Driver { return c.driver }

// refusing fails to open a connection with err.
type refusing struct{ err error }

func (r refusing) Connect(context.Context) (driver.Conn, error) { return nil, r.err }

func (r refusing) Driver() driver.Driver { return nil }

// fileURI returns the URI of an absolute path, with every character escaped that means
// something in a URI.
func fileURI(path string) string {
	p := filepath.ToSlash(path)
	if !strings.HasPrefix(p, "/") { // a drive letter
		p = "/" + p
	}
	return "file://" + (&url.URL{Path: p}).EscapedPath()
}
