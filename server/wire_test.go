package server_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// wire is a request as it stands on a connection.
type wire struct {
	method string
	target string
	header [][2]string // names and values; the host's and the length's among them
	body   string
}

// wireOf writes down a request that was built to be sent.
func wireOf(r *http.Request, body []byte) wire {
	w := wire{method: r.Method, target: r.URL.RequestURI(), body: string(body)}
	w.header = append(w.header, [2]string{"Host", r.URL.Host})
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		w.header = append(w.header, [2]string{name, r.Header.Get(name)})
	}
	return w.withLength()
}

// withLength tells the length of the body as it is.
func (w wire) withLength() wire {
	w.header = slices.Clone(w.header)
	length := [2]string{"Content-Length", fmt.Sprint(len(w.body))}
	if i := w.find(length[0]); i >= 0 {
		w.header[i] = length
	} else {
		w.header = append(w.header, length)
	}
	return w
}

// find returns where a header stands, or -1.
func (w wire) find(name string) int {
	return slices.IndexFunc(w.header, func(h [2]string) bool { return strings.EqualFold(h[0], name) })
}

// String returns the bytes.
func (w wire) String() string {
	lines := []string{w.method + " " + w.target + " HTTP/1.1"}
	for _, h := range w.header {
		lines = append(lines, h[0]+": "+h[1])
	}
	return strings.Join(append(lines, "", w.body), "\r\n")
}

// read is what a server gets from the connection. The error means that HTTP itself
// refuses the request.
func (w wire) read() (*http.Request, error) {
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(w.String())))
	if err != nil {
		return nil, err
	}
	r.RemoteAddr = "127.0.0.1:1"
	return r, nil
}

// rawRequest is what a server gets that reads text.
func rawRequest(t *testing.T, text string) *http.Request {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	if err != nil {
		t.Fatal(err)
	}
	r.RemoteAddr = "127.0.0.1:1"
	return r
}

// meaning returns all that a request says, in one form for each way to say it: what
// [AWS Signature Version 4] leaves free, such as the order of a query or runs of
// spaces in a header, makes no difference. The body can be read again. Of the headers those count that begin
// with x-amz- or that signed names. It is read from the specification and shares
// nothing with the server.
//
// [AWS Signature Version 4]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
func meaning(r *http.Request, signed []string) string {
	path, query, _ := strings.Cut(r.RequestURI, "?")
	values, err := url.ParseQuery(query)
	said := []string{r.Method, path, r.Host, values.Encode(), fmt.Sprint(err)}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if strings.HasPrefix(name, "X-Amz-") || slices.Contains(signed, strings.ToLower(name)) {
			said = append(said, name, strings.Join(strings.Fields(strings.Join(r.Header[name], " , ")), " "))
		}
	}
	for _, a := range r.Header["Authorization"] {
		said = append(said, meaningOfAuthorization(a))
	}
	body, err := io.ReadAll(r.Body)
	r.Body = &replayed{strings.NewReader(string(body)), err}
	return strings.Join(append(said, string(body), fmt.Sprint(err)), "\n")
}

// replayed is a body that was read, to be read once more with the same end.
type replayed struct {
	*strings.Reader
	end error // nil: the usual one
}

func (b *replayed) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil && b.end != nil {
		err = b.end
	}
	return n, err
}

func (b *replayed) Close() error { return nil }

// meaningOfAuthorization leaves out the order of the fields, the spaces between them
// and the case of hexadecimal digits.
func meaningOfAuthorization(value string) string {
	scheme, fields, _ := strings.Cut(value, " ")
	list := strings.Split(fields, ",")
	for i, field := range list {
		field = strings.TrimSpace(field)
		if hex, ok := strings.CutPrefix(field, "Signature="); ok {
			field = "Signature=" + strings.ToLower(hex)
		}
		list[i] = field
	}
	slices.Sort(list)
	return scheme + " " + strings.Join(list, ",")
}

// connection is the answer to a request that came over no connection.
type connection struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// serve answers a request within the test's own goroutine.
func serve(h http.Handler, r *http.Request) answer {
	c := &connection{header: http.Header{}}
	h.ServeHTTP(c, r)
	return answer{status: c.status, header: c.header, body: c.body.String()}
}

func (c *connection) Header() http.Header              { return c.header }
func (c *connection) WriteHeader(status int)           { c.status = status }
func (c *connection) Write(b []byte) (int, error)      { return c.body.Write(b) }
func (c *connection) SetReadDeadline(time.Time) error  { return nil }
func (c *connection) SetWriteDeadline(time.Time) error { return nil }
