package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"firn/cmd/firn/internal/term"
)

type scriptCommand = func(ts *testscript.TestScript, neg bool, args []string)

// scriptCommands returns the commands of the scripts in addition to those of testscript.
func scriptCommands() map[string]scriptCommand {
	processes := &processes{running: make(map[string]*exec.Cmd), typed: make(map[string]*os.File), seen: make(map[string]func())}
	lines := &lines{lines: make(map[string]*line)}
	fronts := &fronts{fronts: make(map[string]*front)}
	return map[string]scriptCommand{
		// random FILE SIZE SEED: creates a file of random bytes, determined by the seed
		"random": random,
		// sqlite FILE SQL: creates a database with the statements in the file SQL
		"sqlite": makeDatabase,
		// exits STATUS COMMAND...: runs COMMAND and expects this exit status
		"exits": exitsWith,
		// start NAME COMMAND...: runs COMMAND in the background, with its output in
		// NAME.out and NAME.err
		"start": processes.start,
		// ask NAME COMMAND...: start with a terminal as standard input
		"ask": processes.ask,
		// answer NAME TEXT: types a line into the terminal of ask
		"answer": processes.answer,
		// screen COLUMNS FILE COMMAND...: runs COMMAND on a terminal of that width and writes to
		// FILE what the user sees; no line may be wider
		"screen": printScreen,
		// see NAME COLUMNSxROWS COMMAND...: start on a terminal; the file NAME.screen has what
		// is on it (package screen)
		"see": processes.see,
		// press NAME KEY: types a letter or ^C into the terminal of see
		"press": processes.press,
		// signal NAME INT|TERM|HUP|KILL
		"signal": processes.signal,
		// room NAME [SIZE]: limits the size of the files that a process writes; without SIZE
		// it removes the limit
		"room": processes.room,
		// finish NAME STATUS: waits for the end of a process and expects this exit status;
		// -1 if a signal killed it
		"finish": processes.finish,
		// resident HOME STATUS COMMAND...: runs COMMAND as a user with this home in the passwd
		// file and expects this status. It needs the condition "namespaces"
		"resident": resident,
		// until FILE N PATTERN: waits until N lines of the file match
		"until": until,
		// serve [OPTION...]: starts a server called server over ./store, with access.log,
		// and sets the variables that it prints
		"serve": processes.serve,
		// later DURATION: moves the clock of all processes of the script, including the
		// server
		"later": later,
		// queue: serves a queue and sets TOPIC, TOPIC_URL and QUEUE_URL
		"queue": queue,
		// message FILE: sends the content of the file to that queue
		"message": message,
		// s3 [OPTION...]: starts an S3 service with cold classes and a bucket called
		// archives, sets AWS_ENDPOINT_URL_S3 and the keys, and logs the requests to s3.log.
		// --retrieval-delay is the duration of a restoration; --by-host: https, and
		// buckets by host; --locked: Object Lock with a default retention;
		// --bucket, --versioned, --refuses FEATURE, --ignores FEATURE
		"s3": fronts.s3,
		// s3as WHO PREFIX: sets the keys to those of a user with the policy below the heading
		// WHO in docs/s3.md; root has all rights
		"s3as": fronts.as,
		// s3later DURATION: moves the clock of that service
		"s3later": fronts.later,
		// s3fail [OPTION...] HARM OPERATION: requests to that service fail, as package
		// coldfront describes; --after, --times, --status, --code, --bytes,
		// --header, --value
		"s3fail": fronts.fail,
		// service BUCKET: starts the service that $SERVICE names, and sets $OPTIONS for URLs
		"service": fronts.service,
		// s3put KEY FILE, s3begin KEY...: acts of other programs; keys are quoted as in Go
		"s3put":   fronts.put,
		"s3begin": fronts.begin,
		// line: puts a proxy with scripted faults between clients and the server
		"line": lines.line,
		// lose PATTERN: the answer to the next request that matches is lost
		"lose": lines.lose,
		// cut PATTERN: the answer to the next request that matches is replaced with a refusal
		// that ends early
		"cut": lines.cut,
		// reply [PATTERN FILE]: answers matching requests with the content of the file; without
		// a pattern it stops
		"reply": lines.replies,
		// forget [PATTERN]: after a lost answer, requests that match get a 404; without a
		// pattern it stops
		"forget": lines.forget,
		// refuse CODE PATTERN: the next request that matches is answered with this
		// error of the service
		"refuse": lines.refuse,
		// spoil [PATTERN]: the answers to requests that match have a wrong bit; without a
		// pattern it stops
		"spoil": lines.spoil,
		// twice LOG MOST: expects that at most MOST ranges of archives were read to their end
		// more than once
		"twice": twice,
		// once BEFORE AFTER: expects that no part in the access log BEFORE was accepted again
		// in AFTER
		"once": once,
		// remember CATALOG VAULT_URL FILE: records the snapshots in FILE, as backups of any age
		// would have done
		"remember": remember,
		// field FILE NAME VARIABLE: sets the variable from the first object of JSON
		// Lines
		"field": field,
		// mode FILE MODE: expects this octal mode
		"mode": mode,
		// certificate CERT KEY: writes a certificate for 127.0.0.1 and its key
		"certificate": writeCertificate,
		// flip FILE BYTE: changes one bit of a file, as a faulty disk does
		"flip": flip,
		// bound: makes the modes of files apply to the following commands, also if root runs
		// the tests
		"bound": bound,
		// modes DIR MASK: removes all rights but these from everything below a directory
		"modes": modes,
		// mounted DIR STATUS COMMAND...: runs COMMAND with the directory mounted read-only and
		// expects this status. It needs the condition "namespaces"
		"mounted": mounted,
		// tree DIR FILE: writes a description of everything below a directory to FILE
		"tree": tree,
		// touch FILE SECONDS: sets its modification time
		"touch": touch,
		// sametime FILE FILE: expects that both were last changed at the same time
		"sametime": sameTime,
	}
}

func random(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: random FILE SIZE SEED")
	}
	size, err := term.ParseSize(args[1])
	ts.Check(err)
	seed := [32]byte{}
	copy(seed[:], args[2])
	b := make([]byte, size)
	_, _ = rand.NewChaCha8(seed).Read(b) // never fails
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o600))
}

func exitsWith(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS COMMAND...")
	}
	if got := exitStatus(ts.Exec(args[1], args[2:]...)); strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit status %d, not %s", got, args[0])
	}
}

// exitStatus returns the exit status of a command that ended with err.
func exitStatus(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	if err != nil {
		return -2
	}
	return 0
}

func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: until FILE N PATTERN")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	pattern := regexp.MustCompile(args[2])
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for {
		text, err := os.ReadFile(ts.MkAbs(args[0]))
		if err == nil && matchingLines(text, pattern) >= n {
			return
		}
		select {
		case <-ticker.C:
		case <-watchOf(ts).hung:
			ts.Fatalf("%s never had %d lines like %s:\n%s", args[0], n, args[2], text)
		}
	}
}

func matchingLines(text []byte, pattern *regexp.Regexp) (n int) {
	for line := range bytes.Lines(text) {
		if pattern.Match(line) {
			n++
		}
	}
	return n
}

func once(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: once BEFORE AFTER")
	}
	before, after := acceptedParts(ts, args[0]), acceptedParts(ts, args[1])
	if len(before) == 0 {
		ts.Fatalf("%s tells of no part", args[0])
	}
	for part := range before {
		if after[part] != 1 {
			ts.Fatalf("part %s was sent %d times", part, after[part])
		}
	}
}

// acceptedParts counts by upload and range how often the server accepted a part.
func acceptedParts(ts *testscript.TestScript, path string) map[string]int {
	parts := make(map[string]int)
	lines := bufio.NewScanner(strings.NewReader(ts.ReadFile(path)))
	for lines.Scan() {
		var line struct {
			Method, Path string
			Status       int
			Range        string `json:"content_range"`
		}
		ts.Check(json.Unmarshal(lines.Bytes(), &line))
		if line.Method == "PUT" && line.Status == 204 {
			parts[line.Path+" "+line.Range]++
		}
	}
	return parts
}

func twice(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: twice LOG MOST")
	}
	most, err := strconv.Atoi(args[1])
	ts.Check(err)
	ranges := readRanges(ts, args[0])
	again := 0
	for _, times := range ranges {
		again += times - 1
	}
	if len(ranges) == 0 || again > most {
		ts.Fatalf("%d ranges were read again: %v", again, ranges)
	}
}

// readRanges counts by job and range how often the server sent a whole range.
func readRanges(ts *testscript.TestScript, path string) map[string]int {
	ranges := make(map[string]int)
	lines := bufio.NewScanner(strings.NewReader(ts.ReadFile(path)))
	for lines.Scan() {
		var line struct {
			Path, Range string
			BytesOut    int64 `json:"bytes_out"`
		}
		ts.Check(json.Unmarshal(lines.Bytes(), &line))
		var first, last int64
		if _, err := fmt.Sscanf(line.Range, "bytes=%d-%d", &first, &last); err == nil && line.BytesOut == last-first+1 {
			ranges[line.Path+" "+line.Range]++
		}
	}
	return ranges
}

func field(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: field FILE NAME VARIABLE")
	}
	var object map[string]any
	lines := json.NewDecoder(strings.NewReader(ts.ReadFile(args[0])))
	for object == nil || object["message_type"] == "status" { // progress comes before results
		clear(object)
		ts.Check(lines.Decode(&object))
	}
	value, ok := object[args[1]].(string)
	if !ok {
		ts.Fatalf("%s has no text %s", args[0], args[1])
	}
	ts.Setenv(args[2], value)
}

func mode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mode FILE MODE")
	}
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := strconv.FormatUint(uint64(info.Mode().Perm()), 8); got != args[1] {
		ts.Fatalf("mode %s, not %s", got, args[1])
	}
}

func touch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: touch FILE SECONDS")
	}
	seconds, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	at := time.Unix(seconds, 0)
	ts.Check(os.Chtimes(ts.MkAbs(args[0]), at, at))
}

func flip(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: flip FILE BYTE")
	}
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	name := ts.MkAbs(args[0])
	data, err := os.ReadFile(name)
	ts.Check(err)
	data[at] ^= 1
	ts.Check(os.Chmod(name, 0o600))
	ts.Check(os.WriteFile(name, data, 0o600))
}
