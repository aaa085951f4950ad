package server_test

import (
	"regexp"
	"strings"
	"testing"

	"firn/treehash"
)

func TestUploadArchive(t *testing.T) {
	s := start(t)
	s.createVault("films")
	for _, size := range []int{1, mib, mib + 1, 3*mib + 5} {
		body := pattern(size)
		a := s.do(upload("POST", "/-/vaults/films/archives", body, map[string]string{"X-Amz-Archive-Description": "a  b"}))
		a.want(t, 201, "")
		id := a.header.Get("X-Amz-Archive-Id")
		if !regexp.MustCompile(`^[A-Za-z0-9_-]{138}$`).MatchString(id) {
			t.Errorf("archive id %q", id)
		}
		if got, want := a.header.Get("Location"), "/"+account+"/vaults/films/archives/"+id; got != want {
			t.Errorf("Location %q, want %q", got, want)
		}
		if got, want := a.header.Get("X-Amz-Sha256-Tree-Hash"), treehash.Sum(body).String(); got != want {
			t.Errorf("tree hash %s, want %s", got, want)
		}
	}
	s.do(request{method: "GET", path: "/-/vaults/films/multipart-uploads"}).want(t, 200, `{"Marker":null,"UploadsList":[]}`)
}

func TestUploadArchiveRefused(t *testing.T) {
	s := start(t)
	s.createVault("films")
	body := []byte("hello world")
	hash := sha(body)
	other := sha([]byte("other"))
	tests := []struct {
		name    string
		path    string
		header  map[string]string
		body    []byte
		status  int
		code    string
		message string
	}{
		{"no vault", "/-/vaults/none/archives", nil, body, 404, "ResourceNotFoundException", "Vault not found for ARN: " + arnPrefix + "none"},
		{"empty", "", nil, nil, 400, "InvalidParameterValueException", "Invalid Content-Length: 0"},
		{"no tree hash", "", map[string]string{"X-Amz-Sha256-Tree-Hash": "-"}, body, 400, "MissingParameterValueException", "Required parameter missing: x-amz-sha256-tree-hash"},
		{"no content hash", "", map[string]string{"X-Amz-Content-Sha256": "-"}, body, 400, "MissingParameterValueException", "Required parameter missing: x-amz-content-sha256"},
		{"malformed tree hash", "", map[string]string{"X-Amz-Sha256-Tree-Hash": "abc"}, body, 400, "InvalidParameterValueException", "Invalid x-amz-sha256-tree-hash: abc"},
		{"wrong tree hash", "", map[string]string{"X-Amz-Sha256-Tree-Hash": other}, body, 400, "InvalidParameterValueException", "Checksum mismatch: expected " + other + ", computed " + hash},
		{"long description", "", map[string]string{"X-Amz-Archive-Description": strings.Repeat("x", 1025)}, body, 400, "InvalidParameterValueException", "Invalid x-amz-archive-description: it must be at most 1024 printable ASCII characters."},
		{"description in UTF-8", "", map[string]string{"X-Amz-Archive-Description": "Müller"}, body, 400, "InvalidParameterValueException", "Invalid x-amz-archive-description: it must be at most 1024 printable ASCII characters."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := test.path
			if path == "" {
				path = "/-/vaults/films/archives"
			}
			s.do(upload("POST", path, test.body, test.header)).wantError(t, test.status, test.code, test.message)
		})
	}
	t.Run("wrong content hash", func(t *testing.T) {
		q := upload("POST", "/-/vaults/films/archives", body, map[string]string{"X-Amz-Content-Sha256": other})
		q.payload = other
		s.do(q).wantError(t, 403, "InvalidSignatureException",
			"The value passed in as x-amz-content-sha256 does not match the computed payload hash. "+
				"Computed digest: "+hash+" expected hash: "+other)
	})
	t.Run("nothing is left behind", func(t *testing.T) {
		s.do(request{method: "GET", path: "/-/vaults/films/multipart-uploads"}).want(t, 200, `{"Marker":null,"UploadsList":[]}`)
		s.do(request{method: "DELETE", path: "/-/vaults/films"}).want(t, 204, "")
	})
}

func TestDeleteArchive(t *testing.T) {
	s := start(t)
	s.createVault("films")
	id := s.do(upload("POST", "/-/vaults/films/archives", []byte("film"), nil)).header.Get("X-Amz-Archive-Id")
	for range 2 {
		s.do(request{method: "DELETE", path: "/-/vaults/films/archives/" + id}).want(t, 204, "")
	}
	s.do(request{method: "DELETE", path: "/-/vaults/none/archives/" + id}).
		wantError(t, 404, "ResourceNotFoundException", "Vault not found for ARN: "+arnPrefix+"none")
	for path, text := range map[string]string{"..%2f..%2fx": "../../x", "a.b": "a.b", "": ""} {
		s.do(request{method: "DELETE", path: "/-/vaults/films/archives/" + path}).
			wantError(t, 400, "InvalidParameterValueException", "Invalid archive ID: "+text)
	}
}

// An archive is told from one that is nowhere when another vault has it, and stays.
func TestArchiveOfAnotherVault(t *testing.T) {
	s := start(t)
	s.createVault("films")
	s.createVault("photos")
	id := s.do(upload("POST", "/-/vaults/films/archives", []byte("film"), nil)).header.Get("X-Amz-Archive-Id")
	const wrong = "Invalid vault name: " + arnPrefix + "photos"
	ask := func(vault, parameters string) answer {
		return s.do(request{method: "POST", path: "/-/vaults/" + vault + "/jobs", body: []byte(
			`{"Type":"archive-retrieval","ArchiveId":"` + id + `"` + parameters + `}`)})
	}
	for _, parameters := range []string{"", `,"RetrievalByteRange":"0-3"`, `,"Tier":"Bulk"`} {
		ask("photos", parameters).wantError(t, 400, "InvalidParameterValueException", wrong)
	}
	s.do(request{method: "DELETE", path: "/-/vaults/photos/archives/" + id}).wantError(t, 400, "InvalidParameterValueException", wrong)
	ask("films", "").want(t, 202, "")

	s.do(request{method: "DELETE", path: "/-/vaults/films/archives/" + id}).want(t, 204, "")
	s.do(request{method: "DELETE", path: "/-/vaults/photos/archives/" + id}).want(t, 204, "")
	ask("photos", "").wantError(t, 404, "ResourceNotFoundException", "The archive ID was not found: "+id)
}
