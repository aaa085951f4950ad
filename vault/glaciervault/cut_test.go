package glaciervault_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"firn/treehash"
	"firn/vault"
	"firn/vault/glaciervault"
	"firn/vault/vaulttest"
)

// ask makes one request.
type ask func(ctx context.Context, v *glaciervault.Vault, a *glaciervault.Account) error

func firstOf[T any](list func(func(T, error) bool)) (first error) {
	for _, err := range list {
		return err
	}
	return nil
}

// asks returns all operations for which a vault is used.
func asks() map[string]ask {
	part := []byte("cold")
	return map[string]ask{
		"create": func(ctx context.Context, v *glaciervault.Vault, _ *glaciervault.Account) error {
			_, err := v.CreateUpload(ctx, vault.UploadRequest{PartSize: 1 << 20})
			return err
		},
		"part": func(ctx context.Context, v *glaciervault.Vault, _ *glaciervault.Account) error {
			sums := treehash.Sum(part)
			_, err := v.UploadPart(ctx, "UPLOAD", vault.Part{Size: int64(len(part)), TreeHash: sums}, bytes.NewReader(part))
			return err
		},
		"complete": func(ctx context.Context, v *glaciervault.Vault, _ *glaciervault.Account) error {
			_, err := v.CompleteUpload(ctx, "UPLOAD", vault.Completion{Size: 4, TreeHash: treehash.Sum(part)})
			return err
		},
		"abort": func(ctx context.Context, v *glaciervault.Vault, _ *glaciervault.Account) error {
			return v.AbortUpload(ctx, "UPLOAD")
		},
		"parts": func(ctx context.Context, v *glaciervault.Vault, _ *glaciervault.Account) error {
			return firstOf(v.Parts(ctx, "UPLOAD"))
		},
		"uploads": func(ctx context.Context, v *glaciervault.Vault, _ *glaciervault.Account) error {
			return firstOf(v.Uploads(ctx))
		},
		"start a job": func(ctx context.Context, v *glaciervault.Vault, _ *glaciervault.Account) error {
			_, err := v.StartJob(ctx, vault.JobRequest{Kind: vault.RetrieveInventory})
			return err
		},
		"job": func(ctx context.Context, v *glaciervault.Vault, _ *glaciervault.Account) error {
			_, err := v.Job(ctx, "JOB")
			return err
		},
		"jobs": func(ctx context.Context, v *glaciervault.Vault, _ *glaciervault.Account) error {
			return firstOf(v.Jobs(ctx))
		},
		"output": func(ctx context.Context, v *glaciervault.Vault, _ *glaciervault.Account) error {
			_, err := v.OpenOutput(ctx, "JOB", vault.Range{Size: 4})
			return err
		},
		"inventory": func(ctx context.Context, v *glaciervault.Vault, _ *glaciervault.Account) error {
			return firstOf(v.Inventory(ctx, "JOB", ""))
		},
		"delete": func(ctx context.Context, v *glaciervault.Vault, _ *glaciervault.Account) error {
			return v.DeleteArchive(ctx, "ARCHIVE")
		},
		"vaults": func(ctx context.Context, _ *glaciervault.Vault, a *glaciervault.Account) error {
			return firstOf(a.Vaults(ctx, ""))
		},
		"delete a vault": func(ctx context.Context, _ *glaciervault.Vault, a *glaciervault.Account) error {
			return a.DeleteVault(ctx, "photos")
		},
		"tags": func(ctx context.Context, _ *glaciervault.Vault, a *glaciervault.Account) error {
			_, err := a.Tags(ctx, "photos")
			return err
		},
		"lock": func(ctx context.Context, _ *glaciervault.Vault, a *glaciervault.Account) error {
			_, err := a.StartLock(ctx, "photos", `{"Statement":[]}`)
			return err
		},
		"capacity": func(ctx context.Context, _ *glaciervault.Vault, a *glaciervault.Account) error {
			_, err := a.BuyCapacity(ctx)
			return err
		},
	}
}

// wantLost checks that an answer counts as lost, and not as one of the service.
func wantLost(t *testing.T, err error) {
	t.Helper()
	vaulttest.WantLost(t, err)
	if told := (*glaciervault.ServiceError)(nil); errors.As(err, &told) {
		t.Errorf("the service is said to have answered: %v", err)
	}
}

// cut is an answer that the service would not send.
type cut struct {
	body   string
	length int // as announced
	header map[string]string
}

// send sends the answer and closes the connection.
func (c cut) send(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(c.length))
	for name, value := range c.header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, c.body)
}

// cuts returns damaged forms of a document.
func cuts(document string) map[string]cut {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = io.WriteString(z, document)
	_ = z.Close()
	whole := func(body string) cut { return cut{body: body, length: len(body)} }
	half, page := document[:20], "<html><body>403 Forbidden</body></html>"
	return map[string]cut{
		"after the header":      {length: len(document)},
		"in the middle":         {body: half, length: len(document)},
		"before its end":        {body: document[:len(document)-1], length: len(document)},
		"shorter than it says":  {body: document, length: len(document) + 1},
		"in the middle, by all": whole(half),
		"empty":                 whole(""),
		"a page":                whole(page),
		"no object":             whole(`"Forbidden"`),
		"zipped":                {body: zipped.String(), length: zipped.Len(), header: map[string]string{"Content-Encoding": "gzip"}},
	}
}

// TestCutRefusalsAreLost: for every operation and every code.
func TestCutRefusalsAreLost(t *testing.T) {
	isolate(t)
	refusals := []struct {
		status        int
		code, message string
	}{
		{400, "ThrottlingException", "Rate exceeded"},
		{403, "ExpiredTokenException", "The security token included in the request is expired"},
		{400, "InvalidParameterValueException", "The job is not currently available for download: J"},
		{400, "InvalidParameterValueException", "Checksum mismatch: expected aa, computed bb"},
		{404, "ResourceNotFoundException", "Vault not found for ARN: arn"},
	}
	for i, r := range refusals {
		document, err := json.Marshal(map[string]string{"code": r.code, "message": r.message, "type": "Client"})
		if err != nil {
			t.Fatal(err)
		}
		ways := cuts(string(document))
		ways["no code"] = cut{body: `{"message":"Forbidden"}`, length: 23}
		for way, c := range ways {
			s := serve(t, func(w http.ResponseWriter, _ request, _ int) { c.send(w, r.status) })
			v, a := openAt(t, s.URL), accountAt(t, s.URL)
			for name, ask := range asks() {
				if i > 0 && name != "part" && name != "start a job" && name != "job" {
					continue // one code is enough for all operations
				}
				t.Run(fmt.Sprintf("%s/%s/%s", r.code, way, name), func(t *testing.T) {
					before := len(s.seen())
					wantLost(t, ask(t.Context(), v, a))
					if n := len(s.seen()) - before; n != 1 {
						t.Errorf("%d requests", n)
					}
				})
			}
		}
	}
}

// TestRefusalsCutAnywhere: only a complete refusal counts.
func TestRefusalsCutAnywhere(t *testing.T) {
	isolate(t)
	const document = `{"code":"ResourceNotFoundException","message":"The job was not found","type":"Client"}`
	at, announced := 0, 0
	s := serve(t, func(w http.ResponseWriter, _ request, _ int) {
		cut{body: document[:at], length: announced}.send(w, 404)
	})
	v := openAt(t, s.URL)
	for at = range len(document) {
		for _, announced = range []int{at, len(document)} {
			_, err := v.Job(t.Context(), "JOB")
			wantLost(t, err)
		}
	}
	at, announced = len(document), len(document)
	if _, err := v.Job(t.Context(), "JOB"); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("the whole refusal: %v", err)
	}
}

// TestSuccessCutAnywhere: a truncated list is not taken for a shorter or an empty list.
func TestSuccessCutAnywhere(t *testing.T) {
	isolate(t)
	for name, document := range map[string]string{
		"parts":   `{"Marker":null,"Parts":[{"RangeInBytes":"0-1048575","SHA256TreeHash":"` + zeros + `"}]}`,
		"uploads": `{"Marker":null,"UploadsList":[{"MultipartUploadId":"U"}]}`,
		"jobs":    `{"Marker":null,"JobList":[{"JobId":"J","Action":"InventoryRetrieval","StatusCode":"InProgress","CreationDate":"2026-01-02T03:04:05.000Z"}]}`,
		"vaults":  `{"Marker":null,"VaultList":[{"VaultName":"v"}]}`,
		"tags":    `{"Tags":{"a":"b"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			body, announced := "", 0
			s := serve(t, func(w http.ResponseWriter, _ request, _ int) { cut{body: body, length: announced}.send(w, 200) })
			v, a, ask := openAt(t, s.URL), accountAt(t, s.URL), asks()[name]
			for at := range len(document) {
				body = document[:at]
				announced = len(document)
				err := ask(t.Context(), v, a)
				wantLost(t, err)
				if errors.Is(err, vault.ErrGarbled) {
					t.Errorf("cut on the way at byte %d: %v", at, err)
				}
				announced = at
				err = ask(t.Context(), v, a)
				wantLost(t, err)
				if !errors.Is(err, vault.ErrGarbled) {
					t.Errorf("cut by the server at byte %d: %v", at, err)
				}
			}
			for _, body = range []string{`null`, `[]`, "<html></html>", `{}`, `{"message":"welcome"}`} {
				announced = len(body)
				err := ask(t.Context(), v, a)
				if isTags := name == "tags" && body[0] == '{'; !isTags && !errors.Is(err, vault.ErrGarbled) { // of which there may be none
					t.Errorf("%s: %v", body, err)
				}
			}
			body, announced = document, len(document)
			if err := ask(t.Context(), v, a); err != nil {
				t.Errorf("the whole list: %v", err)
			}
		})
	}
}

// TestPagesAreNoSuccess: a server that answers 200 to everything has deleted nothing.
func TestPagesAreNoSuccess(t *testing.T) {
	isolate(t)
	for _, page := range []string{"<!DOCTYPE html><html></html>", "\n <HTML>log in</HTML>"} {
		s := serve(t, func(w http.ResponseWriter, _ request, _ int) { reply(w, 200, page) })
		for name, ask := range asks() {
			err := ask(t.Context(), openAt(t, s.URL), accountAt(t, s.URL))
			if isOutput := slices.Contains([]string{"output", "inventory"}, name); !isOutput && !errors.Is(err, vault.ErrGarbled) || err == nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// TestWhoAnswered: once the service has answered, a strange answer may pass.
func TestWhoAnswered(t *testing.T) {
	isolate(t)
	strange := true
	s := serve(t, func(w http.ResponseWriter, _ request, _ int) {
		if strange {
			w.WriteHeader(403)
			return
		}
		refuse(w, 400, "ThrottlingException", "Rate exceeded")
	})
	v := openAt(t, s.URL)
	if err := create(t, v); !errors.Is(err, vault.ErrUnanswered) || !strings.Contains(err.Error(), "check the endpoint") {
		t.Errorf("before the service has answered: %v", err)
	}
	strange = false
	if err := create(t, v); !errors.Is(err, vault.ErrThrottled) {
		t.Error(err)
	}
	strange = true
	if err := create(t, v); !errors.Is(err, vault.ErrUnavailable) || errors.Is(err, vault.ErrUnanswered) {
		t.Errorf("after the service has answered: %v", err)
	}
}

// TestChangedOnTheWay: a part is read again from its source; other requests are only
// repeated.
func TestChangedOnTheWay(t *testing.T) {
	isolate(t)
	s := serve(t, func(w http.ResponseWriter, _ request, _ int) {
		refuse(w, 403, "InvalidSignatureException", "The value passed in as x-amz-content-sha256 does not match the computed payload hash.")
	})
	for name, class := range map[string]error{"part": vault.ErrChecksum, "create": vault.ErrGarbled, "start a job": vault.ErrGarbled} {
		err := asks()[name](t.Context(), openAt(t, s.URL), accountAt(t, s.URL))
		if !errors.Is(err, class) || errors.Is(err, vault.ErrChecksum) != (class == vault.ErrChecksum) { //nolint:errorlint // the table's own values
			t.Errorf("%s: %v", name, err)
		}
	}
}
