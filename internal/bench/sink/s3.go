package main

import (
	"crypto/md5" //nolint:gosec // what S3 calls an ETag is made of it
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// bucket is the S3 part of the sink. It receives objects in parts, and returns the bytes of
// file for each of them. It also returns the properties of an object that a client gave:
// size, checksum, class and tags.
type bucket struct {
	file string // path of the content of all objects; empty: none can be read

	mu      sync.Mutex
	uploads map[string]*object
	objects map[string]*object
}

// object is the properties of an object or of an unfinished upload.
type object struct {
	parts    map[int]part
	size     int64
	etag     string
	crc64    string
	class    string
	tags     []byte
	metadata http.Header
	stored   time.Time
}

type part struct {
	size int64
	md5  [md5.Size]byte // the client's value; zero if it sent none
}

func newBucket(file string) *bucket {
	return &bucket{file: file, uploads: map[string]*object{}, objects: map[string]*object{}}
}

// route adds the paths of S3 to mux: /BUCKET and /BUCKET/KEY, which no vault has.
func (b *bucket) route(mux *http.ServeMux) {
	mux.HandleFunc("/{bucket}", b.whole)
	mux.HandleFunc("GET /{bucket}/{key...}", b.read)
	mux.HandleFunc("PUT /{bucket}/{key...}", b.put)
	mux.HandleFunc("POST /{bucket}/{key...}", b.post)
	mux.HandleFunc("DELETE /{bucket}/{key...}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
}

// whole answers requests for the bucket itself: it exists, keeps no versions and is empty.
func (b *bucket) whole(w http.ResponseWriter, r *http.Request) {
	switch q := r.URL.Query(); {
	case r.Method != http.MethodGet:
		w.WriteHeader(http.StatusOK)
	case q.Has("versioning"):
		answer(w, `<VersioningConfiguration/>`)
	case q.Has("uploads"):
		answer(w, `<ListMultipartUploadsResult/>`)
	case q.Has("location"):
		answer(w, `<LocationConstraint/>`)
	default:
		answer(w, `<ListBucketResult/>`)
	}
}

func (b *bucket) put(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Has("tagging") {
		tags, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		if o := b.find(r); o != nil && err == nil {
			b.mu.Lock()
			o.tags = tags
			b.mu.Unlock()
		}
		return
	}
	size, err := io.Copy(io.Discard, r.Body)
	if err != nil {
		return // the client has gone
	}
	p := part{size: size}
	sum, err := base64.StdEncoding.DecodeString(r.Header.Get("Content-Md5"))
	if err == nil {
		copy(p.md5[:], sum)
	}
	number, err := strconv.Atoi(r.URL.Query().Get("partNumber"))
	b.mu.Lock()
	defer b.mu.Unlock()
	upload := b.uploads[r.URL.Query().Get("uploadId")]
	if err != nil || upload == nil {
		refuse(w, http.StatusNotFound, "NoSuchUpload")
		return
	}
	upload.parts[number] = p
	w.Header().Set("ETag", quoted(p.md5[:]))
}

// post begins and completes uploads.
func (b *bucket) post(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return // the client has gone
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	q := r.URL.Query()
	if q.Has("uploads") {
		id := strconv.Itoa(len(b.uploads) + 1)
		b.uploads[id] = &object{parts: map[int]part{}, class: r.Header.Get("X-Amz-Storage-Class"), metadata: r.Header}
		w.Header().Set("X-Amz-Checksum-Algorithm", r.Header.Get("X-Amz-Checksum-Algorithm"))
		answer(w, fmt.Sprintf(`<InitiateMultipartUploadResult><UploadId>%s</UploadId></InitiateMultipartUploadResult>`, id))
		return
	}
	o := b.uploads[q.Get("uploadId")]
	if o == nil {
		refuse(w, http.StatusNotFound, "NoSuchUpload")
		return
	}
	o.complete(r.Header.Get("X-Amz-Checksum-Crc64nvme"))
	b.objects[r.URL.Path] = o
	answer(w, fmt.Sprintf(`<CompleteMultipartUploadResult><ETag>%s</ETag></CompleteMultipartUploadResult>`, o.etag))
}

// complete computes the properties of the object from the properties of its parts.
func (o *object) complete(crc64 string) {
	all := md5.New() //nolint:gosec // see above
	o.size, o.crc64, o.stored = 0, crc64, time.Now()
	for number := 1; number <= len(o.parts); number++ {
		p := o.parts[number]
		o.size += p.size
		_, _ = all.Write(p.md5[:]) // never fails
	}
	o.etag = fmt.Sprintf(`"%x-%d"`, all.Sum(nil), len(o.parts))
}

// read answers GET and HEAD of an object.
func (b *bucket) read(w http.ResponseWriter, r *http.Request) {
	o := b.find(r)
	if o == nil {
		refuse(w, http.StatusNotFound, "NoSuchKey")
		return
	}
	if r.URL.Query().Has("tagging") {
		b.mu.Lock()
		defer b.mu.Unlock()
		answer(w, string(o.tags))
		return
	}
	h := w.Header()
	for name, values := range o.metadata {
		if strings.HasPrefix(name, "X-Amz-Meta-") {
			h[name] = values
		}
	}
	h.Set("ETag", o.etag)
	h.Set("Content-Type", "application/octet-stream")
	if o.class != "" {
		h.Set("X-Amz-Storage-Class", o.class)
	}
	if o.crc64 != "" && r.Header.Get("Range") == "" {
		h.Set("X-Amz-Checksum-Crc64nvme", o.crc64)
		h.Set("X-Amz-Checksum-Type", "FULL_OBJECT")
	}
	if r.Method == http.MethodHead {
		h.Set("Last-Modified", o.stored.UTC().Format(http.TimeFormat))
		h.Set("Content-Length", strconv.FormatInt(o.size, 10))
		return
	}
	file, err := os.Open(b.file)
	if err != nil {
		refuse(w, http.StatusInternalServerError, "InternalError")
		return
	}
	defer file.Close()
	http.ServeContent(w, r, "", o.stored, file)
}

func (b *bucket) find(r *http.Request) *object {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.objects[r.URL.Path]
}

func quoted(sum []byte) string { return `"` + hex.EncodeToString(sum) + `"` }

func refuse(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	answer(w, `<Error><Code>`+code+`</Code><Message>`+code+`</Message></Error>`)
}

func answer(w http.ResponseWriter, body string) {
	_, _ = io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?>`+body) // a client that has gone needs no answer
}
