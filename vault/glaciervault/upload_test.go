package glaciervault_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"firn/treehash"
	"firn/vault"
)

// counted counts the bytes read from a source and the seeks that moved it.
type counted struct {
	io.ReadSeeker
	read atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadSeeker.Read(p)
	c.read.Add(int64(n))
	return n, err
}

// acceptPart answers a part as the service does.
func acceptPart(w http.ResponseWriter, r request) {
	w.Header().Set("X-Amz-Sha256-Tree-Hash", treehash.Sum(r.body).String())
	w.WriteHeader(http.StatusNoContent)
}

func partOf(t *testing.T, offset int64, b []byte) vault.Part {
	t.Helper()
	sums, err := treehash.Read(t.Context(), bytes.NewReader(b), make([]byte, 64<<10))
	if err != nil {
		t.Fatal(err)
	}
	return vault.Part{Offset: offset, Size: sums.Size, TreeHash: sums.Tree, SHA256: sums.SHA256}
}

func TestEachByteOfAPartIsReadOnce(t *testing.T) {
	isolate(t)
	s := serve(t, func(w http.ResponseWriter, r request, _ int) { acceptPart(w, r) })
	v := openAt(t, s.URL)

	// The part is in the middle of a file whose position is at its start.
	content := bytes.Repeat([]byte("massive backup "), 300_000)
	part := content[1_000_003 : 1_000_003+3<<20]
	path := filepath.Join(t.TempDir(), "source")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Seek(1_000_003, io.SeekStart); err != nil {
		t.Fatal(err)
	}

	source := &counted{ReadSeeker: f}
	want := partOf(t, 8<<20, part)
	got, err := v.UploadPart(t.Context(), "UPLOAD", want, source)
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("returned part %+v, want %+v", got, want)
	}
	if n := source.read.Load(); n != want.Size {
		t.Errorf("%d bytes were read of a part of %d", n, want.Size)
	}
	r := s.seen()[0]
	if !bytes.Equal(r.body, part) {
		t.Error("other bytes arrived than were sent")
	}
	for name, value := range map[string]string{
		"Content-Length":         strconv.FormatInt(want.Size, 10),
		"Content-Range":          "bytes 8388608-11534335/*",
		"X-Amz-Content-Sha256":   hexSum(part),
		"X-Amz-Sha256-Tree-Hash": treehash.Sum(part).String(),
		"X-Amz-Glacier-Version":  "2012-06-01",
		"Accept-Encoding":        "",
	} {
		if got := r.Header.Get(name); got != value {
			t.Errorf("%s is %q, want %q", name, got, value)
		}
	}
	if r.Method+" "+r.URL.Path != "PUT /-/vaults/photos/multipart-uploads/UPLOAD" || r.Proto != "HTTP/1.1" || r.TransferEncoding != nil {
		t.Errorf("sent %s %s as %s, encoded %v", r.Method, r.URL.Path, r.Proto, r.TransferEncoding)
	}
	authorization := r.Header.Get("Authorization")
	for _, signed := range []string{"x-amz-content-sha256", "x-amz-sha256-tree-hash", "content-length", "content-range", "/us-east-1/glacier/"} {
		if !strings.Contains(authorization, signed) {
			t.Errorf("%s is not signed: %s", signed, authorization)
		}
	}
}

func TestPartWithoutLinearHash(t *testing.T) {
	isolate(t)
	s := serve(t, func(w http.ResponseWriter, r request, _ int) { acceptPart(w, r) })
	content := []byte("some bytes")
	part := partOf(t, 0, content)
	part.SHA256 = treehash.Hash{}
	if _, err := openAt(t, s.URL).UploadPart(t.Context(), "UPLOAD", part, bytes.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	if r := s.seen()[0]; r.Header.Get("X-Amz-Content-Sha256") != hexSum(content) || !bytes.Equal(r.body, content) {
		t.Errorf("sent %q with hash %q", r.body, r.Header.Get("X-Amz-Content-Sha256"))
	}
}

func TestPartIsProvedByTheAnswer(t *testing.T) {
	isolate(t)
	content := []byte("some bytes")
	for _, c := range []struct {
		hash  string
		class error
	}{
		{treehash.Sum([]byte("other bytes")).String(), vault.ErrChecksum},
		{"", vault.ErrUnavailable},
		{"nonsense", vault.ErrUnavailable},
	} {
		s := serve(t, func(w http.ResponseWriter, _ request, _ int) {
			w.Header().Set("X-Amz-Sha256-Tree-Hash", c.hash)
			w.WriteHeader(http.StatusNoContent)
		})
		_, err := openAt(t, s.URL).UploadPart(t.Context(), "UPLOAD", partOf(t, 0, content), bytes.NewReader(content))
		if !errors.Is(err, c.class) {
			t.Errorf("the hash %q gives %v, want %v", c.hash, err, c.class)
		}
	}
}

func TestAnswerBeforeThePartWasSent(t *testing.T) {
	isolate(t)
	content := make([]byte, 16<<20)
	part := partOf(t, 0, content)
	early := serveRaw(t, "HTTP/1.1 204 No Content\r\nX-Amz-Sha256-Tree-Hash: "+part.TreeHash.String()+"\r\nConnection: close\r\n\r\n")
	if _, err := openAt(t, early).UploadPart(t.Context(), "UPLOAD", part, bytes.NewReader(content)); !errors.Is(err, vault.ErrUnavailable) {
		t.Errorf("a part that was not sent is acknowledged: %v", err)
	}
}

// broken is a source that fails after some bytes.
type broken struct {
	left int
	err  error
}

func (b *broken) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, b.err
	}
	n := min(b.left, len(p))
	b.left -= n
	return n, nil
}

func (b *broken) Seek(int64, int) (int64, error) { return 0, errors.New("a pipe cannot seek") }

func TestFailureOfTheSourceIsItself(t *testing.T) {
	isolate(t)
	s := serve(t, func(w http.ResponseWriter, r request, _ int) { acceptPart(w, r) })
	v := openAt(t, s.URL)
	for _, cause := range []error{os.ErrPermission, io.EOF} {
		_, err := v.UploadPart(t.Context(), "UPLOAD", vault.Part{Size: 1 << 20, SHA256: treehash.Hash{1}}, &broken{500_000, cause})
		want := cause
		if errors.Is(cause, io.EOF) {
			want = io.ErrUnexpectedEOF
		}
		if !errors.Is(err, want) {
			t.Errorf("source fails with %v, the call with %v", cause, err)
		}
		for _, class := range []error{vault.ErrUnavailable, vault.ErrInvalid, vault.ErrChecksum} {
			if errors.Is(err, class) {
				t.Errorf("a local failure has the class %q: %v", class, err)
			}
		}
	}
}

func TestSourceThatCannotSeekIsSentOnce(t *testing.T) {
	isolate(t)
	content := make([]byte, 1<<20)
	s := serve(t, func(w http.ResponseWriter, r request, n int) {
		if n == 1 {
			refuse(w, 403, "ExpiredTokenException", "expired")
			return
		}
		acceptPart(w, r)
	})
	v := openAt(t, s.URL)
	part := partOf(t, 0, content)
	if _, err := v.UploadPart(t.Context(), "UPLOAD", part, &broken{1 << 20, io.EOF}); err != nil {
		t.Errorf("first: %v", err)
	}
	if _, err := v.UploadPart(t.Context(), "UPLOAD", part, &broken{1 << 20, io.EOF}); err == nil || !strings.Contains(err.Error(), "cannot seek") {
		t.Errorf("a part was sent twice from a pipe: %v", err)
	}
}

func TestCompleteAndAbort(t *testing.T) {
	isolate(t)
	s := serve(t, func(w http.ResponseWriter, r request, _ int) {
		switch {
		case r.Method == http.MethodPost:
			w.Header().Set("X-Amz-Archive-Id", "-ARCHIVE_1")
			w.WriteHeader(http.StatusCreated)
		case strings.HasSuffix(r.URL.Path, "GONE"):
			refuse(w, 404, "ResourceNotFoundException", "The upload ID was not found: GONE")
		case strings.HasSuffix(r.URL.Path, "LOST"):
			refuse(w, 404, "ResourceNotFoundException", "Vault not found for ARN: arn:aws:glacier:us-east-1:1:vaults/photos")
		default:
			w.WriteHeader(http.StatusNoContent)
		}
	})
	v := openAt(t, s.URL)
	hash := treehash.Sum([]byte("x"))
	id, err := v.CompleteUpload(t.Context(), "UPLOAD", vault.Completion{Size: 42, TreeHash: hash})
	if err != nil || id != "-ARCHIVE_1" {
		t.Errorf("archive %q, %v", id, err)
	}
	if r := s.seen()[0]; r.Header.Get("X-Amz-Archive-Size") != "42" || r.Header.Get("X-Amz-Sha256-Tree-Hash") != hash.String() {
		t.Errorf("completed with %v", r.Header)
	}
	for id, class := range map[vault.UploadID]error{"UPLOAD": nil, "GONE": nil, "not/an id": nil, "": nil, "LOST": vault.ErrNotFound} {
		if err := v.AbortUpload(t.Context(), id); !errors.Is(err, class) {
			t.Errorf("abort of %q: %v, want %v", id, err, class)
		}
	}
	for id, class := range map[vault.ArchiveID]error{"-ARCHIVE": nil, "GONE": nil, "../x": nil, "LOST": vault.ErrNotFound} {
		if err := v.DeleteArchive(t.Context(), id); !errors.Is(err, class) {
			t.Errorf("delete of %q: %v, want %v", id, err, class)
		}
	}
	if _, err := v.CompleteUpload(t.Context(), "not/an id", vault.Completion{}); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("complete of an impossible id: %v", err)
	}
}

func TestDescriptions(t *testing.T) {
	isolate(t)
	s := serve(t, func(w http.ResponseWriter, _ request, _ int) {
		w.Header().Set("X-Amz-Multipart-Upload-Id", "UPLOAD")
		w.WriteHeader(http.StatusCreated)
	})
	v := openAt(t, s.URL)
	for _, kept := range []string{"", "a b  c", strings.Repeat("~", 1024), `"quoted" \ <&>`} {
		id, err := v.CreateUpload(t.Context(), vault.UploadRequest{Description: kept, PartSize: 1 << 22})
		if err != nil || id != "UPLOAD" {
			t.Errorf("%q: %q, %v", kept, id, err)
			continue
		}
		r := s.seen()[len(s.seen())-1]
		if got := r.Header.Get("X-Amz-Archive-Description"); got != kept || r.Header.Get("X-Amz-Part-Size") != "4194304" {
			t.Errorf("%q was sent as %q with part size %q", kept, got, r.Header.Get("X-Amz-Part-Size"))
		}
	}
	before := len(s.seen())
	for _, refused := range []string{strings.Repeat("~", 1025), "grün", "two\nlines", " leading", "trailing ", "\x7f"} {
		if _, err := v.CreateUpload(t.Context(), vault.UploadRequest{Description: refused, PartSize: 1 << 22}); !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("%q: %v", refused, err)
		}
	}
	if len(s.seen()) != before {
		t.Error("something was created before it was refused")
	}
}
