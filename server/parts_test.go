package server_test

import (
	"fmt"
	"path"
	"strings"
	"testing"

	"firn/treehash"
)

func TestUploadPartRefused(t *testing.T) {
	s := start(t)
	s.createVault("films")
	to := s.initiate("films", "1048576")
	body := []byte("hello world")
	hash, other := sha(body), sha([]byte("other"))
	place := func(value string) map[string]string { return map[string]string{"Content-Range": value} }
	const invalid, missing = "InvalidParameterValueException", "MissingParameterValueException"
	tests := []struct {
		name    string
		header  map[string]string
		body    []byte
		code    string
		message string
	}{
		{"no range", nil, body, missing, "Required parameter missing: Content-Range"},
		{"empty", place("bytes 0-0/*"), nil, invalid, "Invalid Content-Length: 0"},
		{"not a range", place("bytes 0-10"), body, invalid, "Invalid Content-Range: bytes 0-10"},
		{"behind the end", place("bytes 0-10/10"), body, invalid, "Invalid Content-Range: bytes 0-10/10"},
		{"another length of a size", place("bytes 0-11/12"), body, invalid, "Content-Range: bytes 0-11/12 is incompatible with Content-Length: 11"},
		{
			"short of the end", place("bytes 0-10/12"), body, invalid,
			"Invalid Content-Range: bytes 0-10/12. No archive of that size has this part in an upload with parts of 1048576 bytes.",
		},
		{
			"more than 10,000 parts", place("bytes 0-1048575/10485760001"), pattern(mib), invalid,
			"Invalid Content-Range: bytes 0-1048575/10485760001. No archive of that size has this part in an upload with parts of 1048576 bytes.",
		},
		{"backwards", place("bytes 10-0/*"), body, invalid, "Invalid Content-Range: bytes 10-0/*"},
		{"another length", place("bytes 0-11/*"), body, invalid, "Content-Range: bytes 0-11/* is incompatible with Content-Length: 11"},
		{
			"off the boundary", place("bytes 11-21/*"), body, invalid,
			"Invalid Content-Range: bytes 11-21/*. A part begins at a multiple of the part size, which is 1048576, and is not longer.",
		},
		{
			"longer than a part", place("bytes 0-1048576/*"), pattern(mib + 1), invalid,
			"Invalid Content-Range: bytes 0-1048576/*. A part begins at a multiple of the part size, which is 1048576, and is not longer.",
		},
		{
			"part 10,001", place("bytes 10485760000-10485760010/*"), body, invalid,
			"This is part number 10001 for the current multipart upload. It exceeds the limit of 10000 parts.",
		},
		{
			"wrong tree hash",
			map[string]string{"Content-Range": "bytes 0-10/*", "X-Amz-Sha256-Tree-Hash": other},
			body, invalid,
			"Checksum mismatch: expected " + other + ", computed " + hash,
		},
		{
			"no content hash",
			map[string]string{"Content-Range": "bytes 0-10/*", "X-Amz-Content-Sha256": "-"},
			body, missing,
			"Required parameter missing: x-amz-content-sha256",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s.do(upload("PUT", to, test.body, test.header)).wantError(t, 400, test.code, test.message)
		})
	}
	t.Run("wrong content hash", func(t *testing.T) {
		q := upload("PUT", to, body, map[string]string{"Content-Range": "bytes 0-10/*", "X-Amz-Content-Sha256": other})
		q.payload = other
		s.do(q).wantError(t, 403, "InvalidSignatureException",
			"The value passed in as x-amz-content-sha256 does not match the computed payload hash. "+
				"Computed digest: "+hash+" expected hash: "+other)
	})
	t.Run("no upload", func(t *testing.T) {
		for _, id := range []string{"unknown", "a.b"} {
			s.do(upload("PUT", path.Dir(to)+"/"+id, body, place("bytes 0-10/*"))).
				wantError(t, 404, "ResourceNotFoundException", "The upload ID was not found: "+id)
		}
	})
	t.Run("nothing became visible", func(t *testing.T) {
		if body := s.do(request{method: "GET", path: to}).body; !strings.Contains(body, `"Parts":[]`) {
			t.Errorf("the upload has parts: %s", body)
		}
	})
}

func TestListPartsPages(t *testing.T) {
	s := start(t)
	s.createVault("films")
	to := s.initiate("films", "1048576")
	body := []byte("x") // short parts are taken anywhere
	for i := range 53 {
		s.do(upload("PUT", to, body, map[string]string{
			"Content-Range": fmt.Sprintf("bytes %d-%d/*", i*mib, i*mib),
		})).want(t, 204, "")
	}
	page := func(marker string, from, to_ int) string {
		var parts []string
		for i := from; i < to_; i++ {
			parts = append(parts, fmt.Sprintf(`{"RangeInBytes":"%d-%d","SHA256TreeHash":"%s"}`, i*mib, i*mib, treehash.Sum(body)))
		}
		return `{"ArchiveDescription":"films of 2012","CreationDate":"2013-03-20T17:03:43.221Z","Marker":` + marker +
			`,"MultipartUploadId":"` + path.Base(to) + `","PartSizeInBytes":1048576,"Parts":[` + strings.Join(parts, ",") +
			`],"VaultARN":"` + arnPrefix + `films"}`
	}
	for query, want := range map[string]string{
		"":                         page(`"52428800"`, 0, 50),
		"?marker=52428800":         page("null", 50, 53),
		"?limit=2&marker=1048576":  page(`"3145728"`, 1, 3),
		"?limit=3&marker=52428800": page("null", 50, 53),
	} {
		s.do(request{method: "GET", path: to + query}).want(t, 200, want)
	}
	s.do(request{method: "GET", path: to + "?marker=-1"}).
		wantError(t, 400, "InvalidParameterValueException", "Invalid marker: -1")
}

// Some tools tell the size of the archive with each part, as HTTP has it.
func TestPartsThatTellTheSizeOfTheArchive(t *testing.T) {
	s := start(t)
	s.createVault("films")
	body := pattern(2*mib + 5)
	to := s.initiate("films", "1048576")
	for first := 0; first < len(body); first += mib {
		end := min(first+mib, len(body))
		s.do(upload("PUT", to, body[first:end], map[string]string{
			"Content-Range": fmt.Sprintf("bytes %d-%d/%d", first, end-1, len(body)),
		})).want(t, 204, "")
	}
	s.do(request{method: "POST", path: to, header: map[string]string{
		"X-Amz-Archive-Size": fmt.Sprint(len(body)), "X-Amz-Sha256-Tree-Hash": treehash.Sum(body).String(),
	}}).want(t, 201, "")
}
