package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"firn/vault"
)

// accepted is one part that the server accepted.
type accepted struct {
	contentRange string    // such as "bytes 0-16777215/*"
	arrived      time.Time // arrival of its request
	end          int64     // end of its line in the log, in bytes
}

// readAccepted returns the accepted parts in an access log, in order.
func readAccepted(path string) ([]accepted, error) {
	var list []accepted
	err := eachRequest(path, func(r request) {
		if r.Method == http.MethodPut && r.ContentRange != "" && r.Status == http.StatusNoContent {
			list = append(list, accepted{r.ContentRange, r.Time, r.end})
		}
	})
	return list, err
}

// served is one range of an output that the server sent.
type served struct {
	vault.Range

	arrived time.Time // arrival of its request
}

// readServed returns the ranges that were sent according to an access log, in order.
func readServed(path string) ([]served, error) {
	var list []served
	err := eachRequest(path, func(r request) {
		var first, last int64
		if n, _ := fmt.Sscanf(r.Range, "bytes=%d-%d", &first, &last); n == 2 && r.Status == http.StatusPartialContent {
			list = append(list, served{vault.Range{Offset: first, Size: last - first + 1}, r.Time})
		}
	})
	return list, err
}

// request is a line of the access log.
type request struct {
	Time         time.Time `json:"time"`
	Method       string    `json:"method"`
	Status       int       `json:"status"`
	ContentRange string    `json:"content_range"`
	Range        string    `json:"range"`
	end          int64     // end of the line in the log, in bytes
}

// eachRequest calls visit for the lines of an access log. It ignores a last line without an
// end, which is still being written.
func eachRequest(path string, visit func(request)) error {
	log, err := os.Open(path)
	if err != nil {
		return err
	}
	defer log.Close()
	lines, position := bufio.NewReader(log), int64(0)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		position += int64(len(line))
		r := request{end: position}
		if err := json.Unmarshal(line, &r); err != nil {
			return fmt.Errorf("access log: %w: %s", err, line)
		}
		visit(r)
	}
}

// follow returns once count returns at least n. It fails if the command ends before that.
func follow(ctx context.Context, count func() (int, error), n int, ended <-chan struct{}) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		got, err := count()
		if err != nil || got >= n {
			return err
		}
		select {
		case <-tick.C:
		case <-ended:
			return errors.New("it ended by itself")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
