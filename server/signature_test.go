package server_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

const (
	mismatch = "The request signature we calculated does not match the signature you provided. " +
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
	invalidSignature = "InvalidSignatureException"
)

// spoiling is a way to make a good request a bad one.
type spoiling struct {
	name    string
	change  func(q *request)
	status  int
	code    string
	message string // a beginning of it
}

func header(name, value string) func(q *request) {
	return func(q *request) { q.spoil = func(r *http.Request) { r.Header.Set(name, value) } }
}

func authorization(old, replacement string) func(q *request) {
	return func(q *request) {
		q.spoil = func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), old, replacement, 1))
		}
	}
}

func spoilings() []spoiling {
	now := time.Now().UTC()
	return []spoiling{
		{"no signature", func(q *request) { q.unsigned = true }, 400, "MissingAuthenticationTokenException", "Missing Authentication Token"},
		{"unknown key", func(q *request) {
			q.key = aws.Credentials{AccessKeyID: "AKIDUNKNOWN", SecretAccessKey: secretKey}
		}, 400, "UnrecognizedClientException", "The security token included in the request is invalid."},
		{"unknown key, empty secret", func(q *request) {
			q.key = aws.Credentials{AccessKeyID: "AKIDUNKNOWN"}
		}, 400, "UnrecognizedClientException", ""},
		{"session token", func(q *request) {
			q.key = aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: secretKey, SessionToken: "token"}
		}, 400, "UnrecognizedClientException", ""},
		{"wrong secret", func(q *request) {
			q.key = aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: secretKey + "x"}
		}, 403, invalidSignature, mismatch},
		{"another region", func(q *request) { q.region = "us-west-2" }, 403, invalidSignature, "Credential should be scoped to a valid region, not 'us-west-2'."},
		{"another service", func(q *request) { q.service = "s3" }, 403, invalidSignature, "Credential should be scoped to correct service: 'glacier'."},
		{"stale", func(q *request) { q.at = now.Add(-16 * time.Minute) }, 403, invalidSignature, "Signature expired: "},
		{"from the future", func(q *request) { q.at = now.Add(16 * time.Minute) }, 403, invalidSignature, "Signature not yet current: "},
		{"scope of another day", authorization(now.Format("20060102"), "20120525"), 403, invalidSignature, "Date in Credential scope does not match"},
		{"no date", func(q *request) {
			q.spoil = func(r *http.Request) { r.Header.Del("X-Amz-Date") }
		}, 403, invalidSignature, "The request needs x-amz-date"},
		{"another date", header("X-Amz-Date", now.Add(-time.Minute).Format("20060102T150405Z")), 403, invalidSignature, mismatch},
		{"another algorithm", authorization("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"), 403, invalidSignature, "the Authorization header does not begin with"},
		{"basic authentication", header("Authorization", "Basic dXNlcjpwYXNz"), 403, invalidSignature, "the Authorization header does not begin with"},
		{"empty authorization", header("Authorization", ""), 403, invalidSignature, "the Authorization header does not begin with"},
		{"two authorizations", func(q *request) {
			q.spoil = func(r *http.Request) { r.Header.Add("Authorization", r.Header.Get("Authorization")) }
		}, 403, invalidSignature, "The header authorization occurs twice."},
		{"two dates", func(q *request) {
			q.spoil = func(r *http.Request) { r.Header.Add("X-Amz-Date", r.Header.Get("X-Amz-Date")) }
		}, 403, invalidSignature, "The header x-amz-date occurs twice."},
		{"a header added", header("X-Amz-Archive-Description", "added"), 403, invalidSignature, "The header x-amz-archive-description must be signed."},
		{"a header changed", header("X-Amz-Glacier-Version", "2012-06-02"), 403, invalidSignature, mismatch},
		{"host not signed", authorization("host;", ""), 403, invalidSignature, "The header host must be signed."},
		{"version not signed", authorization(";x-amz-glacier-version", ""), 403, invalidSignature, "The header x-amz-glacier-version must be signed."},
		{"another method", func(q *request) {
			q.spoil = func(r *http.Request) { r.Method = "PATCH" }
		}, 403, invalidSignature, mismatch},
		{"another path", func(q *request) {
			q.spoil = func(r *http.Request) { r.URL.Path += "x" }
		}, 403, invalidSignature, mismatch},
		{"another query", func(q *request) {
			q.spoil = func(r *http.Request) { r.URL.RawQuery = "limit=1" }
		}, 403, invalidSignature, mismatch},
		{"credentials in the query", func(q *request) {
			q.spoil = func(r *http.Request) { r.URL.RawQuery = "X-Amz-Signature=00" }
		}, 403, invalidSignature, "Credentials in the query string are not accepted."},
		{"unsigned payload", func(q *request) {
			q.payload = "UNSIGNED-PAYLOAD"
			q.header = with(q.header, "X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
		}, 400, "InvalidParameterValueException", "Invalid x-amz-content-sha256: UNSIGNED-PAYLOAD"},
		{"a hash that no body has", func(q *request) {
			q.payload = noHash
			q.header = with(q.header, "X-Amz-Content-Sha256", noHash)
		}, 400, "InvalidParameterValueException", "Invalid x-amz-content-sha256: " + noHash},
		{"streaming payload", func(q *request) {
			q.payload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
			q.header = with(q.header, "X-Amz-Content-Sha256", q.payload)
		}, 400, "InvalidParameterValueException", "Invalid x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD"},
		{"another body", func(q *request) {
			q.spoil = func(r *http.Request) {
				body := bytes.Repeat([]byte("y"), max(1, len(q.body)))
				r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			}
		}, 0, "", ""}, // which of the hashes is compared first is the vault's choice
	}
}

func with(header map[string]string, name, value string) map[string]string {
	h := map[string]string{name: value}
	for k, v := range header {
		if k != name {
			h[k] = v
		}
	}
	return h
}

// Every operation refuses every bad request, and nothing changes.
func TestNoRouteAroundTheSignature(t *testing.T) {
	s := start(t)
	s.createVault("films")
	to := s.initiate("films", "1048576")
	archive := s.do(upload("POST", "/-/vaults/films/archives", []byte("film"), nil)).header.Get("X-Amz-Archive-Id")
	body := []byte("hello world")
	operations := map[string]request{
		"ListVaults":              {method: "GET", path: "/-/vaults"},
		"CreateVault":             {method: "PUT", path: "/-/vaults/new"},
		"DescribeVault":           {method: "GET", path: "/-/vaults/films"},
		"DeleteVault":             {method: "DELETE", path: "/-/vaults/films"},
		"UploadArchive":           upload("POST", "/-/vaults/films/archives", body, nil),
		"DeleteArchive":           {method: "DELETE", path: "/-/vaults/films/archives/" + archive},
		"InitiateMultipartUpload": {method: "POST", path: "/-/vaults/films/multipart-uploads", header: map[string]string{"X-Amz-Part-Size": "1048576"}},
		"ListMultipartUploads":    {method: "GET", path: "/-/vaults/films/multipart-uploads"},
		"UploadMultipartPart":     upload("PUT", to, body, map[string]string{"Content-Range": "bytes 0-10/*"}),
		"ListParts":               {method: "GET", path: to},
		"CompleteMultipartUpload": completion(to, len(body), sha(body)),
		"AbortMultipartUpload":    {method: "DELETE", path: to},
		"unknown":                 {method: "GET", path: "/-/vaults/films/nothing"},
		"the root":                {method: "GET", path: "/"},
	}
	observe := func() string {
		var all strings.Builder
		for _, path := range []string{"/-/vaults", "/-/vaults/films/multipart-uploads", to} {
			all.WriteString(s.do(request{method: "GET", path: path}).body)
		}
		return all.String()
	}
	before := observe()
	for name, good := range operations {
		t.Run(name, func(t *testing.T) {
			for _, spoiling := range spoilings() {
				t.Run(spoiling.name, func(t *testing.T) {
					q := good
					spoiling.change(&q)
					a := s.do(q)
					beginning := `{"code":"` + spoiling.code
					if spoiling.message != "" {
						beginning += `","message":"` + spoiling.message
					}
					asWanted := a.status == spoiling.status && strings.HasPrefix(a.body, beginning)
					if spoiling.status == 0 {
						asWanted = a.status >= 400 && a.status < 500
					}
					if !asWanted {
						t.Errorf("answer %d %s\nwant %d %s %s", a.status, a.body, spoiling.status, spoiling.code, spoiling.message)
					}
				})
			}
		})
	}
	if after := observe(); after != before {
		t.Errorf("something changed\nbefore %s\nafter  %s", before, after)
	}
}

// Clients differ in what they sign, and all of these are good.
func TestSignaturesOfOtherClients(t *testing.T) {
	s := start(t)
	s.createVault("films")
	t.Run("no spaces in the header", func(t *testing.T) {
		q := request{method: "GET", path: "/-/vaults/films"}
		q.spoil = func(r *http.Request) {
			r.Header.Set("Authorization", strings.ReplaceAll(r.Header.Get("Authorization"), ", ", ","))
		}
		s.do(q).want(t, 200, describeBody("films"))
	})
	t.Run("content hash also without a body", func(t *testing.T) {
		s.do(request{method: "GET", path: "/-/vaults/films", header: map[string]string{"X-Amz-Content-Sha256": sha(nil)}}).
			want(t, 200, describeBody("films"))
	})
	t.Run("headers that are not signed", func(t *testing.T) {
		q := upload("POST", "/-/vaults/films/archives", []byte("x"), map[string]string{"X-Amz-Archive-Description": "  a   b "})
		q.spoil = func(r *http.Request) {
			r.Header.Set("User-Agent", "Boto/2.49.0")
			r.Header.Set("X-Amzn-Trace-Id", "Root=1")
			r.Header.Set("Accept", "*/*")
		}
		s.do(q).want(t, 201, "")
	})
	t.Run("a clock that is a little off", func(t *testing.T) {
		for _, off := range []time.Duration{-14 * time.Minute, 14 * time.Minute} {
			s.do(request{method: "GET", path: "/-/vaults/films", at: time.Now().Add(off)}).want(t, 200, describeBody("films"))
		}
	})
}

// A wrong claim about the body of an operation that has none is refused too.
func TestContentHashOfOtherOperations(t *testing.T) {
	s := start(t)
	wrong := sha([]byte("other"))
	s.do(request{method: "PUT", path: "/-/vaults/films", header: map[string]string{"X-Amz-Content-Sha256": wrong}, payload: wrong}).
		wantError(t, 403, invalidSignature, "The value passed in as x-amz-content-sha256 does not match the computed payload hash. "+
			"Computed digest: "+sha(nil)+" expected hash: "+wrong)
	s.do(request{method: "GET", path: "/-/vaults"}).want(t, 200, `{"Marker":null,"VaultList":[]}`)
	big := make([]byte, mib+1)
	s.do(request{method: "PUT", path: "/-/vaults/films", body: big}).
		wantError(t, 400, "MissingParameterValueException", "Required parameter missing: x-amz-content-sha256")
	s.do(request{method: "PUT", path: "/-/vaults/films", body: big, header: map[string]string{"X-Amz-Content-Sha256": sha(big)}}).
		wantError(t, 400, "InvalidParameterValueException", "Invalid Content-Length: 1048577")
}

// noHash has the form of a hash and is that of nothing.
const noHash = "0000000000000000000000000000000000000000000000000000000000000000"
