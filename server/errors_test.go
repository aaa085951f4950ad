package server_test

import (
	"fmt"
	"strings"
	"testing"

	"firn/treehash"
)

// What no operation takes is refused by every one of them, with an error that the
// model declares for it (service.do looks).
func TestErrorsOfEveryOperation(t *testing.T) {
	s := start(t, manyKeys)
	s.createVault("films")
	for _, name := range s.model.names() {
		op := s.model.Operations[name]
		at := func(account, vault, id string) request {
			return upload(op.HTTP.Method, strings.NewReplacer(
				"{accountId}", account, "{vaultName}", vault,
				"{archiveId}", id, "{uploadId}", id, "{jobId}", id, "{lockId}", id,
			).Replace(op.HTTP.RequestURI), []byte("{"), nil)
		}
		const none, malformed = "none", "no%20id"
		unsigned, old := at("-", "films", none), at("-", "films", none)
		unsigned.unsigned = true
		old.header["X-Amz-Glacier-Version"] = "-"
		s.do(unsigned).wantStatus(t, 400, "MissingAuthenticationTokenException")
		s.do(old).wantStatus(t, 400, "MissingParameterValueException")
		s.do(at(otherAccount, "films", none)).wantStatus(t, 403, "AccessDeniedException")
		s.do(at("-", "films", none))
		s.do(at("-", "films", malformed))
		s.do(at("-", "nothing", none))
		s.do(at("-", malformed, malformed))
	}
}

// refused is a request that an operation refuses, with the code that it has for it.
type refused struct {
	operation, code string
	path            string
	header          map[string]string
	body            string
}

// Each operation refuses what is wrong with its own parameters. One that is missing
// here fails the test, as does a code that the model does not declare.
func TestErrorsOfEachOperation(t *testing.T) {
	s, _ := startSlow(t)
	archive := s.store([]byte("film"), "")
	open := s.initiate("films", "1048576")
	running := s.job(`{"Type":"archive-retrieval","ArchiveId":"` + archive + `"}`)
	s.do(request{method: "POST", path: "/-/vaults/films/lock-policy", body: withPolicy(t, statement("Deny", `"*"`, "glacier:DeleteArchive", ""))}).want(t, 201, "")
	for range 2 {
		s.do(request{method: "POST", path: "/-/provisioned-capacity"}).want(t, 201, "")
	}
	for i := range 5 {
		s.do(request{method: "POST", path: "/-/vaults/films/tags?operation=add", body: []byte(tenTags(i))}).want(t, 204, "")
	}
	s.do(request{method: "PUT", path: "/-/policies/data-retrieval", body: []byte(`{"Policy":{"Rules":[{"Strategy":"BytesPerHour","BytesPerHour":1}]}}`)}).want(t, 204, "")

	// These two take nothing but an account.
	tried := map[string]bool{"GetDataRetrievalPolicy": true, "ListProvisionedCapacity": true}
	names := strings.NewReplacer("{archive}", archive, "{open}", open, "{running}", running, "{films}", "/-/vaults/films", "{none}", "/-/vaults/none")
	for _, r := range badRequests() {
		op := s.model.Operations[r.operation]
		q := upload(op.HTTP.Method, names.Replace(r.path), []byte(names.Replace(r.body)), r.header)
		if s.model.find(q.method, q.path) != op {
			t.Errorf("%s %s is not %s", q.method, q.path, r.operation)
		}
		a := s.do(q)
		if code := s.model.checkError(t, op, a); code != r.code {
			t.Errorf("%s: answer %d %s, want %s", r.operation, a.status, a.body, r.code)
		}
		tried[r.operation] = true
	}
	for _, name := range s.model.names() {
		if !tried[name] {
			t.Errorf("%s is never refused anything", name)
		}
	}
	// None of these did anything.
	s.do(request{method: "GET", path: open}).want(t, 200, fmt.Sprintf(`{"ArchiveDescription":"films of 2012","CreationDate":"%s","Marker":null,`+
		`"MultipartUploadId":"%s","PartSizeInBytes":1048576,"Parts":[],"VaultARN":"%sfilms"}`,
		"2013-03-20T17:03:43.221Z", open[strings.LastIndex(open, "/")+1:], arnPrefix))
}

// tenTags is a request for ten tags, which differ by i.
func tenTags(i int) string {
	var tags []string
	for j := range 10 {
		tags = append(tags, fmt.Sprintf(`"%d-%d":""`, i, j))
	}
	return `{"Tags":{` + strings.Join(tags, ",") + `}}`
}

func badRequests() []refused {
	const (
		notFound = "ResourceNotFoundException"
		invalid  = "InvalidParameterValueException"
		missing  = "MissingParameterValueException"
		noJSON   = "SerializationException"
		denied   = "AccessDeniedException"
		limited  = "LimitExceededException"
		unsigned = "InvalidSignatureException"
	)
	wrong := treehash.Sum([]byte("another film")).String()
	return []refused{
		{"CreateVault", invalid, "/-/vaults/no%20vault", nil, ""},
		{"DescribeVault", notFound, "{none}", nil, ""},
		{"DeleteVault", invalid, "{films}", nil, ""},
		{"ListVaults", invalid, "/-/vaults?limit=0", nil, ""},
		{"ListVaults", invalid, "/-/vaults?marker=films", nil, ""},

		{"UploadArchive", notFound, "{none}/archives", nil, "film"},
		{"UploadArchive", invalid, "{films}/archives", nil, ""},
		{"UploadArchive", missing, "{films}/archives", map[string]string{"X-Amz-Sha256-Tree-Hash": "-"}, "film"},
		{"UploadArchive", missing, "{films}/archives", map[string]string{"X-Amz-Content-Sha256": "-"}, "film"},
		{"UploadArchive", invalid, "{films}/archives", map[string]string{"X-Amz-Sha256-Tree-Hash": "film"}, "film"},
		{"UploadArchive", invalid, "{films}/archives", map[string]string{"X-Amz-Sha256-Tree-Hash": wrong}, "film"},
		{"UploadArchive", unsigned, "{films}/archives", map[string]string{"X-Amz-Content-Sha256": wrong}, "film"},
		{"UploadArchive", invalid, "{films}/archives", map[string]string{"X-Amz-Archive-Description": strings.Repeat("d", 1025)}, "film"},
		{"DeleteArchive", denied, "{films}/archives/{archive}", nil, ""},
		{"DeleteArchive", notFound, "{none}/archives/{archive}", nil, ""},

		{"InitiateMultipartUpload", notFound, "{none}/multipart-uploads", map[string]string{"X-Amz-Part-Size": "1048576"}, ""},
		{"InitiateMultipartUpload", missing, "{films}/multipart-uploads", nil, ""},
		{"InitiateMultipartUpload", invalid, "{films}/multipart-uploads", map[string]string{"X-Amz-Part-Size": "1048577"}, ""},
		{"ListMultipartUploads", notFound, "{none}/multipart-uploads", nil, ""},
		{"ListMultipartUploads", invalid, "{films}/multipart-uploads?limit=x", nil, ""},
		{"UploadMultipartPart", notFound, "{films}/multipart-uploads/none", map[string]string{"Content-Range": "bytes 0-3/*"}, "film"},
		{"UploadMultipartPart", missing, "{open}", nil, "film"},
		{"UploadMultipartPart", invalid, "{open}", map[string]string{"Content-Range": "bytes 0-4/*"}, "film"},
		{"UploadMultipartPart", invalid, "{open}", map[string]string{"Content-Range": "bytes 1-4/*"}, "film"},
		{"ListParts", notFound, "{films}/multipart-uploads/none", nil, ""},
		{"ListParts", invalid, "{open}?marker=x", nil, ""},
		{"CompleteMultipartUpload", notFound, "{films}/multipart-uploads/none", map[string]string{"X-Amz-Archive-Size": "4", "X-Amz-Sha256-Tree-Hash": wrong}, ""},
		{"CompleteMultipartUpload", missing, "{open}", map[string]string{"X-Amz-Sha256-Tree-Hash": wrong}, ""},
		{"CompleteMultipartUpload", missing, "{open}", map[string]string{"X-Amz-Archive-Size": "4", "X-Amz-Sha256-Tree-Hash": "-"}, ""},
		{"CompleteMultipartUpload", invalid, "{open}", map[string]string{"X-Amz-Archive-Size": "4", "X-Amz-Sha256-Tree-Hash": wrong}, ""},
		{"AbortMultipartUpload", notFound, "{films}/multipart-uploads/none", nil, ""},

		{"InitiateJob", notFound, "{none}/jobs", nil, `{"Type":"inventory-retrieval"}`},
		{"InitiateJob", noJSON, "{films}/jobs", nil, ""},
		{"InitiateJob", missing, "{films}/jobs", nil, "{}"},
		{"InitiateJob", invalid, "{films}/jobs", nil, `{"Type":"select"}`},
		{"InitiateJob", notFound, "{films}/jobs", nil, `{"Type":"archive-retrieval","ArchiveId":"none"}`},
		{"InitiateJob", "PolicyEnforcedException", "{films}/jobs", nil, `{"Type":"archive-retrieval","ArchiveId":"{archive}"}`},
		{"ListJobs", invalid, "{films}/jobs?statuscode=finished", nil, ""},
		{"ListJobs", invalid, "{films}/jobs?completed=no", nil, ""},
		{"DescribeJob", notFound, "{films}/jobs/none", nil, ""},
		{"GetJobOutput", invalid, "{films}/jobs/{running}/output", nil, ""},
		{"GetJobOutput", notFound, "{films}/jobs/none/output", nil, ""},

		{"SetVaultNotifications", noJSON, "{films}/notification-configuration", nil, "[]"},
		{"SetVaultNotifications", missing, "{films}/notification-configuration", nil, "{}"},
		{"GetVaultNotifications", notFound, "{films}/notification-configuration", nil, ""},
		{"DeleteVaultNotifications", notFound, "{none}/notification-configuration", nil, ""},
		{"SetVaultAccessPolicy", invalid, "{films}/access-policy", nil, `{"Policy":"{}"}`},
		{"GetVaultAccessPolicy", notFound, "{films}/access-policy", nil, ""},
		{"DeleteVaultAccessPolicy", notFound, "{none}/access-policy", nil, ""},
		{"InitiateVaultLock", invalid, "{films}/lock-policy", nil, `{"Policy":"{}"}`},
		{"InitiateVaultLock", missing, "{films}/lock-policy", nil, `{}`},
		{"CompleteVaultLock", invalid, "{films}/lock-policy/none", nil, ""},
		{"GetVaultLock", notFound, "{none}/lock-policy", nil, ""},
		{"AbortVaultLock", notFound, "{none}/lock-policy", nil, ""},

		{"AddTagsToVault", limited, "{films}/tags?operation=add", nil, `{"Tags":{"one more":""}}`},
		{"AddTagsToVault", missing, "{films}/tags?operation=add", nil, "{}"},
		{"RemoveTagsFromVault", noJSON, "{films}/tags?operation=remove", nil, `{"TagKeys":1}`},
		{"ListTagsForVault", notFound, "{none}/tags", nil, ""},
		{"SetDataRetrievalPolicy", missing, "/-/policies/data-retrieval", nil, "{}"},
		{"PurchaseProvisionedCapacity", limited, "/-/provisioned-capacity", nil, ""},
	}
}
