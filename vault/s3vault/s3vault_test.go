package s3vault_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/internal/coldfront"
	"firn/treehash"
	"firn/vault"
	"firn/vault/s3vault"
)

const (
	bucket   = "archives"
	partSize = 8 << 20
)

// newVault starts a service with a bucket and opens a vault on it.
func newVault(t *testing.T, o coldfront.Options, c s3vault.Config) (*bed, *s3vault.Vault) {
	t.Helper()
	b := newBed(t, o)
	if err := b.front.CreateBucket(t.Context(), bucket); err != nil {
		t.Fatal(err)
	}
	c.Bucket = bucket
	return b, b.open(t, c)
}

// other returns a client like another program's: the SDK without changes.
func (b *bed) other(t *testing.T) *s3.Client {
	t.Helper()
	cfg, err := config.LoadDefaultConfig(t.Context(), config.WithRegion(b.front.Region))
	if err != nil {
		t.Fatal(err)
	}
	return s3.NewFromConfig(cfg, func(o *s3.Options) { o.BaseEndpoint, o.UsePathStyle = &b.front.Endpoint, true })
}

func (b *bed) put(t *testing.T, key, body string, class types.StorageClass) {
	t.Helper()
	_, err := b.other(t).PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: aws.String(bucket), Key: &key, Body: strings.NewReader(body), StorageClass: class,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// data returns an archive of two parts.
func data() []byte { return bytes.Repeat([]byte("cold snow "), partSize/10+100_000) }

// begin creates an upload and sends all parts of data.
func begin(t *testing.T, v vault.Vault, name string) (vault.UploadID, vault.Completion) {
	t.Helper()
	return beginOf(t, v, name, data())
}

// beginOf creates an upload and sends all parts of b.
func beginOf(t *testing.T, v vault.Vault, name string, b []byte) (vault.UploadID, vault.Completion) {
	t.Helper()
	id, err := v.CreateUpload(t.Context(), vault.UploadRequest{Name: name, Description: "a  film", PartSize: partSize})
	if err != nil {
		t.Fatalf("CreateUpload: %v", err)
	}
	c := vault.Completion{Size: int64(len(b)), TreeHash: treehash.Sum(b)}
	for at := 0; at < len(b); at += partSize {
		body := b[at:min(at+partSize, len(b))]
		p, err := v.UploadPart(t.Context(), id, vault.Part{
			Offset: int64(at), Size: int64(len(body)), TreeHash: treehash.Sum(body), SHA256: sha256.Sum256(body),
		}, bytes.NewReader(body))
		if err != nil {
			t.Fatalf("UploadPart: %v", err)
		}
		c.Parts = append(c.Parts, p)
	}
	return id, c
}

// fetch retrieves an archive and reads it.
func (b *bed) fetch(t *testing.T, v vault.Vault, id vault.ArchiveID) (vault.Job, []byte) {
	t.Helper()
	job, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: id, Tier: vault.Bulk})
	if err != nil {
		t.Fatalf("StartJob: %v", err)
	}
	b.clock.Advance(jobTime)
	j, err := v.Job(t.Context(), job)
	if err != nil {
		t.Fatalf("Job: %v", err)
	}
	out, err := v.OpenOutput(t.Context(), job, vault.Range{})
	if err != nil {
		t.Fatalf("OpenOutput: %v", err)
	}
	got, err := readAll(out)
	if err := errors.Join(err, out.Close()); err != nil {
		t.Fatal(err)
	}
	return j, got
}

// readAll reads an output into a buffer of the right size. Growing buffers take most of the
// time of these tests under the race detector.
func readAll(out vault.Output) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(int(max(out.Size, 0)) + bytes.MinRead)
	_, err := b.ReadFrom(out)
	return b.Bytes(), err
}

// inventory returns the entries of a new inventory, or those behind an entry.
func inventory(t *testing.T, v vault.Vault, after string) (found []vault.Entry) {
	t.Helper()
	job, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveInventory})
	if err != nil {
		t.Fatal(err)
	}
	for e, err := range v.Inventory(t.Context(), job, after) {
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, e)
	}
	return found
}

// Other programs see the metadata of an object.
func TestObjectsAreOrdinary(t *testing.T) {
	b, v := newVault(t, coldfront.Options{}, s3vault.Config{Prefix: "films/", Class: s3vault.Glacier})
	id, c := begin(t, v, "2026/june.mov")
	archive, err := v.CompleteUpload(t.Context(), id, c)
	if err != nil || archive != "films/2026/june.mov" {
		t.Fatalf("CompleteUpload = %q, %v", archive, err)
	}
	head, err := b.other(t).HeadObject(t.Context(), &s3.HeadObjectInput{
		Bucket: aws.String(bucket), Key: aws.String("films/2026/june.mov"), ChecksumMode: types.ChecksumModeEnabled,
	})
	if err != nil || head.StorageClass != types.StorageClassGlacier || aws.ToInt64(head.ContentLength) != c.Size ||
		head.Metadata["firn-description"] != "a%20%20film" || aws.ToString(head.ChecksumCRC64NVME) == "" {
		t.Errorf("the object is %+v, %v", head, err)
	}
	tags, err := b.other(t).GetObjectTagging(t.Context(), &s3.GetObjectTaggingInput{
		Bucket: aws.String(bucket), Key: aws.String("films/2026/june.mov"),
	})
	if err != nil || len(tags.TagSet) != 2 {
		t.Errorf("its tags are %+v, %v", tags, err)
	}
	j, got := b.fetch(t, v, archive)
	if !bytes.Equal(got, data()) || j.ArchiveTreeHash != c.TreeHash {
		t.Errorf("%d bytes came back, tree hash %s", len(got), j.ArchiveTreeHash)
	}
}

// The list of uploads contains the name and the class of an upload, so that one of another
// class is not resumed.
func TestUploadsTellWhatTheyWillBe(t *testing.T) {
	_, v := newVault(t, coldfront.Options{}, s3vault.Config{Prefix: "films/", Class: s3vault.Glacier})
	id, _ := begin(t, v, "2026/june.mov")
	for u, err := range v.Uploads(t.Context()) {
		if err != nil || u.ID != id || u.Name != "2026/june.mov" || u.Class != "GLACIER" {
			t.Errorf("it tells %+v, %v", u, err)
		}
	}
	if l := v.Limits(); !l.Names || l.Class != "GLACIER" {
		t.Errorf("the vault begins them in class %q, names: %v", l.Class, l.Names)
	}
	_, bare := newVault(t, coldfront.Options{}, s3vault.Config{Lacks: []s3vault.Feature{s3vault.Classes}})
	if l := bare.Limits(); l.Class != "" {
		t.Errorf("a service without classes has %q", l.Class)
	}
}

// Nothing is overwritten: neither an object that exists when an upload begins, nor one that
// was stored meanwhile.
func TestNothingIsOverwritten(t *testing.T) {
	for name, lacks := range map[string][]s3vault.Feature{"": nil, "by a service without conditions": {s3vault.Conditional}} {
		t.Run(name, func(t *testing.T) {
			b, v := newVault(t, coldfront.Options{}, s3vault.Config{Lacks: lacks})
			id, c := begin(t, v, "june.mov")
			b.put(t, "june.mov", "older", "")
			if _, err := v.CompleteUpload(t.Context(), id, c); !errors.Is(err, vault.ErrExists) {
				t.Errorf("CompleteUpload: %v, want ErrExists", err)
			}
			_, err := v.CreateUpload(t.Context(), vault.UploadRequest{Name: "june.mov", PartSize: partSize})
			if !errors.Is(err, vault.ErrExists) {
				t.Errorf("CreateUpload: %v, want ErrExists", err)
			}
			if _, got := b.fetch(t, v, "june.mov"); string(got) != "older" {
				t.Errorf("the object is now %q", got)
			}
		})
	}
}

// Whatever happens to the answer to completing, repeating the request gives the result.
func TestCompletionThatWentWrong(t *testing.T) {
	for name, fault := range map[string]coldfront.Fault{
		"the answer is lost":               {Harm: coldfront.LoseAnswer},
		"the request is lost":              {Harm: coldfront.LoseRequest},
		"an error in a 200":                {Harm: coldfront.ErrorInOK},
		"an error in a 200, after the act": {Harm: coldfront.ErrorAfterAll},
		"slow down":                        {Harm: coldfront.Refuse, Code: "SlowDown"},
	} {
		t.Run(name, func(t *testing.T) {
			b, v := newVault(t, coldfront.Options{}, s3vault.Config{})
			id, c := begin(t, v, "june.mov")
			fault.Operation = "CompleteMultipartUpload"
			b.front.Fail(fault)
			if got, err := v.CompleteUpload(t.Context(), id, c); !errors.Is(err, vault.ErrUnavailable) && !errors.Is(err, vault.ErrThrottled) {
				t.Fatalf("CompleteUpload = %q, %v, want an error that passes", got, err)
			}
			archive, err := v.CompleteUpload(t.Context(), id, c)
			if err != nil || archive != "june.mov" {
				t.Fatalf("again: %q, %v", archive, err)
			}
			if j, got := b.fetch(t, v, archive); !bytes.Equal(got, data()) || j.ArchiveTreeHash != c.TreeHash {
				t.Errorf("%d bytes came back, tree hash %s", len(got), j.ArchiveTreeHash)
			}
		})
	}
}

// If the service has forgotten an upload, another object with the same key is not taken for
// its archive.
func TestAnotherObjectIsNotTakenForOurs(t *testing.T) {
	b, v := newVault(t, coldfront.Options{}, s3vault.Config{})
	id, c := begin(t, v, "june.mov")
	if err := v.AbortUpload(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	other := data()
	other[0]++
	b.put(t, "june.mov", string(other), "")
	if got, err := v.CompleteUpload(t.Context(), id, c); !errors.Is(err, vault.ErrExists) {
		t.Errorf("CompleteUpload = %q, %v, want ErrExists", got, err)
		for _, r := range b.front.Requests() {
			t.Log(r.Operation, r.Status)
		}
	}
}

// A lacking feature is reported once, and its substitute is used.
func TestServicesThatLackSomething(t *testing.T) {
	for name, c := range map[string]struct {
		refuses  coldfront.Feature
		declared []s3vault.Feature
		told     string
	}{
		"conditions":              {refuses: coldfront.Conditions, told: "lacks conditional: whether a key is free is looked at"},
		"conditions, declared":    {refuses: coldfront.Conditions, declared: []s3vault.Feature{s3vault.Conditional}},
		"CRC-64":                  {refuses: coldfront.CRC64NVME, told: "lacks crc64nvme: parts are proved by the SHA-256"},
		"CRC-64, declared":        {refuses: coldfront.CRC64NVME, declared: []s3vault.Feature{s3vault.CRC64NVME}},
		"tags":                    {refuses: coldfront.Tagging, told: "lacks tagging: tree hashes are kept in small objects under .firn/"},
		"tags, declared":          {refuses: coldfront.Tagging, declared: []s3vault.Feature{s3vault.Tagging}},
		"versions":                {refuses: coldfront.Versions, told: "lacks versions: an archive is whatever object its key has now"},
		"versions, declared":      {refuses: coldfront.Versions, declared: []s3vault.Feature{s3vault.Versions}},
		"cold classes, declared":  {refuses: coldfront.Classes, declared: []s3vault.Feature{s3vault.Classes}},
		"nothing, but it is said": {refuses: -1, declared: s3vault.Features()},
	} {
		t.Run(name, func(t *testing.T) {
			var told []string
			b, v := newVault(t, coldfront.Options{Refuses: []coldfront.Feature{c.refuses}}, s3vault.Config{
				Lacks: c.declared, Notice: func(s string) { told = append(told, s) },
			})
			for _, name := range []string{"june.mov", "july.mov"} {
				id, completion := begin(t, v, name)
				archive, err := v.CompleteUpload(t.Context(), id, completion)
				if err != nil {
					t.Fatalf("CompleteUpload: %v", err)
				}
				j, got := b.fetch(t, v, archive)
				if !bytes.Equal(got, data()) || j.ArchiveTreeHash != completion.TreeHash {
					t.Errorf("%d bytes came back, tree hash %s", len(got), j.ArchiveTreeHash)
				}
			}
			if all := strings.Join(told, "\n"); c.told == "" && all != "" || len(told) > 1 || !strings.Contains(all, c.told) {
				t.Errorf("told %q, want %q once", told, c.told)
			}
		})
	}
}

func TestAClassThatIsNotThere(t *testing.T) {
	_, v := newVault(t, coldfront.Options{Refuses: []coldfront.Feature{coldfront.Classes}}, s3vault.Config{})
	_, err := v.CreateUpload(t.Context(), vault.UploadRequest{PartSize: partSize})
	if !errors.Is(err, vault.ErrInvalid) || !strings.Contains(err.Error(), "lacks=classes") {
		t.Errorf("got %v", err)
	}
}

// Objects that another program stored are archives too.
func TestObjectsOfOthers(t *testing.T) {
	for class, tiers := range map[types.StorageClass]int{
		"": 0, types.StorageClassGlacierIr: 0, types.StorageClassGlacier: 1, types.StorageClassDeepArchive: 1,
	} {
		t.Run(string(class), func(t *testing.T) {
			b, v := newVault(t, coldfront.Options{}, s3vault.Config{})
			b.put(t, "photos/a b%20c.jpg", "picture", class)
			b.put(t, "photos/", "", "") // a folder made by a console
			found := inventory(t, v, "")
			if len(found) != 1 || found[0].ID != "photos/a b%20c.jpg" || found[0].Size != 7 {
				t.Fatalf("the inventory lists %+v", found)
			}
			id, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: found[0].ID})
			if err != nil {
				t.Fatalf("StartJob: %v", err)
			}
			j, err := v.Job(t.Context(), id)
			if err != nil || (j.Status == vault.InProgress) != (tiers == 1) {
				t.Errorf("the job is %+v, %v", j, err)
			}
			if j, got := b.fetch(t, v, found[0].ID); string(got) != "picture" || !j.ArchiveTreeHash.IsZero() {
				t.Errorf("got %q, tree hash %s", got, j.ArchiveTreeHash)
			}
		})
	}
}

// A repeated job prolongs the copy. After its expiry it has expired.
func TestRestoredCopies(t *testing.T) {
	b, v := newVault(t, coldfront.Options{}, s3vault.Config{KeepDays: 1})
	b.put(t, "a", "bytes", types.StorageClassDeepArchive)
	first, _ := b.fetch(t, v, "a")
	b.clock.Advance(20 * time.Hour)
	second, _ := b.fetch(t, v, "a")
	if !second.Expires.After(first.Expires) {
		t.Errorf("asked for again, it expires at %s, before at %s", second.Expires, first.Expires)
	}
	b.clock.Advance(72 * time.Hour)
	if _, err := v.OpenOutput(t.Context(), second.ID, vault.Range{}); !errors.Is(err, vault.ErrExpired) || errors.Is(err, vault.ErrNotReady) {
		t.Errorf("OpenOutput: %v, want ErrExpired", err)
	}
}

func TestTiers(t *testing.T) {
	b, v := newVault(t, coldfront.Options{}, s3vault.Config{})
	b.put(t, "deep", "bytes", types.StorageClassDeepArchive)
	b.put(t, "cold", "bytes", types.StorageClassGlacier)
	b.front.SetExpedited(false)
	for key, want := range map[vault.ArchiveID]error{"deep": vault.ErrInvalid, "cold": vault.ErrLimited} {
		_, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: key, Tier: vault.Expedited})
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", key, err, want)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	for want, c := range map[string]s3vault.Config{
		"a name has 3 to 63 lower-case": {Bucket: "Bucket"},
		"ARN of an access point":        {Bucket: "arn:aws:s3:us-west-2:123456789012:accesspoint/films"},
		"an ARN":                        {Bucket: "arn:aws:s3:::films"},
		"alias of an access point":      {Bucket: "films-hrzrlukc5m36ft7okagglf3gmwluquse1b-s3alias"},
		"Object Lambda":                 {Bucket: "films-hrzrlukc5m36ft7okagglf3gmwluquse1b--ol-s3"},
		"Multi-Region":                  {Bucket: "mfzwi23gnjvgw.mrap"},
		"directory bucket":              {Bucket: "films--usw2-az1--x-s3"},
		"storage class":                 {Bucket: "bucket", Class: "STANDARD"},
		"ends with a slash":             {Bucket: "bucket", Prefix: "a"},
		"cannot be kept":                {Bucket: "bucket", KeepDays: -1},
		"precede an IP address":         {Bucket: "bucket", Region: "us-east-1", Endpoint: "https://10.0.0.1", Addressing: s3vault.ByHost},
		"it is path or host":            {Bucket: "bucket", Region: "us-east-1", Addressing: "virtual"},
		"plain HTTP":                    {Bucket: "bucket", Region: "us-east-1", Endpoint: "http://example.com"},
	} {
		if _, err := s3vault.Open(t.Context(), c); !errors.Is(err, vault.ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want %q", c, err, want)
		}
	}
}

func TestURL(t *testing.T) {
	for want, c := range map[string]s3vault.Config{
		"s3://bucket?region=eu-central-1":                    {Bucket: "bucket", Region: "eu-central-1", Class: s3vault.Glacier, KeepDays: 9},
		"s3://bucket/a%20b/c?endpoint=http://127.0.0.1:9000": {Bucket: "bucket", Prefix: "a b/c/", Region: "us-east-1", Endpoint: "http://127.0.0.1:9000/"},
	} {
		v, err := s3vault.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if got := v.URL(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
