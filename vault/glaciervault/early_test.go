package glaciervault_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"testing"

	"firn/treehash"
	"firn/vault"
)

const refusal = `{"code":"ResourceNotFoundException","message":"The upload was not found","type":"Client"}`

// serveEarly answers each request as soon as it has the header: it sends the header of a
// refusal and, once pause returns, its body. It does not read the request's body, and
// closes the connection.
func serveEarly(t *testing.T, pause func()) string {
	t.Helper()
	return serveConns(t, func(conn net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReaderSize(conn, 16)); err == nil {
			_, _ = fmt.Fprintf(conn, "HTTP/1.1 404 X\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", len(refusal))
			pause()
			_, _ = io.WriteString(conn, refusal)
		}
	})
}

// wantMissing checks that the refusal was read.
func wantMissing(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

// TestAnswersBeforeTheRequestWasRead: such an answer to a small request is read, although
// the SDK closes the request's body as soon as it has the header of the answer.
func TestAnswersBeforeTheRequestWasRead(t *testing.T) {
	isolate(t)
	written := make(chan struct{}, 1)
	v := openAt(t, serveEarly(t, func() { <-written }))
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		WroteRequest: func(httptrace.WroteRequestInfo) { written <- struct{}{} }, // otherwise nobody would write any more
	})
	for range 100 {
		_, err := v.StartJob(ctx, vault.JobRequest{Kind: vault.RetrieveInventory})
		wantMissing(t, err)
	}
}

// TestAnswersInTheMiddleOfAPart: such an answer is read, although sending the part fails
// when the server closes the connection.
func TestAnswersInTheMiddleOfAPart(t *testing.T) {
	isolate(t)
	v := openAt(t, serveEarly(t, func() {}))
	content := make([]byte, 8<<20)
	part := vault.Part{Size: int64(len(content)), TreeHash: treehash.Sum(content)}
	for range 20 {
		_, err := v.UploadPart(t.Context(), "UPLOAD", part, bytes.NewReader(content))
		wantMissing(t, err)
	}
}
