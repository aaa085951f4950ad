package server_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"firn/treehash"
)

// done is one request that succeeds, and what the model does not tell of its answer.
type done struct {
	operation string
	request   request
	status    int            // 0: that of the model
	lacks     []string       // members of the output whose headers this answer has not
	keep      func(a answer) // what later requests need of the answer; may be nil
}

// Each operation of the model answers as the model has it. An operation without a
// request here fails the test.
func TestOperationsAnswerAsTheModelHasIt(t *testing.T) {
	s, c := startSlow(t)
	seen := map[string]bool{}
	ids := map[string]string{}
	pieces := regexp.MustCompile(`\{[a-z]+\}`)
	for i := 0; i < len(goodRequests(t, ids)); i++ {
		d := goodRequests(t, ids)[i] // anew, since ids has grown
		op := s.model.Operations[d.operation]
		if op == nil || s.model.find(d.request.method, d.request.path) != op {
			t.Fatalf("%s %s is not %s", d.request.method, d.request.path, d.operation)
		}
		if left := pieces.FindString(d.request.path + string(d.request.body)); left != "" {
			t.Fatalf("%s: nothing is known of %s", d.operation, left)
		}
		if d.status == 0 {
			d.status = op.HTTP.ResponseCode
		}
		a := s.do(d.request)
		if a.status != d.status {
			t.Fatalf("%s: answer %d %s, want %d", d.operation, a.status, a.body, d.status)
		}
		s.model.checkOutput(t, op, a, d.lacks)
		seen[d.operation] = true
		if d.keep != nil {
			d.keep(a)
		}
		c.Advance(4 * time.Hour)
	}
	for _, name := range s.model.names() {
		if !seen[name] {
			t.Errorf("%s is not tried", name)
		}
	}
}

// goodRequests is a life of a vault, in which every operation comes at least once.
// The ids that earlier answers had are put in the places of their names.
func goodRequests(t *testing.T, ids map[string]string) []done {
	t.Helper()
	const v = "/-/vaults/films"
	keep := func(id, header string) func(answer) {
		return func(a answer) { ids[id] = a.header.Get(header) }
	}
	json := func(method, path, body string) request {
		for id, value := range ids {
			path, body = strings.ReplaceAll(path, "{"+id+"}", value), strings.ReplaceAll(body, "{"+id+"}", value)
		}
		q := request{method: method, path: path}
		if body != "" {
			q.body = []byte(body)
		}
		return q
	}
	withHeader := func(q request, header map[string]string) request {
		q.header = header
		return q
	}
	locked := string(withPolicy(t, statement("Deny", `"*"`, "glacier:DeleteArchive", `"NumericLessThan":{"glacier:ArchiveAgeInDays":"0"}`)))
	first, second := pattern(mib), []byte("the end")
	parts := json("PUT", v+"/multipart-uploads/{upload}", "").path
	return []done{
		{operation: "CreateVault", request: json("PUT", v, "")},
		{operation: "AddTagsToVault", request: json("POST", v+"/tags?operation=add", `{"Tags":{"a":"1","b":""}}`)},
		{operation: "RemoveTagsFromVault", request: json("POST", v+"/tags?operation=remove", `{"TagKeys":["b"]}`)},
		{operation: "ListTagsForVault", request: json("GET", v+"/tags", "")},
		{operation: "SetVaultNotifications", request: json("PUT", v+"/notification-configuration",
			`{"SNSTopic":"arn:aws:sns:eu-north-1:012345678901:ready","Events":["ArchiveRetrievalCompleted"]}`)},
		{operation: "GetVaultNotifications", request: json("GET", v+"/notification-configuration", "")},
		{operation: "DeleteVaultNotifications", request: json("DELETE", v+"/notification-configuration", "")},
		{operation: "SetVaultAccessPolicy", request: json("PUT", v+"/access-policy", locked)},
		{operation: "GetVaultAccessPolicy", request: json("GET", v+"/access-policy", "")},
		{operation: "DeleteVaultAccessPolicy", request: json("DELETE", v+"/access-policy", "")},

		{
			operation: "UploadArchive", request: upload("POST", v+"/archives", second, map[string]string{"X-Amz-Archive-Description": "a film"}),
			keep: keep("archive", "X-Amz-Archive-Id"),
		},
		{
			operation: "InitiateMultipartUpload", request: withHeader(json("POST", v+"/multipart-uploads", ""), map[string]string{"X-Amz-Part-Size": "1048576"}),
			keep: keep("upload", "X-Amz-Multipart-Upload-Id"),
		},
		{operation: "UploadMultipartPart", request: upload("PUT", parts, first, map[string]string{"Content-Range": "bytes 0-1048575/*"})},
		{operation: "UploadMultipartPart", request: upload("PUT", parts, second, map[string]string{"Content-Range": "bytes 1048576-1048582/*"})},
		{operation: "ListParts", request: json("GET", parts, "")},
		{operation: "ListMultipartUploads", request: json("GET", v+"/multipart-uploads", "")},
		{operation: "CompleteMultipartUpload", request: withHeader(json("POST", parts, ""), map[string]string{
			"X-Amz-Archive-Size": "1048583", "X-Amz-Sha256-Tree-Hash": treehash.Sum(slices.Concat(first, second)).String(),
		}), keep: keep("whole", "X-Amz-Archive-Id")},
		{
			operation: "InitiateMultipartUpload", request: withHeader(json("POST", v+"/multipart-uploads", ""), map[string]string{"X-Amz-Part-Size": "1048576"}),
			keep: keep("upload", "X-Amz-Multipart-Upload-Id"),
		},
		{operation: "AbortMultipartUpload", request: json("DELETE", parts, "")},
		{operation: "ListVaults", request: json("GET", "/-/vaults", "")},
		{operation: "DescribeVault", request: json("GET", v, "")},

		// Where the output of a select job goes is told of no other.
		{
			operation: "InitiateJob", request: json("POST", v+"/jobs", `{"Type":"archive-retrieval","ArchiveId":"{archive}"}`),
			lacks: []string{"jobOutputPath"}, keep: keep("job", "X-Amz-Job-Id"),
		},
		{operation: "DescribeJob", request: json("GET", v+"/jobs/{job}", "")},
		// A whole output is not a range of itself.
		{operation: "GetJobOutput", request: json("GET", v+"/jobs/{job}/output", ""), lacks: []string{"contentRange"}},
		// One byte of an archive is not a node of its tree.
		{
			operation: "GetJobOutput", request: withHeader(json("GET", v+"/jobs/{job}/output", ""), map[string]string{"Range": "bytes=0-0"}),
			status: http.StatusPartialContent, lacks: []string{"checksum"},
		},
		{
			operation: "InitiateJob", request: json("POST", v+"/jobs", `{"Type":"inventory-retrieval","InventoryRetrievalParameters":{"Limit":"1"}}`),
			lacks: []string{"jobOutputPath"}, keep: keep("inventory", "X-Amz-Job-Id"),
		},
		{operation: "DescribeJob", request: json("GET", v+"/jobs/{inventory}", "")},
		// An inventory has neither a tree hash nor a description.
		{operation: "GetJobOutput", request: json("GET", v+"/jobs/{inventory}/output", ""), lacks: []string{"contentRange", "checksum", "archiveDescription"}},
		{operation: "ListJobs", request: json("GET", v+"/jobs", "")},

		{operation: "SetDataRetrievalPolicy", request: json("PUT", "/-/policies/data-retrieval", `{"Policy":{"Rules":[{"Strategy":"BytesPerHour","BytesPerHour":1}]}}`)},
		{operation: "GetDataRetrievalPolicy", request: json("GET", "/-/policies/data-retrieval", "")},
		{operation: "PurchaseProvisionedCapacity", request: json("POST", "/-/provisioned-capacity", "")},
		{operation: "ListProvisionedCapacity", request: json("GET", "/-/provisioned-capacity", "")},

		{operation: "InitiateVaultLock", request: json("POST", v+"/lock-policy", locked)},
		{operation: "AbortVaultLock", request: json("DELETE", v+"/lock-policy", "")},
		{operation: "InitiateVaultLock", request: json("POST", v+"/lock-policy", locked), keep: keep("lock", "X-Amz-Lock-Id")},
		{operation: "CompleteVaultLock", request: json("POST", v+"/lock-policy/{lock}", "")},
		{operation: "GetVaultLock", request: json("GET", v+"/lock-policy", "")},
		{operation: "DeleteArchive", request: json("DELETE", v+"/archives/{archive}", "")},
		{operation: "DeleteArchive", request: json("DELETE", v+"/archives/{whole}", "")},
		{operation: "DeleteVault", request: json("DELETE", v, "")},
	}
}
