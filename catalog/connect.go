package catalog

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

// busyTimeout is how long a statement waits for another process's transaction.
// Most take less than a millisecond; sorting in a million archives of an
// inventory into an index of ten million takes half a minute.
const busyTimeout = 2 * time.Minute

const (
	// cacheSize is how much of the file a connection holds in memory, in bytes, and
	// how much it sorts at a time.
	cacheSize = 8 << 20
	// logSize is to how much a log is cut that has grown, in bytes.
	logSize = 64 << 20
)

// mode is what a connection may do.
type mode int

const (
	readWrite mode = iota
	// queryOnly connections change no row, but begin the log and keep it in order
	// as every user of it must.
	queryOnly
	// lookOnly connections change nothing at all, not even by closing.
	lookOnly
)

// connect returns a pool of connections to the file. It touches nothing yet.
func connect(path string, m mode) (*sql.DB, error) {
	q := url.Values{}
	pragma := func(s string) { q.Add("_pragma", s) }
	pragma("busy_timeout(" + strconv.FormatInt(busyTimeout.Milliseconds(), 10) + ")")
	pragma(fmt.Sprintf("cache_size(-%d)", cacheSize>>10)) // in KiB, with the sign
	// What was committed, or folded into the file by the last to close, is on the disk
	// when the call returns, and not in the disk's cache, where macOS leaves it.
	pragma("synchronous(FULL)")
	pragma("fullfsync(1)")
	switch m {
	case lookOnly:
		q.Set("mode", "ro")
	case queryOnly:
		q.Set("mode", "rw")
		pragma("journal_mode(WAL)") // a copy made by other tools has no log, and a list would keep writers out
		pragma("query_only(1)")
	case readWrite:
		q.Set("mode", "rw")
		q.Set("_txlock", "immediate") // a transaction that will write waits at its start, or never
		pragma("journal_mode(WAL)")
		pragma("user_version") // which makes the log
		pragma("foreign_keys(1)")
		pragma(fmt.Sprintf("journal_size_limit(%d)", logSize))
	}
	name := fileURI(path) + "?" + q.Encode()
	db, err := sql.Open("sqlite", name)
	if err != nil || m != readWrite {
		return db, err
	}
	return sql.OpenDB(connector{db.Driver(), name, filepath.Dir(path)}), db.Close()
}

// connector opens connections. SQLite flushes the name of its log, too, but says nothing
// when that fails, and then whatever is committed to the log could be lost with it.
type connector struct {
	driver driver.Driver
	name   string
	dir    string // where the log's name is made durable
}

func (c connector) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.driver.Open(c.name)
	if err != nil {
		return nil, err
	}
	if err := disk.SyncDirectory(c.dir); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

func (c connector) Driver() driver.Driver { return c.driver }

// refusing opens no connection, and says why.
type refusing struct{ err error }

func (r refusing) Connect(context.Context) (driver.Conn, error) { return nil, r.err }

func (r refusing) Driver() driver.Driver { return nil }

// fileURI spells an absolute path so that SQLite takes no character of it for
// more than it is.
func fileURI(path string) string {
	p := filepath.ToSlash(path)
	if !strings.HasPrefix(p, "/") { // a drive letter
		p = "/" + p
	}
	return "file://" + (&url.URL{Path: p}).EscapedPath()
}
