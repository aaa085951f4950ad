package s3vault_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"firn/vault"
	"firn/vault/s3vault"
)

// classless answers like a service that stores everything in the class STANDARD.
func classless(aborting int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answer := func(body string) { send(w, http.StatusOK, body, len(body)) }
		q, isTrial := r.URL.Query(), strings.Contains(r.URL.Path, ".firn/")
		switch {
		case r.Method == http.MethodHead && !isTrial:
			w.WriteHeader(http.StatusNotFound)
		case r.Method == http.MethodPost && q.Has("uploads"):
			answer("<InitiateMultipartUploadResult><UploadId>one</UploadId></InitiateMultipartUploadResult>")
		case r.Method == http.MethodGet && q.Has("uploads"):
			answer("<ListMultipartUploadsResult><Upload><Key>june.mov</Key><UploadId>one</UploadId>" +
				"<StorageClass>STANDARD</StorageClass></Upload></ListMultipartUploadsResult>")
		case r.Method == http.MethodGet:
			answer("<ListPartsResult><StorageClass>STANDARD</StorageClass></ListPartsResult>")
		case r.Method == http.MethodPost:
			answer(`<CompleteMultipartUploadResult><ETag>"e"</ETag></CompleteMultipartUploadResult>`)
		case r.Method == http.MethodDelete && q.Has("uploadId"):
			w.WriteHeader(aborting)
		default:
			w.Header().Set("ETag", `"e"`)
		}
	}
}

// If an upload cannot be aborted, the error still says why it should be, and does not allow
// another attempt.
func TestAnUploadOfAnotherClassThatStays(t *testing.T) {
	for _, aborting := range []int{http.StatusNoContent, http.StatusForbidden, http.StatusServiceUnavailable} {
		v := answerWith(t, classless(aborting)).open(t, s3vault.Versions, s3vault.CRC64NVME)
		_, err := v.CreateUpload(t.Context(), vault.UploadRequest{Name: "june.mov", PartSize: partSize})
		wrong, isIt := errors.AsType[*vault.ClassError](err)
		if !isIt || wrong.ID != "" || errors.Is(err, vault.ErrUnavailable) || errors.Is(err, vault.ErrDenied) {
			t.Errorf("%d: got %v, want a ClassError", aborting, err)
		} else if strings.Contains(err.Error(), "is left") != (aborting != http.StatusNoContent) {
			t.Errorf("%d: it says %v", aborting, err)
		}
	}
}

// A service that reports STANDARD for every upload does not report its class.
func TestUploadsOfNoClass(t *testing.T) {
	n := 0
	for u, err := range answerWith(t, classless(http.StatusNoContent)).open(t, s3vault.Versions).Uploads(t.Context()) {
		if n++; err != nil || u.Name != "june.mov" || u.Class != "" {
			t.Errorf("it tells %+v, %v", u, err)
		}
	}
	if n != 1 {
		t.Errorf("%d uploads", n)
	}
}
