package glaciervault_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"firn/treehash"
	"firn/vault"
)

func TestStartJob(t *testing.T) {
	isolate(t)
	s := serve(t, func(w http.ResponseWriter, _ request, _ int) {
		w.Header().Set("X-Amz-Job-Id", "JOB")
		w.WriteHeader(http.StatusAccepted)
	})
	v := openAt(t, s.URL)
	for _, c := range []struct {
		req  vault.JobRequest
		want string
	}{
		{vault.JobRequest{Kind: vault.RetrieveInventory, Description: "token"}, `{"Description":"token","Format":"JSON","Type":"inventory-retrieval"}`},
		{vault.JobRequest{Kind: vault.RetrieveArchive, Archive: "A"}, `{"ArchiveId":"A","Type":"archive-retrieval"}`},
		{
			vault.JobRequest{Kind: vault.RetrieveArchive, Archive: "A", Tier: vault.Bulk, Range: vault.Range{Offset: 1 << 20, Size: 1 << 20}},
			`{"ArchiveId":"A","RetrievalByteRange":"1048576-2097151","Tier":"Bulk","Type":"archive-retrieval"}`,
		},
	} {
		id, err := v.StartJob(t.Context(), c.req)
		if err != nil || id != "JOB" {
			t.Fatalf("%+v: %q, %v", c.req, id, err)
		}
		var sent map[string]any
		if err := json.Unmarshal(s.seen()[len(s.seen())-1].body, &sent); err != nil {
			t.Fatal(err)
		}
		if got, err := json.Marshal(sent); err != nil || string(got) != c.want {
			t.Errorf("sent %s, want %s", got, c.want)
		}
	}
	before := len(s.seen())
	for _, c := range []struct {
		req   vault.JobRequest
		class error
	}{
		{vault.JobRequest{Kind: "select"}, vault.ErrInvalid},
		{vault.JobRequest{Kind: vault.RetrieveArchive}, vault.ErrNotFound},
		{vault.JobRequest{Kind: vault.RetrieveInventory, Description: "ü"}, vault.ErrInvalid},
	} {
		if _, err := v.StartJob(t.Context(), c.req); !errors.Is(err, c.class) {
			t.Errorf("%+v: %v, want %v", c.req, err, c.class)
		}
	}
	if len(s.seen()) != before {
		t.Error("an impossible job was asked for")
	}
}

func TestJob(t *testing.T) {
	isolate(t)
	hash := treehash.Sum([]byte("x"))
	created, completed := time.Date(2013, 3, 20, 17, 3, 43, 221e6, time.UTC), time.Date(2013, 3, 20, 21, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, document string
		want           vault.Job
		class          error
	}{
		{
			"archive", `{"Action":"ArchiveRetrieval","ArchiveId":"A","ArchiveSHA256TreeHash":null,"ArchiveSizeInBytes":16777216,"Completed":true,
			"CompletionDate":"2013-03-20T21:00:00.000Z","CreationDate":"2013-03-20T17:03:43.221Z","InventorySizeInBytes":null,"JobDescription":"token",
			"JobId":"JOB","RetrievalByteRange":"1048576-2097151","SHA256TreeHash":"` + hash.String() + `","StatusCode":"Succeeded","StatusMessage":"Succeeded","Tier":"Bulk"}`,
			vault.Job{
				ID: "JOB", Kind: vault.RetrieveArchive, Status: vault.Succeeded, Message: "Succeeded", Archive: "A", Tier: vault.Bulk, Description: "token",
				Range: vault.Range{Offset: 1 << 20, Size: 1 << 20}, Size: 1 << 20, TreeHash: hash, Created: created, Completed: completed, Expires: completed.Add(24 * time.Hour),
			},
			nil,
		},
		{
			"inventory", `{"Action":"InventoryRetrieval","ArchiveId":null,"Completed":false,"CompletionDate":null,"CreationDate":"2013-03-20T17:03:43.221Z",
			"InventorySizeInBytes":null,"JobDescription":null,"JobId":"JOB","RetrievalByteRange":null,"SHA256TreeHash":null,"StatusCode":"InProgress","StatusMessage":"Operation in progress.","Tier":null}`,
			vault.Job{ID: "JOB", Kind: vault.RetrieveInventory, Status: vault.InProgress, Message: "Operation in progress.", Created: created},
			nil,
		},
		{"select", `{"Action":"Select","StatusCode":"InProgress"}`, vault.Job{}, vault.ErrUnavailable},
		{"new status", `{"Action":"ArchiveRetrieval","StatusCode":"Thawing"}`, vault.Job{}, vault.ErrUnavailable},
		{"no range", `{"Action":"ArchiveRetrieval","StatusCode":"InProgress"}`, vault.Job{}, vault.ErrUnavailable},
		{"odd date", `{"Action":"InventoryRetrieval","StatusCode":"InProgress","CreationDate":"yesterday"}`, vault.Job{}, vault.ErrUnavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, _ request, _ int) { reply(w, 200, c.document) })
			got, err := openAt(t, s.URL).Job(t.Context(), "JOB")
			if !errors.Is(err, c.class) {
				t.Fatalf("got %v, want %v", err, c.class)
			}
			if c.class == nil && got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestOpenOutput(t *testing.T) {
	isolate(t)
	const content = "0123456789"
	s := serve(t, func(w http.ResponseWriter, r request, _ int) {
		switch asked := r.Header.Get("Range"); {
		case strings.Contains(r.URL.Path, "/GONE/"):
			refuse(w, 404, "ResourceNotFoundException", "The job ID was not found: GONE")
		case strings.Contains(r.URL.Path, "/EARLY/"):
			refuse(w, 400, "InvalidParameterValueException", "The job is not currently available for download: EARLY")
		case strings.Contains(r.URL.Path, "/CUT/"):
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, content)
		case strings.Contains(r.URL.Path, "/DEAF/"):
			_, _ = io.WriteString(w, content)
		case asked == "bytes=2-4":
			w.Header().Set("Content-Range", "bytes 2-4/10")
			w.WriteHeader(http.StatusPartialContent)
			_, _ = io.WriteString(w, content[2:5])
		default:
			_, _ = io.WriteString(w, content)
		}
	})
	v := openAt(t, s.URL)
	part := vault.Range{Offset: 2, Size: 3}
	for _, c := range []struct {
		id    vault.JobID
		r     vault.Range
		want  string
		class error
	}{
		{"JOB", vault.Range{}, content, nil},
		{"JOB", part, "234", nil},
		{"GONE", part, "", vault.ErrExpired},
		{"GONE", part, "", vault.ErrNotFound},
		{"no/id", part, "", vault.ErrNotFound},
		{"EARLY", part, "", vault.ErrNotReady},
		{"DEAF", part, "", vault.ErrUnavailable},
		{"CUT", vault.Range{}, content, vault.ErrUnavailable},
	} {
		got := ""
		stream, err := v.OpenOutput(t.Context(), c.id, c.r)
		if err == nil {
			var b []byte
			b, err = io.ReadAll(stream)
			got = string(b)
			if closeErr := stream.Close(); closeErr != nil {
				t.Error(closeErr)
			}
		}
		if !errors.Is(err, c.class) || got != c.want {
			t.Errorf("%s %+v: %q, %v; want %q, %v", c.id, c.r, got, err, c.want, c.class)
		}
	}
}

const entry = `{"ArchiveId":"%s","ArchiveDescription":%s,"CreationDate":"2015-03-01T10:00:00Z","Size":3145728,"SHA256TreeHash":"` + zeros + `"}`

func TestInventory(t *testing.T) {
	isolate(t)
	for _, c := range []struct {
		name, document string
		ids            []vault.ArchiveID
		class          error
	}{
		{"empty", `{"VaultARN":"arn","InventoryDate":"2015-04-07T00:26:18Z","ArchiveList":[]}`, nil, nil},
		{"two, keys in another order", `{"ArchiveList":[` + fmt.Sprintf(entry, "A", `""`) + `,` + fmt.Sprintf(entry, "B", "null") +
			`],"Unknown":{"deep":[1,{}]},"VaultARN":"arn"}`, []vault.ArchiveID{"A", "B"}, nil},
		{"cut", `{"ArchiveList":[` + fmt.Sprintf(entry, "A", `""`) + `,{"Archi`, []vault.ArchiveID{"A"}, vault.ErrUnavailable},
		{"not closed", `{"ArchiveList":[` + fmt.Sprintf(entry, "A", `""`) + `]`, []vault.ArchiveID{"A"}, vault.ErrUnavailable},
		{"nothing", ``, nil, vault.ErrUnavailable},
		{"another thing", `[1,2]`, nil, vault.ErrUnavailable},
		{"bad id", `{"ArchiveList":[` + fmt.Sprintf(entry, "../x", `""`) + `]}`, nil, vault.ErrUnavailable},
		{"bad size", `{"ArchiveList":[` + strings.Replace(fmt.Sprintf(entry, "A", `""`), "3145728", "-1", 1) + `]}`, nil, vault.ErrUnavailable},
		{"endless description", `{"ArchiveList":[` + fmt.Sprintf(entry, "A", `"`+strings.Repeat("x", 1<<20)+`"`) + `]}`, nil, vault.ErrUnavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, _ request, _ int) { reply(w, 200, c.document) })
			var ids []vault.ArchiveID
			var last error
			for archive, err := range openAt(t, s.URL).Inventory(t.Context(), "JOB", "") {
				if last = err; err == nil {
					ids = append(ids, archive.ID)
				}
			}
			if !errors.Is(last, c.class) || !slices.Equal(ids, c.ids) {
				t.Errorf("got %v, %v", ids, last)
			}
		})
	}
}

func TestLongInventoryIsStreamed(t *testing.T) {
	isolate(t)
	const n = 20_000
	s := serve(t, func(w http.ResponseWriter, _ request, _ int) {
		_, _ = io.WriteString(w, `{"VaultARN":"arn","ArchiveList":[`)
		for i := range n {
			separator := ","
			if i == 0 {
				separator = ""
			}
			if _, err := fmt.Fprintf(w, separator+entry, fmt.Sprintf("A%d", i), `"photos of \u0032015"`); err != nil {
				return
			}
		}
		_, _ = io.WriteString(w, `]}`)
	})
	count := 0
	for archive, err := range openAt(t, s.URL).Inventory(t.Context(), "JOB", "") {
		if err != nil {
			t.Fatal(err)
		}
		want := vault.Archive{
			ID: vault.ArchiveID(fmt.Sprintf("A%d", count)), Description: "photos of 2015", Size: 3 << 20,
			Created: time.Date(2015, 3, 1, 10, 0, 0, 0, time.UTC),
		}
		if archive.Archive != want {
			t.Fatalf("entry %d is %+v", count, archive)
		}
		count++
	}
	if count != n {
		t.Errorf("%d entries, want %d", count, n)
	}
}
