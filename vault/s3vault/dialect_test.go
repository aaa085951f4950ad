package s3vault_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"firn/internal/coldfront"
	"firn/treehash"
	"firn/vault"
	"firn/vault/s3vault"
)

// The documentation has the same table of features as the code.
func TestFeaturesAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/s3.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(text), "| `lacks=` |")
	table, _, _ = strings.Cut(table, "\n\n")
	var rows []s3vault.Feature
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z0-9-]+)` \\|").FindAllStringSubmatch(table, -1) {
		rows = append(rows, s3vault.Feature(row[1]))
	}
	if !found || fmt.Sprint(rows) != fmt.Sprint(s3vault.Features()) {
		t.Errorf("docs/s3.md has %v, and there are %v", rows, s3vault.Features())
	}
}

// A service that lacks a feature is used without it, however it shows that. The user is
// told once, and archives can be stored and read.
func TestDialects(t *testing.T) {
	fail := func(operation string, status int, code string) *coldfront.Fault {
		return &coldfront.Fault{Operation: operation, Times: -1, Harm: coldfront.Refuse, Status: status, Code: code}
	}
	for name, test := range map[string]struct {
		options coldfront.Options
		fault   *coldfront.Fault
		told    []s3vault.Feature
	}{
		"an unknown header of HEAD": {
			options: coldfront.Options{Dialect: coldfront.Dialect{Unknown: []string{"x-amz-checksum-mode"}}}, told: []s3vault.Feature{s3vault.CRC64NVME},
		},
		"unknown headers of completing": {
			options: coldfront.Options{Dialect: coldfront.Dialect{Unknown: []string{"if-none-match", "x-amz-mp-object-size"}}},
			told:    []s3vault.Feature{s3vault.Conditional, s3vault.ObjectSize},
		},
		"unknown headers of checksums": { // the SDK sends them with tags, too
			options: coldfront.Options{Dialect: coldfront.Dialect{Unknown: []string{"x-amz-checksum", "x-amz-sdk-checksum"}}},
			told:    []s3vault.Feature{s3vault.CRC64NVME, s3vault.Tagging},
		},
		"an unknown header of lists": {
			options: coldfront.Options{Dialect: coldfront.Dialect{Unknown: []string{"x-amz-optional-object-attributes"}}},
			told:    []s3vault.Feature{s3vault.RestoreStatus},
		},
		"no list of uploads":         {options: coldfront.Options{Refuses: []coldfront.Feature{coldfront.UploadList}}, told: []s3vault.Feature{s3vault.UploadList}},
		"no list of uploads, by 404": {fault: fail("ListMultipartUploads", 404, "NoSuchUpload"), told: []s3vault.Feature{s3vault.UploadList}},
		"nothing to restore, by 404": {
			options: coldfront.Options{Ignores: []coldfront.Feature{coldfront.Archiving}}, fault: fail("RestoreObject", 404, "NotFound"),
			told: []s3vault.Feature{s3vault.Restore},
		},
		"no list of uploads, by 405":      {fault: fail("ListMultipartUploads", 405, "MethodNotAllowed"), told: []s3vault.Feature{s3vault.UploadList}},
		"objects in the place of uploads": {options: coldfront.Options{Ignores: []coldfront.Feature{coldfront.UploadList}}, told: []s3vault.Feature{s3vault.UploadList}},
		"no notice of ?tagging":           {options: coldfront.Options{Ignores: []coldfront.Feature{coldfront.TaggingQuery}}, told: []s3vault.Feature{s3vault.Tagging}},
		"no versions, by 405":             {fault: fail("GetBucketVersioning", 405, "MethodNotAllowed"), told: []s3vault.Feature{s3vault.Versions}},
		"no notice of ranges":             {options: coldfront.Options{Ignores: []coldfront.Feature{coldfront.Ranges}}, told: []s3vault.Feature{s3vault.Ranges}},
		"nothing to restore": {
			options: coldfront.Options{Refuses: []coldfront.Feature{coldfront.Restore}, Ignores: []coldfront.Feature{coldfront.Archiving}},
			told:    []s3vault.Feature{s3vault.Restore},
		},
		"Amazon's own": {},
	} {
		t.Run(name, func(t *testing.T) {
			var told []string
			b, v := newVault(t, test.options, s3vault.Config{Notice: func(s string) { told = append(told, s) }})
			if test.fault != nil {
				b.front.Fail(*test.fault)
			}
			for _, name := range []string{"june.mov", "july.mov"} {
				id, c := store(t, v, name)
				for u, err := range v.Uploads(t.Context()) {
					t.Errorf("an unfinished upload: %+v, %v", u, err)
				}
				if err := firstOf(v.Jobs(t.Context())); err != nil { // there is no job, or that of the other archive
					t.Error(err)
				}
				j, got := b.fetch(t, v, id)
				if !bytes.Equal(got, data()) || j.ArchiveTreeHash != c.TreeHash {
					t.Errorf("%d bytes came back, tree hash %s", len(got), j.ArchiveTreeHash)
				}
				for _, r := range []vault.Range{{Size: 1 << 20}, {Offset: partSize, Size: 77_777}, {Offset: c.Size - 1, Size: 1}} {
					out, err := v.OpenOutput(t.Context(), j.ID, r)
					if err != nil {
						t.Fatal(err)
					}
					some, err := readAll(out)
					if err := errors.Join(err, out.Close()); err != nil || out.Size != r.Size || treehash.Sum(some) != treehash.Sum(got[r.Offset:r.End()]) {
						t.Errorf("%+v came as %d bytes, %v", r, len(some), err)
					}
				}
			}
			if found := inventory(t, v, ""); len(found) != 2 {
				t.Errorf("the inventory lists %+v", found)
			}
			all := strings.Join(told, "\n")
			for _, f := range test.told {
				if strings.Count(all, "the service lacks "+string(f)+":") != 1 || !strings.Contains(all, "lacks="+string(f)) {
					t.Errorf("it is not told once that %s is lacking", f)
				}
			}
			if len(told) != len(test.told) {
				t.Errorf("told %q", told)
			}
			remove(t, v, "june.mov")
			remove(t, v, "july.mov")
			if left := b.everything(t); len(left) != 0 {
				t.Errorf("left are %q", left)
			}
		})
	}
}

// A refusal of HEAD for another reason keeps its class.
func TestHeadIsRefused(t *testing.T) {
	for status, class := range map[int]error{400: vault.ErrInvalid, 403: vault.ErrDenied, 404: vault.ErrNotFound} {
		var told []string
		b, v := newVault(t, coldfront.Options{}, s3vault.Config{Notice: func(s string) { told = append(told, s) }})
		b.front.Fail(coldfront.Fault{Operation: "HeadObject", Times: -1, Harm: coldfront.Refuse, Status: status})
		if _, err := v.Look(t.Context(), "june.mov"); !errors.Is(err, class) || len(told) > 0 {
			t.Errorf("%d: %v, told %q", status, err, told)
		}
	}
}

// The refusal of a part contains the permitted number of parts, in the wording of several
// services.
func TestPartsThatAreTooMany(t *testing.T) {
	const refused = 1004
	for message, want := range map[string]int{
		"InvalidArgument Part number must be an integer between 1 and 1000, inclusive": 1000,
		"InvalidArgument Part number must be an integer between 1 and 1,000":           1000,
		"InvalidPartNumber The part number 1004 is above 1000":                         1000,
		"InvalidRequest partNumber exceeds the maximum of 512":                         512,
		"TooManyParts You have sent too many":                                          501,
		"InvalidRange ":                                                                501,
		"InvalidArgument The number of parts is limited":                               501,
		"InvalidArgument Unsupported header 'x-amz-checksum-crc64nvme' received":       0,
		"AccessDenied Part number denied":                                              0,
		"NoSuchUpload part number 1004":                                                0,
		"BadDigest The part number 1004 has another digest":                            0,
	} {
		code, text, _ := strings.Cut(message, " ")
		s := answerWith(t, func(w http.ResponseWriter, _ *http.Request) {
			body := "<Error><Code>" + code + "</Code><Message>" + text + "</Message></Error>"
			send(w, http.StatusBadRequest, body, len(body))
		})
		v := s.open(t, s3vault.Versions, s3vault.CRC64NVME)
		content := []byte("cold")
		_, err := v.UploadPart(t.Context(), uploadOf(t), vault.Part{
			Offset: (refused - 1) * 5 << 20, Size: int64(len(content)), TreeHash: treehash.Sum(content),
		}, bytes.NewReader(content))
		var tooMany *vault.PartSizeError
		switch isIt := errors.As(err, &tooMany); {
		case isIt != (want > 0):
			t.Errorf("%s: got %v", message, err)
		case isIt && (tooMany.MaxParts != want || !errors.Is(err, vault.ErrInvalid)):
			t.Errorf("%s: %d parts, %v", message, tooMany.MaxParts, err)
		}
	}
}

// If the service has no ranges, declared or found out, consecutive ranges share one
// request, and any other range can be read too.
func TestReadingOnWithoutRanges(t *testing.T) {
	t.Run("said", func(t *testing.T) { readingOn(t, s3vault.Ranges) })
	t.Run("found out", func(t *testing.T) { readingOn(t) })
}

func readingOn(t *testing.T, said ...s3vault.Feature) {
	t.Helper()
	b, v := newVault(t, coldfront.Options{Ignores: []coldfront.Feature{coldfront.Ranges}}, s3vault.Config{Lacks: said})
	id, c := store(t, v, "june.mov")
	j, all := b.fetch(t, v, id)
	reads := func() (n int) {
		for _, r := range b.front.Requests() {
			if r.Operation == "GetObject" {
				n++
			}
		}
		return n
	}
	read := func(r vault.Range, most int64) {
		t.Helper()
		out, err := v.OpenOutput(t.Context(), j.ID, r)
		if err != nil {
			t.Fatal(err)
		}
		some, err := io.ReadAll(io.LimitReader(out, most))
		if err := errors.Join(err, out.Close()); err != nil || !bytes.Equal(some, all[r.Offset:r.Offset+min(most, r.Size)]) {
			t.Errorf("%+v came as %d bytes, %v", r, len(some), err)
		}
	}
	if len(said) == 0 {
		read(vault.Range{Offset: 3, Size: 5}, c.Size)
	}
	if !v.Limits().Sequential {
		t.Error("the limits do not tell")
	}
	for _, step := range []struct {
		what     string
		r        vault.Range
		most     int64
		requests int
	}{
		{"the beginning", vault.Range{Size: 1 << 20}, c.Size, 1},
		{"behind it", vault.Range{Offset: 1 << 20, Size: 1 << 20}, c.Size, 0},
		{"behind a gap", vault.Range{Offset: 3 << 20, Size: 1 << 20}, c.Size, 0},
		{"not to its end", vault.Range{Offset: 4 << 20, Size: 1 << 20}, 100, 0},
		{"behind that", vault.Range{Offset: 5 << 20, Size: 1 << 20}, c.Size, 1},
		{"before it", vault.Range{Offset: 1, Size: 5}, c.Size, 1},
		{"the end", vault.Range{Offset: c.Size - 5, Size: 5}, c.Size, 0},
		{"the end again", vault.Range{Offset: c.Size - 5, Size: 5}, c.Size, 1},
	} {
		before := reads()
		read(step.r, step.most)
		if n := reads() - before; n != step.requests {
			t.Errorf("%s: %d requests, want %d", step.what, n, step.requests)
		}
	}

	// A reader that gives up does not break the next one.
	ctx, cancel := context.WithCancel(t.Context())
	out, err := v.OpenOutput(ctx, j.ID, vault.Range{Size: c.Size - 1})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := io.ReadAll(out); err == nil && out.Close() == nil {
		t.Log("all of it was here already")
	}
	read(vault.Range{Offset: 1 << 20, Size: 1 << 20}, c.Size)
}

// A range far behind the beginning of an object is not read by reading everything before
// it, unless the user asked for that; and an answer with another range is refused.
func TestRangesThatAreNone(t *testing.T) {
	const size = 1 << 30
	header := http.Header{"ETag": {`"e"`}, "Last-Modified": {"Fri, 27 Nov 2026 10:00:00 GMT"}}
	for name, test := range map[string]struct {
		announced, within string
		r                 vault.Range
		want              error
		says              string
	}{
		"all of it, far away": {fmt.Sprint(size), "", vault.Range{Offset: size - 10, Size: 5}, vault.ErrInvalid, "add lacks=ranges to the vault's URL"},
		"other bytes":         {"5", "bytes 0-4/1073741824", vault.Range{Offset: 10, Size: 5}, vault.ErrGarbled, ""},
		"too few":             {"4", "bytes 10-14/1073741824", vault.Range{Offset: 10, Size: 5}, vault.ErrGarbled, ""},
		"less than all":       {"6", "", vault.Range{Offset: 10, Size: 5}, vault.ErrGarbled, ""},
	} {
		s := answerWith(t, func(w http.ResponseWriter, r *http.Request) {
			maps.Copy(w.Header(), header)
			w.Header().Set("Content-Length", fmt.Sprint(size))
			if r.Method == http.MethodGet {
				w.Header().Set("Content-Length", test.announced)
				if test.within != "" {
					w.Header().Set("Content-Range", test.within)
				}
			}
			w.WriteHeader(http.StatusOK)
		})
		v := s.open(t, s3vault.Versions)
		id, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: "june.tar"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.OpenOutput(t.Context(), id, test.r); !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// Some services accept every part and refuse the list of all parts.
func TestPartsThatAreTooManyToComplete(t *testing.T) {
	var c vault.Completion
	var hashes []treehash.Hash
	for i := range 9 {
		part := vault.Part{Offset: int64(i) * 5 << 20, Size: 5 << 20, TreeHash: treehash.Sum([]byte{byte(i)}), Receipt: `"etag"`}
		c.Parts, hashes, c.Size = append(c.Parts, part), append(hashes, part.TreeHash), c.Size+part.Size
	}
	c.TreeHash = treehash.Combine(hashes)
	for _, test := range []struct {
		status int
		body   string
		want   int
	}{
		{416, "<Error><Code>InvalidRange</Code></Error>", 4},
		{400, "<Error><Code>InvalidArgument</Code><Message>The number of parts must not exceed 5</Message></Error>", 5},
		{413, "<html>too large</html>", 4},
		{400, "<Error><Code>InvalidPart</Code><Message>One or more of the specified parts could not be found.</Message></Error>", 0},
	} {
		s := answerWith(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodHead {
				w.WriteHeader(http.StatusNotFound)
				return
			}
			send(w, test.status, test.body, len(test.body))
		})
		_, err := s.open(t, s3vault.Versions, s3vault.CRC64NVME).CompleteUpload(t.Context(), uploadOf(t), c)
		tooMany, isIt := errors.AsType[*vault.PartSizeError](err)
		if isIt != (test.want > 0) || isIt && tooMany.MaxParts != test.want {
			t.Errorf("%s: got %v", test.body, err)
		}
	}
}

// A list of many parts that cannot be read is probably too long; the CRC-64s may be another
// reason.
func TestPartsThatAreMostLikelyTooMany(t *testing.T) {
	var c vault.Completion
	var hashes []treehash.Hash
	for i := range 1001 {
		part := vault.Part{Offset: int64(i) * 5 << 20, Size: 5 << 20, TreeHash: treehash.Sum([]byte{byte(i)}), Receipt: `"etag"`}
		c.Parts, hashes, c.Size = append(c.Parts, part), append(hashes, part.TreeHash), c.Size+part.Size
	}
	c.TreeHash = treehash.Combine(hashes)
	s := answerWith(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		const body = "<Error><Code>MalformedXML</Code></Error>"
		send(w, http.StatusBadRequest, body, len(body))
	})
	for advised, v := range map[bool]*s3vault.Vault{
		true: s.open(t, s3vault.Versions), false: s.open(t, s3vault.Versions, s3vault.CRC64NVME),
	} {
		_, err := v.CompleteUpload(t.Context(), uploadOf(t), c)
		e, isIt := errors.AsType[*vault.PartSizeError](err)
		if !isIt || e.MaxParts != 1000 || !e.Guessed || e.Otherwise == "" || strings.Contains(e.Otherwise, "lacks=crc64nvme") != advised {
			t.Errorf("got %+v, %v", e, err)
		}
	}
}

// If the answer is no verdict and will probably recur, the error says how to do without the
// feature.
func TestDoingWithoutIsAdvised(t *testing.T) {
	for _, status := range []int{400, 404, 405} {
		for _, body := range []string{"", "<html>no such page</html>"} {
			s := answerWith(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodHead {
					w.Header().Set("X-Amz-Storage-Class", "GLACIER")
					w.Header().Set("Content-Length", "5")
					w.WriteHeader(http.StatusOK)
					return
				}
				send(w, status, body, len(body))
			})
			v := s.open(t, s3vault.Versions)
			_, restored := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: "june.tar"})
			_, named := v.LookNamed(t.Context(), "june.tar")
			_, looked := s.open(t).Look(t.Context(), "june.tar")
			for f, err := range map[s3vault.Feature]error{
				s3vault.UploadList: firstOf(v.Uploads(t.Context())), s3vault.Restore: restored, s3vault.Tagging: named, s3vault.Versions: looked,
			} {
				if !errors.Is(err, vault.ErrGarbled) || !strings.HasSuffix(err.Error(), "; if the service lacks "+string(f)+": add lacks="+string(f)+" to the vault's URL") {
					t.Errorf("%d %q: got %v", status, body, err)
				}
			}
		}
	}
}
