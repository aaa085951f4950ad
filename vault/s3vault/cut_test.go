package s3vault_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"testing"

	"firn/treehash"
	"firn/vault"
	"firn/vault/s3vault"
	"firn/vault/vaulttest"
)

func firstOf[T any](list iter.Seq2[T, error]) (first error) {
	for _, err := range list {
		return err
	}
	return nil
}

// uploadOf returns the id of an upload in parts of 5 MiB.
func uploadOf(t *testing.T) vault.UploadID {
	t.Helper()
	s := answerWith(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			w.WriteHeader(404)
			return
		}
		const document = `<InitiateMultipartUploadResult><UploadId>U</UploadId></InitiateMultipartUploadResult>`
		send(w, 200, document, len(document))
	})
	id, err := s.open(t, s3vault.Versions).CreateUpload(t.Context(), vault.UploadRequest{Name: "june.tar", PartSize: 5 << 20})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

type ask func(ctx context.Context, v *s3vault.Vault) error

// asks returns the operations with refusals that have a body; each is the first request of
// a call.
func asks(upload vault.UploadID) map[string]ask {
	content := []byte("cold")
	part := vault.Part{Size: int64(len(content)), TreeHash: treehash.Sum(content), CRC64: 1}
	return map[string]ask{
		"part": func(ctx context.Context, v *s3vault.Vault) error {
			_, err := v.UploadPart(ctx, upload, part, bytes.NewReader(content))
			return err
		},
		"complete": func(ctx context.Context, v *s3vault.Vault) error {
			done := part
			done.Receipt = done.CRC64.String() + ` "etag"` // with all checksums there is no request before it
			_, err := v.CompleteUpload(ctx, upload, vault.Completion{Size: part.Size, TreeHash: part.TreeHash, Parts: []vault.Part{done}})
			return err
		},
		"abort":   func(ctx context.Context, v *s3vault.Vault) error { return v.AbortUpload(ctx, upload) },
		"parts":   func(ctx context.Context, v *s3vault.Vault) error { return firstOf(v.Parts(ctx, upload)) },
		"uploads": func(ctx context.Context, v *s3vault.Vault) error { return firstOf(v.Uploads(ctx)) },
		"jobs":    func(ctx context.Context, v *s3vault.Vault) error { return firstOf(v.Jobs(ctx)) },
		"delete":  func(ctx context.Context, v *s3vault.Vault) error { return v.DeleteArchive(ctx, "june.tar") },
	}
}

// wantLost checks that an answer counts as lost, and not as one of the service.
func wantLost(t *testing.T, err error) {
	t.Helper()
	vaulttest.WantLost(t, err)
	if told := (*s3vault.ServiceError)(nil); errors.As(err, &told) {
		t.Errorf("the service is said to have answered: %v", err)
	}
}

// TestCutRefusalsAreLost: for every operation and every code.
func TestCutRefusalsAreLost(t *testing.T) {
	upload := uploadOf(t)
	for code, status := range map[string]int{
		"NoSuchUpload": 404, "NoSuchBucket": 404, "AccessDenied": 403, "ExpiredToken": 400, "BadDigest": 400,
		"SlowDown": 503, "PreconditionFailed": 412, "InvalidObjectState": 403, "NotImplemented": 501,
	} {
		document := `<?xml version="1.0" encoding="UTF-8"?><Error><Code>` + code + `</Code><Message>m</Message></Error>`
		for way, c := range map[string]struct {
			body      string
			announced int
		}{
			"after the header":     {"", len(document)},
			"in the code":          {document[:53], len(document)},
			"before its end":       {document[:len(document)-1], len(document)},
			"shorter than it says": {document, len(document) + 1},
			"in the code, by all":  {document[:53], 53},
			"empty":                {"", 0},
			"a page":               {"<html><head><title>no</title></head></html>", 43},
			"not even XML":         {"forbidden", 9},
			"no code":              {"<Error></Error>", 15},
		} {
			isCut := c.announced > len(c.body)
			if status >= 500 && !isCut {
				continue // repeated in any case
			}
			s := answerWith(t, func(w http.ResponseWriter, _ *http.Request) { send(w, status, c.body, c.announced) })
			v := s.open(t, s3vault.Versions, s3vault.Tagging)
			for name, ask := range asks(upload) {
				t.Run(fmt.Sprintf("%s/%s/%s", code, way, name), func(t *testing.T) {
					before := s.asked.Load()
					wantLost(t, ask(t.Context(), v))
					if n := s.asked.Load() - before; n != 1 {
						t.Errorf("%d requests", n)
					}
				})
			}
		}
	}
}

// TestHeadSaysEnough: by protocol its answer has no body.
func TestHeadSaysEnough(t *testing.T) {
	for status, class := range map[int]error{403: vault.ErrDenied, 404: vault.ErrNotFound} {
		s := answerWith(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		_, err := s.open(t, s3vault.Versions).StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: "june.tar"})
		if !errors.Is(err, class) {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// lists returns a document for each list, with two entries.
func lists() map[string]string {
	return map[string]string{
		"parts": `<ListPartsResult><IsTruncated>false</IsTruncated><Part><PartNumber>1</PartNumber><ETag>a</ETag><Size>5</Size></Part>` +
			`<Part><PartNumber>2</PartNumber><ETag>b</ETag><Size>5</Size></Part></ListPartsResult>`,
		"jobs": `<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a</Key><Size>1</Size></Contents>` +
			`<Contents><Key>b</Key><Size>1</Size></Contents></ListBucketResult>`,
		"uploads": `<ListMultipartUploadsResult><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>`,
	}
}

// TestListsCutAnywhere: a truncated list is not taken for a shorter or an empty list.
func TestListsCutAnywhere(t *testing.T) {
	upload := uploadOf(t)
	for name, document := range lists() {
		t.Run(name, func(t *testing.T) {
			body, announced := "", 0
			s := answerWith(t, func(w http.ResponseWriter, _ *http.Request) { send(w, 200, body, announced) })
			v, ask := s.open(t, s3vault.Versions), asks(upload)[name]
			for at := range len(document) {
				body, announced = document[:at], len(document)
				err := ask(t.Context(), v)
				if wantLost(t, err); errors.Is(err, vault.ErrGarbled) {
					t.Errorf("cut on the way at byte %d: %v", at, err)
				}
				announced = at
				err = ask(t.Context(), v)
				if wantLost(t, err); !errors.Is(err, vault.ErrGarbled) {
					t.Errorf("cut by the server at byte %d: %v", at, err)
				}
			}
			for _, body = range []string{"<html></html>", "<VersioningConfiguration/>", `{"Contents":[]}`} {
				announced = len(body)
				if err := ask(t.Context(), v); !errors.Is(err, vault.ErrGarbled) {
					t.Errorf("%s: %v", body, err)
				}
			}
			body, announced = document, len(document)
			if err := ask(t.Context(), v); err != nil {
				t.Errorf("the whole list: %v", err)
			}
		})
	}
}

// TestVersioningIsTold: an empty answer does not mean that the bucket has no versions.
func TestVersioningIsTold(t *testing.T) {
	for _, body := range []string{"", "<html></html>", "<VersioningConfiguration>"} {
		s := answerWith(t, func(w http.ResponseWriter, _ *http.Request) { send(w, 200, body, len(body)) })
		if err := s.open(t).DeleteArchive(t.Context(), "june.tar"); !errors.Is(err, vault.ErrGarbled) || s.asked.Load() != 1 {
			t.Errorf("%q: %v after %d requests", body, err, s.asked.Load())
		}
	}
}

// TestRefusalsAboutTheWay: refusals because a request was changed on the way are repeated.
func TestRefusalsAboutTheWay(t *testing.T) {
	upload := uploadOf(t)
	for _, c := range []struct {
		code  string
		ask   string
		class error
	}{
		{"IncompleteBody", "part", vault.ErrGarbled},
		{"MissingContentLength", "part", vault.ErrGarbled},
		{"RequestTimeout", "part", vault.ErrThrottled},
		{"BadDigest", "part", vault.ErrChecksum},
		{"XAmzContentSHA256Mismatch", "part", vault.ErrChecksum},
		{"XAmzContentSHA256Mismatch", "complete", vault.ErrGarbled},
		{"IncompleteBody", "complete", vault.ErrGarbled},
		{"BadDigest", "complete", vault.ErrChecksum},
	} {
		document := `<Error><Code>` + c.code + `</Code></Error>`
		s := answerWith(t, func(w http.ResponseWriter, _ *http.Request) { send(w, 400, document, len(document)) })
		err := asks(upload)[c.ask](t.Context(), s.open(t, s3vault.Versions, s3vault.Tagging))
		if !errors.Is(err, c.class) || errors.Is(err, vault.ErrChecksum) && errors.Is(err, vault.ErrUnavailable) {
			t.Errorf("%s of %s: %v", c.code, c.ask, err)
		}
	}
}
