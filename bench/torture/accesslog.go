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
)

// accepted is one part that the server took.
type accepted struct {
	contentRange string    // such as "bytes 0-16777215/*"
	arrived      time.Time // when its request did
	end          int64     // of its line in the log, in bytes
}

// readAccepted lists the parts that an access log tells of, in order. A last line
// without an end is still being written and is left out.
func readAccepted(path string) ([]accepted, error) {
	log, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	var list []accepted
	lines, position := bufio.NewReader(log), int64(0)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		position += int64(len(line))
		var request struct {
			Time         time.Time `json:"time"`
			Method       string    `json:"method"`
			Status       int       `json:"status"`
			ContentRange string    `json:"content_range"`
		}
		if err := json.Unmarshal(line, &request); err != nil {
			return nil, fmt.Errorf("access log: %w: %s", err, line)
		}
		if request.Method == http.MethodPut && request.ContentRange != "" && request.Status == http.StatusNoContent {
			list = append(list, accepted{request.ContentRange, request.Time, position})
		}
	}
}

// follow returns once the access log tells of so many accepted parts. It fails
// when the upload ends before that.
func follow(ctx context.Context, path string, parts int, ended <-chan struct{}) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		list, err := readAccepted(path)
		if err != nil || len(list) >= parts {
			return err
		}
		select {
		case <-tick.C:
		case <-ended:
			return errors.New("the upload ended by itself")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
