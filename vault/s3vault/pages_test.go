package s3vault_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"firn/vault"
	"firn/vault/s3vault"
)

// walkAll reads a list to its end or its first error.
func walkAll[T any](list func(func(T, error) bool)) (n int, err error) {
	for _, err := range list {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// walks are the lists of a bucket: a function that writes a page with entries and a marker,
// and one that reads the list.
type walks map[string]struct {
	page func(entries []string, marker string) string
	list func(ctx context.Context, v *s3vault.Vault) (int, error)
}

func listed(t *testing.T) walks {
	upload := uploadOf(t)
	inventory := func(ctx context.Context, v *s3vault.Vault) (int, error) {
		id, err := v.StartJob(ctx, vault.JobRequest{Kind: vault.RetrieveInventory})
		if err != nil {
			return 0, err
		}
		return walkAll(v.Inventory(ctx, id, ""))
	}
	page := func(root, entry, marker string) func([]string, string) string {
		return func(entries []string, at string) string {
			text := "<" + root + ">"
			for _, e := range entries {
				text += fmt.Sprintf(entry, e)
			}
			if at != "" {
				text += "<IsTruncated>true</IsTruncated>" + fmt.Sprintf(marker, at)
			}
			return text + "</" + root + ">"
		}
	}
	return walks{
		"objects": {page("ListBucketResult", "<Contents><Key>%s</Key><Size>1</Size></Contents>", "<NextContinuationToken>%s</NextContinuationToken>"), inventory},
		"versions": {
			page("ListVersionsResult", "<Version><Key>%s</Key><VersionId>1</VersionId><Size>1</Size></Version>", "<NextKeyMarker>%s</NextKeyMarker>"),
			inventory,
		},
		"uploads": {
			page("ListMultipartUploadsResult", "<Upload><Key>%s</Key><UploadId>1</UploadId></Upload>", "<NextKeyMarker>%s</NextKeyMarker>"),
			func(ctx context.Context, v *s3vault.Vault) (int, error) { return walkAll(v.Uploads(ctx)) },
		},
		"parts": {
			page("ListPartsResult", "<Part><PartNumber>%s</PartNumber><ETag>e</ETag><Size>5</Size></Part>", "<NextPartNumberMarker>%s</NextPartNumberMarker>"),
			func(ctx context.Context, v *s3vault.Vault) (int, error) { return walkAll(v.Parts(ctx, upload)) },
		},
	}
}

// answerLists answers with pages, the n-th of which is page(n). asked counts the requests.
func answerLists(t *testing.T, name string, page func(n int) string) (v *s3vault.Vault, asked *int) {
	t.Helper()
	asked = new(int)
	const none = "<ListPartsResult></ListPartsResult>"
	s := answerWith(t, func(w http.ResponseWriter, r *http.Request) {
		text := none
		switch {
		case r.URL.Query().Has("versioning"):
			text = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
		case name != "uploads" || r.URL.Query().Has("uploads"):
			text = page(*asked)
			*asked++
		}
		send(w, 200, text, len(text))
	})
	if name == "versions" {
		return s.open(t), asked
	}
	return s.open(t, s3vault.Versions), asked
}

// TestListsThatDoNotAdvance end, whatever changes between the pages.
func TestListsThatDoNotAdvance(t *testing.T) {
	for name, c := range listed(t) {
		for way, page := range map[string]func(n int) string{
			"the same page":                    func(int) string { return c.page([]string{"1", "2"}, "2") },
			"the same entries, another marker": func(n int) string { return c.page([]string{"1", "2"}, fmt.Sprint(n+10)) },
			"the same marker": func(n int) string {
				return c.page([]string{fmt.Sprint(n + 1)}, "1") // the service ignored the marker
			},
			"two pages in turn": func(n int) string { return c.page([]string{fmt.Sprint(n%2 + 1)}, fmt.Sprint(n%2+1)) },
			"round and round":   func(n int) string { return c.page([]string{fmt.Sprint(9 - n%3)}, fmt.Sprint(n+10)) },
			"nothing, for ever": func(n int) string { return c.page(nil, fmt.Sprint(n+1)) },
		} {
			t.Run(name+"/"+way, func(t *testing.T) {
				v, asked := answerLists(t, name, page)
				_, err := c.list(t.Context(), v)
				if !errors.Is(err, vault.ErrInvalid) || errors.Is(err, vault.ErrUnavailable) || !strings.Contains(err.Error(), "REQUEST-7") {
					t.Errorf("got %v", err)
				}
				if *asked > 101 {
					t.Errorf("%d pages were asked for", *asked)
				}
			})
		}
		t.Run(name+"/goes on nowhere", func(t *testing.T) {
			v, asked := answerLists(t, name, func(int) string {
				return strings.Replace(c.page([]string{"1"}, "NOWHERE"), ">NOWHERE<", "><", 1)
			})
			if _, err := c.list(t.Context(), v); !errors.Is(err, vault.ErrGarbled) || *asked != 1 {
				t.Errorf("%v after %d pages", err, *asked)
			}
		})
		t.Run(name+"/in no order", func(t *testing.T) {
			v, _ := answerLists(t, name, func(n int) string {
				if n == 0 {
					return c.page([]string{"4", "2"}, "2")
				}
				return c.page([]string{"3", "1"}, "")
			})
			if n, err := c.list(t.Context(), v); n != 4 || err != nil {
				t.Errorf("%d entries, %v", n, err)
			}
		})
		t.Run(name+"/that advances", func(t *testing.T) {
			v, _ := answerLists(t, name, func(n int) string {
				switch n {
				case 0:
					return c.page([]string{"1", "2"}, "2")
				case 1:
					return c.page(nil, "3")
				}
				return c.page([]string{"4", "5"}, "")
			})
			if n, err := c.list(t.Context(), v); n != 4 || err != nil {
				t.Errorf("%d entries, %v", n, err)
			}
		})
	}
}

// TestInventoriesGoOnBehindAnEntry: a list that starts again from the beginning is refused.
func TestInventoriesGoOnBehindAnEntry(t *testing.T) {
	for _, name := range []string{"objects", "versions"} {
		c := listed(t)[name]
		v, _ := answerLists(t, name, func(int) string { return c.page([]string{"1", "2"}, "") })
		id, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveInventory})
		if err != nil {
			t.Fatal(err)
		}
		var last string
		for e, err := range v.Inventory(t.Context(), id, "") {
			if err != nil {
				t.Fatal(err)
			}
			last = e.Next
		}
		if _, err := walkAll(v.Inventory(t.Context(), id, last)); !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
