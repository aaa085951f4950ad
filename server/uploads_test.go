package server_test

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"firn/treehash"
)

// putPart sends one part of whole.
func (s *service) putPart(upload_ string, whole []byte, first, last int) answer {
	s.t.Helper()
	return s.do(upload("PUT", upload_, whole[first:last+1], map[string]string{
		"Content-Range": fmt.Sprintf("bytes %d-%d/*", first, last),
	}))
}

func completion(path string, size int, hash string) request {
	return request{method: "POST", path: path, header: map[string]string{
		"X-Amz-Archive-Size": strconv.Itoa(size), "X-Amz-Sha256-Tree-Hash": hash,
	}}
}

func TestMultipartUpload(t *testing.T) {
	s := start(t)
	s.createVault("films")
	whole := pattern(2*mib + 100)
	a := s.do(request{
		method: "POST", path: "/-/vaults/films/multipart-uploads",
		header: map[string]string{"X-Amz-Part-Size": "1048576", "X-Amz-Archive-Description": "films of 2012"},
	})
	a.want(t, 201, "")
	id := a.header.Get("X-Amz-Multipart-Upload-Id")
	if !regexp.MustCompile(`^[A-Za-z0-9_-]{92}$`).MatchString(id) {
		t.Errorf("upload id %q", id)
	}
	if got, want := a.header.Get("Location"), "/"+account+"/vaults/films/multipart-uploads/"+id; got != want {
		t.Errorf("Location %q, want %q", got, want)
	}
	upload := "/-/vaults/films/multipart-uploads/" + id

	description := `"ArchiveDescription":"films of 2012","CreationDate":"2013-03-20T17:03:43.221Z",`
	rest := `"MultipartUploadId":"` + id + `","PartSizeInBytes":1048576,`
	s.do(request{method: "GET", path: "/-/vaults/films/multipart-uploads"}).
		want(t, 200, `{"Marker":null,"UploadsList":[{`+description+rest+`"VaultARN":"`+arnPrefix+`films"}]}`)
	s.do(request{method: "GET", path: upload}).
		want(t, 200, `{`+description+`"Marker":null,`+rest+`"Parts":[],"VaultARN":"`+arnPrefix+`films"}`)

	var listed []string
	for _, first := range []int{2 * mib, 0, mib, 0} {
		last := min(first+mib, len(whole)) - 1
		a := s.putPart(upload, whole, first, last)
		a.want(t, 204, "")
		hash := treehash.Sum(whole[first : last+1]).String()
		if got := a.header.Get("X-Amz-Sha256-Tree-Hash"); got != hash {
			t.Errorf("tree hash of the part %s, want %s", got, hash)
		}
		listed = append(listed, fmt.Sprintf(`{"RangeInBytes":"%d-%d","SHA256TreeHash":"%s"}`, first, last, hash))
	}
	s.do(request{method: "GET", path: upload}).want(t, 200, `{`+description+`"Marker":null,`+rest+
		`"Parts":[`+strings.Join([]string{listed[1], listed[2], listed[0]}, ",")+`],"VaultARN":"`+arnPrefix+`films"}`)

	hash := treehash.Sum(whole).String()
	archive := ""
	for range 2 {
		a := s.do(completion(upload, len(whole), hash))
		a.want(t, 201, "")
		if archive == "" {
			archive = a.header.Get("X-Amz-Archive-Id")
		}
		if got := a.header.Get("X-Amz-Archive-Id"); got == "" || got != archive {
			t.Errorf("archive id %q, want %q", got, archive)
		}
		if got, want := a.header.Get("Location"), "/"+account+"/vaults/films/archives/"+archive; got != want {
			t.Errorf("Location %q, want %q", got, want)
		}
		if got := a.header.Get("X-Amz-Sha256-Tree-Hash"); got != hash {
			t.Errorf("tree hash %s, want %s", got, hash)
		}
	}

	s.do(request{method: "GET", path: "/-/vaults/films/multipart-uploads"}).want(t, 200, `{"Marker":null,"UploadsList":[]}`)
	for _, method := range []string{"GET", "DELETE"} {
		s.do(request{method: method, path: upload}).
			wantError(t, 404, "ResourceNotFoundException", "The upload ID was not found: "+id)
	}
	s.putPart(upload, whole, 0, mib-1).
		wantError(t, 404, "ResourceNotFoundException", "The upload ID was not found: "+id)
}

func TestInitiateRefused(t *testing.T) {
	s := start(t)
	s.createVault("films")
	for _, size := range []string{"0", "1", "1048575", "3145728", "8589934592", "-1048576", "1MiB", "99999999999999999999"} {
		s.do(request{method: "POST", path: "/-/vaults/films/multipart-uploads", header: map[string]string{"X-Amz-Part-Size": size}}).
			wantError(t, 400, "InvalidParameterValueException", "Invalid part size: "+size+". Part size must not be null, "+
				"must be a power of two and be between 1048576 and 4294967296 bytes.")
	}
	s.do(request{method: "POST", path: "/-/vaults/films/multipart-uploads"}).
		wantError(t, 400, "MissingParameterValueException", "Required parameter missing: x-amz-part-size")
	s.do(request{method: "POST", path: "/-/vaults/none/multipart-uploads", header: map[string]string{"X-Amz-Part-Size": "1048576"}}).
		wantError(t, 404, "ResourceNotFoundException", "Vault not found for ARN: "+arnPrefix+"none")
	for _, size := range []string{"1048576", "4294967296"} {
		s.initiate("films", size)
	}
}

func TestCompleteRefusedAndStillOpen(t *testing.T) {
	s := start(t)
	s.createVault("films")
	whole := pattern(2 * mib)
	hash, other := treehash.Sum(whole).String(), sha([]byte("other"))
	upload := s.initiate("films", "1048576")
	missing := func(header string) request {
		q := completion(upload, len(whole), hash)
		delete(q.header, header)
		return q
	}
	s.do(completion(upload, 0, hash)).wantError(t, 400, "InvalidParameterValueException", "Invalid x-amz-archive-size: 0")
	s.do(completion(upload, len(whole), hash)).wantError(t, 400, "InvalidParameterValueException",
		"Invalid x-amz-archive-size: 2097152. The parts of the upload have 0 bytes.")
	s.putPart(upload, whole, mib, 2*mib-1).want(t, 204, "")
	s.do(completion(upload, len(whole), hash)).wantError(t, 400, "InvalidParameterValueException",
		"The upload is not complete: bytes 0-1048575 are missing.")
	s.putPart(upload, whole, 0, 9).want(t, 204, "") // a short part is taken anywhere
	s.do(completion(upload, len(whole), hash)).wantError(t, 400, "InvalidParameterValueException",
		"The upload is not complete: bytes 10-1048575 are missing.")
	s.putPart(upload, whole, 0, mib-1).want(t, 204, "")
	s.do(completion(upload, len(whole)+1, hash)).wantError(t, 400, "InvalidParameterValueException",
		"Invalid x-amz-archive-size: 2097153. The parts of the upload have 2097152 bytes.")
	s.do(completion(upload, len(whole), other)).wantError(t, 400, "InvalidParameterValueException",
		"Invalid x-amz-sha256-tree-hash: "+other)
	s.do(completion(upload, len(whole), "abc")).wantError(t, 400, "InvalidParameterValueException",
		"Invalid x-amz-sha256-tree-hash: abc")
	s.do(missing("X-Amz-Archive-Size")).wantError(t, 400, "MissingParameterValueException",
		"Required parameter missing: x-amz-archive-size")
	s.do(missing("X-Amz-Sha256-Tree-Hash")).wantError(t, 400, "MissingParameterValueException",
		"Required parameter missing: x-amz-sha256-tree-hash")

	s.do(completion(upload, len(whole), hash)).want(t, 201, "")
	for _, id := range []string{"unknown", "a.b"} {
		s.do(completion("/-/vaults/films/multipart-uploads/"+id, 1, other)).
			wantError(t, 404, "ResourceNotFoundException", "The upload ID was not found: "+id)
	}
}

func TestAbortUpload(t *testing.T) {
	s := start(t)
	s.createVault("films")
	upload := s.initiate("films", "1048576")
	whole := pattern(mib)
	s.putPart(upload, whole, 0, mib-1).want(t, 204, "")
	for range 2 {
		s.do(request{method: "DELETE", path: upload}).want(t, 204, "")
	}
	gone := "The upload ID was not found: " + path.Base(upload)
	s.do(request{method: "GET", path: upload}).wantError(t, 404, "ResourceNotFoundException", gone)
	s.putPart(upload, whole, 0, mib-1).wantError(t, 404, "ResourceNotFoundException", gone)
	s.do(completion(upload, mib, treehash.Sum(whole).String())).wantError(t, 404, "ResourceNotFoundException", gone)
	s.do(request{method: "DELETE", path: "/-/vaults/films/multipart-uploads/unknown"}).
		wantError(t, 404, "ResourceNotFoundException", "The upload ID was not found: unknown")
	s.do(request{method: "DELETE", path: "/-/vaults/films"}).want(t, 204, "")
}

func TestListUploadsPages(t *testing.T) {
	s := start(t)
	s.createVault("films")
	var ids []string
	for range 53 {
		ids = append(ids, path.Base(s.initiate("films", "1048576")))
	}
	slices.Sort(ids)
	var got []string
	for _, page := range []struct {
		limit string
		want  int
	}{{"", 50}, {"?limit=2", 2}, {"?limit=1000", 1}} {
		query := page.limit
		if len(got) > 0 {
			query += "&marker=" + ids[len(got)]
		}
		query = "?" + strings.TrimLeft(query, "?&")
		found := regexp.MustCompile(`"MultipartUploadId":"([^"]*)"`).
			FindAllStringSubmatch(s.do(request{method: "GET", path: "/-/vaults/films/multipart-uploads" + query}).body, -1)
		if len(found) != page.want {
			t.Errorf("%q lists %d uploads, want %d", query, len(found), page.want)
		}
		for _, f := range found {
			got = append(got, f[1])
		}
	}
	if !slices.Equal(got, ids) {
		t.Errorf("the pages list\n%v\nwant\n%v", got, ids)
	}
	s.do(request{method: "GET", path: "/-/vaults/films/multipart-uploads?marker=a.b"}).
		wantError(t, 400, "InvalidParameterValueException", "Invalid marker: a.b")
	s.do(request{method: "GET", path: "/-/vaults/none/multipart-uploads"}).
		wantError(t, 404, "ResourceNotFoundException", "Vault not found for ARN: "+arnPrefix+"none")
}
