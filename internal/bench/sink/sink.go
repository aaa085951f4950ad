package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// The headers of the service's answers (Amazon Glacier developer guide).
const (
	headerUpload   = "X-Amz-Multipart-Upload-Id"
	headerArchive  = "X-Amz-Archive-Id"
	headerTreeHash = "X-Amz-Sha256-Tree-Hash"
)

// sink accepts any account and any vault.
type sink struct {
	delay     time.Duration
	limiter   *rate.Limiter // for the bytes of parts; nil: no limit
	failEvery int64
	parts     atomic.Int64 // number of parts answered so far
	ids       atomic.Int64
}

func newSink(delay time.Duration, bytesPerSecond int, failEvery int64, file string) http.Handler {
	s := &sink{delay: delay, failEvery: failEvery}
	if bytesPerSecond > 0 {
		s.limiter = rate.NewLimiter(rate.Limit(bytesPerSecond), piece)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /{account}/vaults/{vault}", s.created)
	mux.HandleFunc("GET /{account}/vaults/{vault}", s.vault)
	mux.HandleFunc("POST /{account}/vaults/{vault}/archives", s.whole)
	mux.HandleFunc("POST /{account}/vaults/{vault}/multipart-uploads", s.initiate)
	mux.HandleFunc("GET /{account}/vaults/{vault}/multipart-uploads", s.uploads)
	mux.HandleFunc("PUT /{account}/vaults/{vault}/multipart-uploads/{upload}", s.part)
	mux.HandleFunc("GET /{account}/vaults/{vault}/multipart-uploads/{upload}", s.held)
	mux.HandleFunc("POST /{account}/vaults/{vault}/multipart-uploads/{upload}", s.stored)
	mux.HandleFunc("DELETE /{account}/vaults/{vault}/multipart-uploads/{upload}", s.abort)
	newBucket(file).route(mux)
	return mux
}

func (s *sink) created(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Location", r.URL.Path)
	w.WriteHeader(http.StatusCreated)
}

func (s *sink) vault(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("vault")
	reply(w, http.StatusOK, fmt.Sprintf(`{"CreationDate":"2020-01-01T00:00:00.000Z","LastInventoryDate":null,`+
		`"NumberOfArchives":0,"SizeInBytes":0,"VaultARN":"arn:aws:glacier:us-east-1:000000000000:vaults/%s","VaultName":"%s"}`, name, name))
}

func (s *sink) initiate(w http.ResponseWriter, r *http.Request) {
	id := s.id("upload")
	w.Header().Set(headerUpload, id)
	w.Header().Set("Location", r.URL.Path+"/"+id)
	w.WriteHeader(http.StatusCreated)
}

func (s *sink) uploads(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, `{"Marker":null,"UploadsList":[]}`)
}

// part reads the body to its end before it answers, as the service does.
func (s *sink) part(w http.ResponseWriter, r *http.Request) {
	if err := s.discard(r); err != nil {
		return // the client has gone
	}
	if s.delay > 0 {
		select {
		case <-time.After(s.delay):
		case <-r.Context().Done():
			return
		}
	}
	if n := s.parts.Add(1); s.failEvery > 0 && n%s.failEvery == 0 {
		reply(w, http.StatusInternalServerError,
			`{"code":"ServiceUnavailableException","message":"The service is unavailable.","type":"Server"}`)
		return
	}
	w.Header().Set(headerTreeHash, r.Header.Get(headerTreeHash))
	w.WriteHeader(http.StatusNoContent)
}

// piece is the number of bytes that are read at a time with a rate limit.
const piece = 64 << 10

// discard reads a body, at the limited rate if there is one.
func (s *sink) discard(r *http.Request) error {
	if s.limiter == nil {
		_, err := io.Copy(io.Discard, r.Body)
		return err
	}
	for {
		n, err := io.CopyN(io.Discard, r.Body, piece)
		if n > 0 {
			err = errors.Join(s.limiter.WaitN(r.Context(), int(n)), err)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (s *sink) held(w http.ResponseWriter, r *http.Request) {
	reply(w, http.StatusOK, fmt.Sprintf(`{"ArchiveDescription":null,"CreationDate":"2020-01-01T00:00:00.000Z","Marker":null,`+
		`"MultipartUploadId":"%s","PartSizeInBytes":1048576,"Parts":[],"VaultARN":"arn:aws:glacier:us-east-1:000000000000:vaults/%s"}`,
		r.PathValue("upload"), r.PathValue("vault")))
}

// whole receives an archive in one request.
func (s *sink) whole(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return // the client has gone
	}
	s.stored(w, r)
}

func (s *sink) stored(w http.ResponseWriter, r *http.Request) {
	id := s.id("archive")
	w.Header().Set(headerArchive, id)
	w.Header().Set(headerTreeHash, r.Header.Get(headerTreeHash))
	w.Header().Set("Location", "/"+r.PathValue("account")+"/vaults/"+r.PathValue("vault")+"/archives/"+id)
	w.WriteHeader(http.StatusCreated)
}

func (s *sink) abort(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

// id returns a unique id with the length of the service's ids.
func (s *sink) id(kind string) string {
	id := kind + "-" + strconv.FormatInt(s.ids.Add(1), 10)
	return id + strings.Repeat("0", 92-len(id))
}

func reply(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body) // a client that has gone needs no answer
}
