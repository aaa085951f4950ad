package main

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// line is a proxy in front of the server with scripted faults. It passes requests on as they were
// signed, including Host.
type line struct {
	mu      sync.Mutex
	lose    *regexp.Regexp // requests whose answer is lost, after the server acted
	forget  *regexp.Regexp // requests that are answered with a 404 and never arrive
	pending bool           // one answer will still be lost
	refuse  *regexp.Regexp // the next request that is answered with code and never arrives
	code    string
	spoil   *regexp.Regexp // requests whose answers come with a wrong bit
	reply   *regexp.Regexp // requests that are answered with text and never arrive
	text    string
	cut     *regexp.Regexp // the next request whose answer is replaced with a refusal that ends early
}

// lines are those of the scripts that run, by script.
type lines struct {
	mu    sync.Mutex
	lines map[string]*line
}

// line starts a line in front of the server and sends clients there.
func (l *lines) line(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: line")
	}
	server, err := url.Parse(ts.Getenv("AWS_ENDPOINT_URL_GLACIER"))
	ts.Check(err)
	way := &line{}
	front := httptest.NewServer(way.handler(server))
	ts.Defer(front.Close)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines[ts.Name()] = way
	ts.Setenv("AWS_ENDPOINT_URL_GLACIER", front.URL)
}

func (l *lines) of(ts *testscript.TestScript) *line {
	l.mu.Lock()
	defer l.mu.Unlock()
	way := l.lines[ts.Name()]
	if way == nil {
		ts.Fatalf("there is no line")
	}
	return way
}

// lose makes the answer to the next request that matches disappear.
func (l *lines) lose(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: lose PATTERN")
	}
	way := l.of(ts)
	way.mu.Lock()
	defer way.mu.Unlock()
	way.lose, way.pending = regexp.MustCompile(args[0]), true
}

// cut replaces the answer to the next request that matches with a refusal that ends early, after
// the server has acted.
func (l *lines) cut(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: cut PATTERN")
	}
	way := l.of(ts)
	way.mu.Lock()
	defer way.mu.Unlock()
	way.cut = regexp.MustCompile(args[0])
}

// forget answers all requests that match, after the lost answer, as if the server had forgotten
// the upload. Without a pattern it stops.
func (l *lines) forget(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 1 {
		ts.Fatalf("usage: forget [PATTERN]")
	}
	way := l.of(ts)
	way.mu.Lock()
	defer way.mu.Unlock()
	way.forget = nil
	if len(args) == 1 {
		way.forget = regexp.MustCompile(args[0])
	}
}

// refuse answers the next request that matches with an error of the service. The request does not
// reach the server.
func (l *lines) refuse(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: refuse CODE PATTERN")
	}
	way := l.of(ts)
	way.mu.Lock()
	defer way.mu.Unlock()
	way.code, way.refuse = args[0], regexp.MustCompile(args[1])
}

// replies answers all matching requests with the content of a file. The requests do not reach the
// server. Without a pattern it stops.
func (l *lines) replies(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 && len(args) != 2 {
		ts.Fatalf("usage: reply [PATTERN FILE]")
	}
	way := l.of(ts)
	way.mu.Lock()
	defer way.mu.Unlock()
	way.reply = nil
	if len(args) > 0 {
		way.reply, way.text = regexp.MustCompile(args[0]), ts.ReadFile(args[1])
	}
}

// spoil puts a wrong bit into the answers to all requests that match. Without a pattern it stops.
func (l *lines) spoil(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 1 {
		ts.Fatalf("usage: spoil [PATTERN]")
	}
	way := l.of(ts)
	way.mu.Lock()
	defer way.mu.Unlock()
	way.spoil = nil
	if len(args) == 1 {
		way.spoil = regexp.MustCompile(args[0])
	}
}

// spoiled is a body whose first bit is wrong.
type spoiled struct {
	io.ReadCloser
	done bool
}

func (s *spoiled) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	if n > 0 && !s.done {
		p[0] ^= 1
		s.done = true
	}
	return n, err
}

var errLost = errors.New("the answer is lost")

func (w *line) handler(server *url.URL) http.Handler {
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = server.Scheme, server.Host
			r.Out.Host = r.In.Host
		},
		ModifyResponse: func(r *http.Response) error {
			if w.losesAnswer(r.Request) {
				return errLost
			}
			if w.cuts(r.Request) {
				breakOff(r)
			}
			if w.spoils(r.Request) {
				r.Body = &spoiled{ReadCloser: r.Body}
			}
			return nil
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }, // closes the connection
		ErrorLog:     log.New(io.Discard, "", 0),
	}
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if code := w.refuses(r); code != "" {
			out.Header().Set("Content-Type", "application/json")
			out.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(out, `{"code":"`+code+`","message":"so the script says","type":"Client"}`)
			return
		}
		if text := w.says(r); text != "" {
			out.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(out, text)
			return
		}
		if !w.forgets(r) {
			proxy.ServeHTTP(out, r)
			return
		}
		out.Header().Set("Content-Type", "application/json")
		out.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(out, `{"code":"ResourceNotFoundException","message":"The upload ID was not found","type":"Client"}`)
	})
}

func (w *line) losesAnswer(r *http.Request) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.pending || !w.lose.MatchString(r.Method+" "+r.URL.Path) {
		return false
	}
	w.pending = false
	return true
}

func (w *line) cuts(r *http.Request) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut == nil || !w.cut.MatchString(r.Method+" "+r.URL.Path) {
		return false
	}
	w.cut = nil
	return true
}

// breakOff turns an answer into a refusal that ends in the middle of its code.
func breakOff(r *http.Response) {
	const all, some = `{"code":"AccessDeniedException","message":"no","type":"Client"}`, 16
	r.StatusCode, r.Status = http.StatusForbidden, ""
	r.Header = http.Header{"Content-Type": {"application/json"}, "Content-Length": {strconv.Itoa(len(all))}}
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(all[:some])), int64(len(all))
}

func (w *line) forgets(r *http.Request) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.forget != nil && !w.pending && w.forget.MatchString(r.Method+" "+r.URL.Path)
}

func (w *line) spoils(r *http.Request) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.spoil != nil && w.spoil.MatchString(r.Method+" "+r.URL.Path)
}

// says returns the text that answers a request; empty if the server answers it.
func (w *line) says(r *http.Request) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.reply == nil || !w.reply.MatchString(r.Method+" "+r.URL.Path) {
		return ""
	}
	return w.text
}

// refuses returns the code that refuses a request; empty if the request passes.
func (w *line) refuses(r *http.Request) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refuse == nil || !w.refuse.MatchString(r.Method+" "+r.URL.Path) {
		return ""
	}
	w.refuse = nil
	return w.code
}
