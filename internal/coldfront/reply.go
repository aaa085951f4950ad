package coldfront

import (
	"bytes"
	"encoding/xml"
	"io"
	"net/http"
	"strconv"
)

// s3Error is an error of S3.
type s3Error struct {
	XMLName      xml.Name `xml:"Error"`
	Status       int      `xml:"-"`
	Code         string
	Message      string
	StorageClass string `xml:",omitempty"`
	Resource     string
	RequestID    string `xml:"RequestId"`
}

// bytes returns the body of the answer.
func (e s3Error) bytes() []byte {
	text, err := xml.Marshal(e)
	if err != nil {
		return []byte(err.Error()) // cannot happen: the fields are plain
	}
	return append([]byte(xml.Header), text...)
}

// write answers a request that does not reach the server.
func (e s3Error) write(w http.ResponseWriter, c *call) {
	// A client that is still sending when the connection closes may miss the answer.
	_, _ = io.Copy(io.Discard, counted{c.request.Body, &c.received})
	e.Resource, e.RequestID = c.request.URL.Path, c.id
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("X-Amz-Request-Id", c.id)
	body := e.bytes()
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(e.Status)
	if c.request.Method != http.MethodHead {
		_, _ = w.Write(body) // the client may be gone
	}
}

// put replaces the server's answer.
func (e s3Error) put(resp *http.Response, c *call) {
	e.Resource, e.RequestID = c.request.URL.Path, c.id
	replace(resp, e.Status, e.bytes(), c)
}

// replace gives an answer another status and body.
func replace(resp *http.Response, status int, body []byte, c *call) {
	_ = resp.Body.Close() // not needed any more
	resp.StatusCode, resp.Status = status, ""
	resp.Header = http.Header{"X-Amz-Request-Id": {c.id}}
	if len(body) > 0 {
		resp.Header.Set("Content-Type", "application/xml")
	}
	if c.request.Method == http.MethodHead {
		body = nil
	}
	setBody(resp, body)
}

// setBody changes only the body and its length.
func setBody(resp *http.Response, body []byte) {
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
}
