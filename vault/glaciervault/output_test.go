package glaciervault_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"firn/treehash"
	"firn/vault"
)

// sendRaw answers with exactly these bytes, header and body, and closes the connection.
func sendRaw(t *testing.T, w http.ResponseWriter, answer string) {
	t.Helper()
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	_, _ = io.WriteString(connection, strings.ReplaceAll(answer, "\n", "\r\n"))
	_ = connection.Close()
}

func TestOpenOutput(t *testing.T) {
	isolate(t)
	const content = "0123456789"
	hash := treehash.Sum([]byte(content))
	answers := map[string]string{
		"WHOLE":    "200 OK\nContent-Length: 10\nX-Amz-Sha256-Tree-Hash: " + hash.String() + "\n\n" + content,
		"NOHASH":   "200 OK\nContent-Length: 10\n\n" + content,
		"ODDHASH":  "200 OK\nContent-Length: 10\nX-Amz-Sha256-Tree-Hash: zz\n\n" + content,
		"GZIP":     "200 OK\nContent-Length: 10\nContent-Encoding: gzip\n\n" + content,
		"CUT":      "200 OK\nContent-Length: 1000\n\n" + content,
		"NOLENGTH": "200 OK\n\n" + content,
		"PART":     "206 Partial Content\nContent-Length: 3\nContent-Range: bytes 2-4/10\n\n234",
		"UNTOLD":   "206 Partial Content\nContent-Range: bytes 2-4/10\n\n234",
		"MORE":     "206 Partial Content\nContent-Range: bytes 2-4/10\n\n23456789",
		"LESS":     "206 Partial Content\nContent-Range: bytes 2-4/10\n\n23",
		"LONG":     "206 Partial Content\nContent-Length: 4\nContent-Range: bytes 2-4/10\n\n2345",
		"OTHER":    "206 Partial Content\nContent-Length: 3\nContent-Range: bytes 3-5/10\n\n345",
		"BEYOND":   "206 Partial Content\nContent-Length: 2\nContent-Range: bytes 2-3/4\n\n23",
	}
	s := serve(t, func(w http.ResponseWriter, r request, _ int) {
		id := strings.Split(r.URL.Path, "/")[5]
		switch id {
		case "GONE":
			refuse(w, 404, "ResourceNotFoundException", "The job ID was not found: GONE")
		case "EARLY":
			refuse(w, 400, "InvalidParameterValueException", "The job is not currently available for download: EARLY")
		default:
			if r.Header.Get("Accept-Encoding") != "" && r.Header.Get("Accept-Encoding") != "identity" {
				t.Errorf("asked for an output in another coding: %q", r.Header.Get("Accept-Encoding"))
			}
			if asked := r.Header.Get("Range"); asked != "" && asked != "bytes=2-4" {
				t.Errorf("asked for %q", asked)
			}
			sendRaw(t, w, "HTTP/1.1 "+answers[id])
		}
	})
	v := openAt(t, s.URL)
	whole, part := vault.Range{}, vault.Range{Offset: 2, Size: 3}
	for _, c := range []struct {
		id    vault.JobID
		r     vault.Range
		want  string
		hash  treehash.Hash
		class error // of the error of opening or of reading
	}{
		{"WHOLE", whole, content, hash, nil},
		{"NOHASH", whole, content, treehash.Hash{}, nil},
		{"ODDHASH", whole, "", treehash.Hash{}, vault.ErrUnavailable},
		{"GZIP", whole, content, treehash.Hash{}, nil},
		{"CUT", whole, content, treehash.Hash{}, vault.ErrUnavailable},
		{"NOLENGTH", whole, "", treehash.Hash{}, vault.ErrUnavailable},
		{"PART", part, "234", treehash.Hash{}, nil},
		{"UNTOLD", part, "234", treehash.Hash{}, nil},
		{"MORE", part, "234", treehash.Hash{}, vault.ErrUnavailable},
		{"LESS", part, "23", treehash.Hash{}, vault.ErrUnavailable},
		{"LONG", part, "", treehash.Hash{}, vault.ErrUnavailable},
		{"OTHER", part, "", treehash.Hash{}, vault.ErrUnavailable},
		{"BEYOND", part, "", treehash.Hash{}, vault.ErrInvalid},
		{"NOHASH", part, "", treehash.Hash{}, vault.ErrUnavailable},
		{"PART", whole, "", treehash.Hash{}, vault.ErrUnavailable},
		{"WHOLE", vault.Range{Offset: -1, Size: 3}, "", treehash.Hash{}, vault.ErrInvalid},
		{"WHOLE", vault.Range{Offset: 2}, "", treehash.Hash{}, vault.ErrInvalid},
		{"GONE", part, "", treehash.Hash{}, vault.ErrExpired},
		{"GONE", part, "", treehash.Hash{}, vault.ErrNotFound},
		{"no/id", part, "", treehash.Hash{}, vault.ErrNotFound},
		{"EARLY", part, "", treehash.Hash{}, vault.ErrNotReady},
	} {
		t.Run(fmt.Sprint(c.id, c.r, c.class), func(t *testing.T) {
			got := ""
			out, err := v.OpenOutput(t.Context(), c.id, c.r)
			if err == nil {
				var b []byte
				b, err = io.ReadAll(out)
				got = string(b)
				if err == nil && out.Size != int64(len(b)) {
					t.Errorf("%d bytes were announced, %d came", out.Size, len(b))
				}
				if out.TreeHash != c.hash {
					t.Errorf("the tree hash is %s, want %s", out.TreeHash, c.hash)
				}
				if closeErr := out.Close(); closeErr != nil {
					t.Error(closeErr)
				}
			}
			if !errors.Is(err, c.class) || got != c.want {
				t.Errorf("got %q, %v; want %q, %v", got, err, c.want, c.class)
			}
		})
	}
}
