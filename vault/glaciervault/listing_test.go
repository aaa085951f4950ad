package glaciervault_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"firn/treehash"
	"firn/vault"
)

func TestPartsOfAllPages(t *testing.T) {
	isolate(t)
	hash := treehash.Sum([]byte("x"))
	s := serve(t, func(w http.ResponseWriter, r request, _ int) {
		pages := map[string]string{"": "0-1048575", "second/page": "1048576-2097151", "third": "4194304-4194304"}
		next := map[string]string{"": `"second/page"`, "second/page": `"third"`, "third": "null"}
		marker := r.URL.Query().Get("marker")
		reply(w, 200, fmt.Sprintf(`{"ArchiveDescription":null,"CreationDate":"2013-03-20T17:03:43.221Z","Marker":%s,`+
			`"MultipartUploadId":"UPLOAD","PartSizeInBytes":1048576,"Parts":[{"RangeInBytes":%q,"SHA256TreeHash":%q}],"VaultARN":"arn"}`,
			next[marker], pages[marker], strings.ToUpper(hash.String())))
	})
	v := openAt(t, s.URL)
	var got []vault.Part
	for part, err := range v.Parts(t.Context(), "UPLOAD") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, part)
	}
	want := []vault.Part{
		{Offset: 0, Size: 1 << 20, TreeHash: hash},
		{Offset: 1 << 20, Size: 1 << 20, TreeHash: hash},
		{Offset: 4 << 20, Size: 1, TreeHash: hash},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
	for _, err := range v.Parts(t.Context(), "UPLOAD") {
		if err != nil {
			t.Error(err)
		}
		break // one page is enough
	}
	if n := len(s.seen()); n != 4 {
		t.Errorf("%d requests, want 4", n)
	}
}

func TestUploads(t *testing.T) {
	isolate(t)
	s := serve(t, func(w http.ResponseWriter, _ request, _ int) {
		reply(w, 200, `{"Marker":null,"UploadsList":[`+
			`{"ArchiveDescription":null,"CreationDate":"2013-03-20T17:03:43.221Z","MultipartUploadId":"A","PartSizeInBytes":1048576,"VaultARN":"arn"},`+
			`{"ArchiveDescription":"my photos","CreationDate":"2013-03-20T17:03:43Z","MultipartUploadId":"B","PartSizeInBytes":4294967296,"VaultARN":"arn"}]}`)
	})
	var got []vault.Upload
	for upload, err := range openAt(t, s.URL).Uploads(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, upload)
	}
	want := []vault.Upload{
		{ID: "A", PartSize: 1 << 20, Created: time.Date(2013, 3, 20, 17, 3, 43, 221e6, time.UTC)},
		{ID: "B", Description: "my photos", PartSize: 4 << 30, Created: time.Date(2013, 3, 20, 17, 3, 43, 0, time.UTC)},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
}

func TestAdministration(t *testing.T) {
	isolate(t)
	s := serve(t, func(w http.ResponseWriter, r request, _ int) {
		switch marker := r.URL.Query().Get("marker"); {
		case r.Method == http.MethodPut:
			w.WriteHeader(http.StatusCreated)
		case r.Method == http.MethodDelete:
			refuse(w, 400, "InvalidParameterValueException", "Vault not empty or recently written to: arn")
		case r.URL.Path == "/-/vaults/b":
			reply(w, 200, described("b"))
		case marker == "":
			reply(w, 200, `{"Marker":"arn:aws:glacier:us-east-1:1:vaults/c","VaultList":[`+described("a")+`,`+described("b")+`]}`)
		default:
			reply(w, 200, `{"Marker":null,"VaultList":[`+described("c")+`]}`)
		}
	})
	a := accountAt(t, s.URL)
	if err := a.CreateVault(t.Context(), "b"); err != nil {
		t.Error(err)
	}
	if err := a.DeleteVault(t.Context(), "b"); !errors.Is(err, vault.ErrInvalid) || !strings.Contains(err.Error(), `vault "b"`) {
		t.Errorf("delete: %v", err)
	}
	info, err := a.DescribeVault(t.Context(), "b")
	want := vault.Info{Name: "b", ARN: "arn:b", Created: time.Date(2013, 3, 20, 17, 3, 43, 221e6, time.UTC)}
	if err != nil || info != want {
		t.Errorf("described as %+v, %v", info, err)
	}
	for from, want := range map[string]string{"": "abc", "b": "bc", "bb": "c", "d": ""} {
		got := ""
		for info, err := range a.Vaults(t.Context(), from) {
			if err != nil {
				t.Fatal(err)
			}
			got += info.Name
		}
		if got != want {
			t.Errorf("vaults from %q are %q, want %q", from, got, want)
		}
	}
	for _, act := range []func() error{
		func() error { return a.CreateVault(t.Context(), "../x") },
		func() error { return a.DeleteVault(t.Context(), "") },
		func() error { _, err := a.DescribeVault(t.Context(), "."); return err },
	} {
		if err := act(); !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("an impossible name gives %v", err)
		}
	}
}

func described(name string) string {
	return fmt.Sprintf(`{"CreationDate":"2013-03-20T17:03:43.221Z","LastInventoryDate":null,"NumberOfArchives":0,`+
		`"SizeInBytes":0,"VaultARN":"arn:%s","VaultName":"%[1]s"}`, name)
}
