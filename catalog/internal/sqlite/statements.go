package sqlite

import (
	"context"
	"database/sql/driver"
)

// keptStatements is how many statements a connection keeps. The catalog has fewer than that;
// the texts of some searches vary.
const keptStatements = 128

// driverConn is a connection of the driver: the interfaces that package database/sql uses.
type driverConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// driverStmt is a statement of the driver.
type driverStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// keeping is a connection that keeps the statements which it has prepared, by their text:
// preparing a short statement takes longer than running it. Package database/sql uses a
// connection from one goroutine at a time, but rows may be open while other statements run.
type keeping struct {
	driverConn
	kept map[string]*statement
}

// statement is a statement that a connection keeps.
type statement struct {
	driverStmt
	isBusy bool // its rows are open
}

// keep makes a connection keep its statements.
func keep(c driver.Conn) driver.Conn {
	if conn, ok := c.(driverConn); ok {
		return &keeping{driverConn: conn, kept: make(map[string]*statement)}
	}
	return c
}

// statement returns the statement with this text. It returns nil if the statement cannot be
// kept: its rows are open, or too many are kept.
func (k *keeping) statement(ctx context.Context, query string) (*statement, error) {
	s, ok := k.kept[query]
	switch {
	case ok && s.isBusy, !ok && len(k.kept) == keptStatements:
		return nil, nil
	case ok:
		return s, nil
	}
	prepared, err := k.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	stmt, ok := prepared.(driverStmt)
	if !ok {
		return nil, prepared.Close()
	}
	s = &statement{driverStmt: stmt}
	k.kept[query] = s
	return s, nil
}

// ExecContext runs a statement.
func (k *keeping) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := k.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return k.driverConn.ExecContext(ctx, query, args)
	}
	return s.ExecContext(ctx, args)
}

// QueryContext runs a query.
func (k *keeping) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := k.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return k.driverConn.QueryContext(ctx, query, args)
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	s.isBusy = true
	return &rowsOf{rows, s}, nil
}

// Close closes the connection and its statements.
func (k *keeping) Close() error {
	for _, s := range k.kept {
		_ = s.Close() // the connection reports what matters
	}
	clear(k.kept)
	return k.driverConn.Close()
}

// rowsOf are the rows of a kept statement.
type rowsOf struct {
	driver.Rows
	statement *statement
}

// Close makes the statement free for others.
func (r *rowsOf) Close() error {
	err := r.Rows.Close()
	r.statement.isBusy = false
	return err
}
