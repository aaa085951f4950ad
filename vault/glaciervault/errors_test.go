package glaciervault_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/smithy-go"

	"firn/treehash"
	"firn/vault"
	"firn/vault/glaciervault"
)

func TestTheCodeDecidesTheClass(t *testing.T) {
	isolate(t)
	t.Setenv("AWS_MAX_ATTEMPTS", "5") // must not enable the SDK's retries
	for _, c := range []struct {
		status        int
		code, message string
		class         error
		advice        string
	}{
		{400, "ThrottlingException", "Rate exceeded", vault.ErrThrottled, ""},
		{408, "RequestTimeoutException", "Request timed out.", vault.ErrThrottled, ""},
		{400, "PolicyEnforcedException", "InitiateJob request denied by current data retrieval policy.", vault.ErrLimited, "raise its limit"},
		{503, "InsufficientCapacityException", "no capacity", vault.ErrLimited, "provisioned capacity"},
		{500, "ServiceUnavailableException", "internal", vault.ErrUnavailable, ""},
		{400, "ServiceUnavailableException", "an odd status", vault.ErrUnavailable, ""},
		{500, "InternalFailure", "internal", vault.ErrUnavailable, ""},
		{500, "SomethingNew", "internal", vault.ErrUnavailable, ""},
		{503, "AccessDeniedException", "an odd status", vault.ErrDenied, ""},
		{404, "ResourceNotFoundException", "Vault not found for ARN: arn:aws:glacier:us-east-1:1:vaults/photos", vault.ErrNotFound, ""},
		{403, "AccessDeniedException", "not authorized", vault.ErrDenied, ""},
		{400, "UnrecognizedClientException", "unknown key", vault.ErrDenied, ""},
		{400, "MissingAuthenticationTokenException", "none", vault.ErrDenied, ""},
		{403, "InvalidSignatureException", "The request signature we calculated does not match the signature you provided.", vault.ErrDenied, ""},
		{403, "ExpiredTokenException", "The security token included in the request is expired", vault.ErrDenied, "renew them"},
		{400, "ExpiredToken", "expired", vault.ErrDenied, "renew them"},
		{403, "InvalidSignatureException", "Signature expired: 20260101T000000Z is now earlier than 20260101T010000Z", vault.ErrDenied, "clock"},
		{403, "InvalidSignatureException", "Signature not yet current: 20260101T010000Z", vault.ErrDenied, "clock"},
		{403, "RequestTimeTooSkewed", "too far", vault.ErrDenied, "clock"},
		{400, "NoLongerSupportedException", "closed", vault.ErrDenied, "no new customers"},
		{403, "InvalidSignatureException", "The value passed in as x-amz-content-sha256 does not match the computed payload hash.", vault.ErrGarbled, ""},
		{400, "InvalidParameterValueException", "Checksum mismatch: expected aa, computed bb", vault.ErrChecksum, ""},
		{400, "InvalidParameterValueException", "Invalid x-amz-sha256-tree-hash: zz", vault.ErrChecksum, ""},
		{400, "InvalidParameterValueException", "The job is not currently available for download: J", vault.ErrNotReady, ""},
		{400, "InvalidParameterValueException", "Vault not empty or recently written to: ARN", vault.ErrInvalid, "inventory"},
		{
			400, "InvalidParameterValueException", "Invalid vault name: arn:aws:glacier:us-east-1:012345678901:vaults/v", vault.ErrInvalid,
			"the archive id belongs to another vault, or to one in another region",
		},
		{400, "InvalidParameterValueException", "Invalid vault name: v", vault.ErrInvalid, "the archive id belongs to another vault"},
		{400, "InvalidParameterValueException", "Invalid part size: 3.", vault.ErrInvalid, ""},
		{400, "MissingParameterValueException", "Required parameter missing: API version", vault.ErrInvalid, ""},
		{400, "LimitExceededException", "too many", vault.ErrInvalid, ""},
		{400, "BadRequest", "bad", vault.ErrInvalid, ""},
		{404, "NoSuchKey", "another service", vault.ErrInvalid, ""},
		{418, "SomethingNew", "what is this", vault.ErrInvalid, ""},
		{429, "", "", vault.ErrThrottled, ""},
		{408, "", "", vault.ErrThrottled, ""},
		{407, "", "", vault.ErrDenied, "the proxy requires a name"},
		{413, "", "", vault.ErrInvalid, "smaller parts"},
		{502, "", "", vault.ErrUnavailable, ""},
	} {
		t.Run(http.StatusText(c.status)+" "+c.code, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, _ request, _ int) {
				if c.code == "" {
					w.WriteHeader(c.status)
					return
				}
				refuse(w, c.status, c.code, c.message)
			})
			err := create(t, openAt(t, s.URL))
			if !errors.Is(err, c.class) {
				t.Fatalf("%d %s gives %q, want the class %q", c.status, c.code, err, c.class)
			}
			if !strings.Contains(err.Error(), c.advice) {
				t.Errorf("no advice about %q in %q", c.advice, err)
			}
			if !strings.HasPrefix(err.Error(), `vault "photos": start an upload`) || !strings.Contains(err.Error(), "AAABZpJrTyioDC_Hs") {
				t.Errorf("object or request id are missing: %q", err)
			}
			want := 1
			if c.advice == "renew them" || c.advice == "clock" {
				want = 2
			}
			if n := len(s.seen()); n != want {
				t.Errorf("%d requests, want %d", n, want)
			}
			var api smithy.APIError
			if !errors.As(err, &api) || c.code != "" && api.ErrorCode() != c.code || c.code != "" && api.ErrorMessage() != c.message {
				t.Errorf("the service's own error is not in %q", err)
			}
		})
	}
}

// A part that a proxy refuses for its size, with whatever page, is a PartSizeError.
func TestAPartThatIsTooLarge(t *testing.T) {
	isolate(t)
	body := []byte("cold")
	for status, want := range map[int]int64{413: int64(len(body)), 400: 0, 502: 0} {
		for _, page := range []string{"", "<html>413 Request Entity Too Large</html>"} {
			s := serve(t, func(w http.ResponseWriter, _ request, _ int) { reply(w, status, page) })
			_, err := openAt(t, s.URL).UploadPart(t.Context(), "UPLOAD", vault.Part{
				Size: int64(len(body)), TreeHash: treehash.Sum(body), SHA256: sha256.Sum256(body),
			}, bytes.NewReader(body))
			tooLarge, ok := errors.AsType[*vault.PartSizeError](err)
			if ok != (want > 0) || ok && (tooLarge.TooLarge != want || !errors.Is(err, vault.ErrInvalid)) {
				t.Errorf("%d %s: got %v", status, page, err)
			}
		}
	}
}

func TestAnswersThatMakeNoSenseAreUnavailable(t *testing.T) {
	isolate(t)
	for name, answer := range map[string]func(http.ResponseWriter){
		"page of a proxy": func(w http.ResponseWriter) { reply(w, 502, "<html>Bad gateway</html>") },
		"no upload id":    func(w http.ResponseWriter) { w.WriteHeader(201) },
		"odd upload id": func(w http.ResponseWriter) {
			w.Header().Set("X-Amz-Multipart-Upload-Id", "../../etc")
			w.WriteHeader(201)
		},
		"header without end": func(w http.ResponseWriter) {
			w.Header().Set("X-Long", strings.Repeat("x", 100<<10))
			w.WriteHeader(201)
		},
		"hang up": func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, _ request, _ int) { answer(w) })
			if err := create(t, openAt(t, s.URL)); !errors.Is(err, vault.ErrUnavailable) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestListsThatAreCutOffAreUnavailable(t *testing.T) {
	isolate(t)
	const good = `{"RangeInBytes":"0-1048575","SHA256TreeHash":"` + zeros + `"}`
	for name, answer := range map[string]func(http.ResponseWriter){
		"cut off": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "1000")
			reply(w, 200, `{"Marker":null,"Parts":[`+good)
		},
		"not closed": func(w http.ResponseWriter) { reply(w, 200, `{"Marker":null,"Parts":[`+good) },
		"without end": func(w http.ResponseWriter) {
			_, _ = io.WriteString(w, `{"Marker":"`)
			chunk := strings.Repeat("x", 64<<10)
			for range 64 {
				if _, err := io.WriteString(w, chunk); err != nil {
					return
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, _ request, _ int) { answer(w) })
			var last error
			for _, err := range openAt(t, s.URL).Parts(t.Context(), "UPLOAD") {
				last = err
			}
			if !errors.Is(last, vault.ErrUnavailable) {
				t.Errorf("got %v", last)
			}
		})
	}
}

func TestHugeErrorBodyIsNotRead(t *testing.T) {
	isolate(t)
	s := serve(t, func(w http.ResponseWriter, _ request, _ int) {
		w.WriteHeader(500)
		chunk := strings.Repeat("x", 64<<10)
		for range 1024 {
			if _, err := io.WriteString(w, chunk); err != nil {
				return
			}
		}
		t.Error("64 MiB of an error were read")
	})
	err := create(t, openAt(t, s.URL))
	if !errors.Is(err, vault.ErrUnavailable) || len(err.Error()) > 1000 {
		t.Errorf("an error of %d bytes: %.300q", len(err.Error()), err)
	}
}

func TestServiceWordsAreCutAndQuoted(t *testing.T) {
	isolate(t)
	s := serve(t, func(w http.ResponseWriter, _ request, _ int) {
		refuse(w, 403, "InvalidSignatureException",
			"does not match\x1b[31m"+strings.Repeat("é", 600)+"\n\nThe Canonical String should have been\nx-amz-security-token:"+testToken)
	})
	err := create(t, openAt(t, s.URL))
	if text := err.Error(); strings.Contains(text, testToken) || strings.ContainsAny(text, "\x1b\n") || len(text) > 1000 {
		t.Errorf("the service's words are shown as they come: %q", text)
	}
	var answer *glaciervault.ServiceError
	if !errors.As(err, &answer) || strings.Contains(answer.Message, testToken) {
		t.Errorf("the session token is kept: %+v", answer)
	}
}

func TestNobodyThere(t *testing.T) {
	isolate(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	endpoint := "http://" + listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if err := create(t, openAt(t, endpoint)); !errors.Is(err, vault.ErrUnavailable) || !strings.Contains(err.Error(), "refused") {
		t.Errorf("got %v", err)
	}
}

func TestCancelledCallsGiveTheCause(t *testing.T) {
	isolate(t)
	errCause := errors.New("the user has had enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	s := serve(t, func(_ http.ResponseWriter, r request, _ int) {
		cancel(errCause)
		<-r.Context().Done()
	})
	_, err := openAt(t, s.URL).CreateUpload(ctx, vault.UploadRequest{PartSize: 1 << 20})
	if !errors.Is(err, errCause) || errors.Is(err, vault.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

const zeros = "0000000000000000000000000000000000000000000000000000000000000000"
