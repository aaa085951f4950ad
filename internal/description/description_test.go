package description_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"firn/internal/description"
)

// at is the time of most vectors.
var at = time.Date(2015, time.July, 5, 1, 22, 1, 0, time.UTC)

type vector struct {
	raw  string
	want description.Decoded
}

func check(t *testing.T, vectors []vector) {
	t.Helper()
	for _, v := range vectors {
		if got := description.Decode(v.raw); got != v.want {
			t.Errorf("%q is\n\t%+v, want\n\t%+v", v.raw, got, v.want)
		}
	}
}

// plain returns the vector of a text that no tool wrote.
func plain(raw string) vector { return vector{raw, description.Decoded{Name: raw, Size: -1}} }

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func TestPlainText(t *testing.T) {
	check(t, []vector{
		plain(""),
		plain("June, all disks"),
		plain("mt"),
		plain("SHA256E-s1048576--ab12.tar"),
		plain("GPGHMACSHA1--0123456789abcdef"),
		plain("/home/ann/june.tar"),
		plain("{not json"),
		plain("[1]"),
		plain("null"),
		plain("\xff\xfe"),
		plain("a\x1b[31mb"),
		plain(strings.Repeat("x", 1<<20)),
	})
}

// The decoder reads a description in bounded time, whatever the description holds.
func TestLongDescriptionsArePlainText(t *testing.T) {
	check(t, []vector{
		plain(`{"Path":"` + strings.Repeat("+AF8-", 1000) + `"}`),
		plain("mt2 " + b64(`{"filename":"`+strings.Repeat("x", 1000)+`","mtime":"20150705T012201Z"}`)),
		plain("grsync|" + strings.Repeat("|", 4096)),
	})
}

func TestFastGlacier(t *testing.T) {
	want := description.Decoded{Tool: description.FastGlacier, Name: "backup/june.tar", ModTime: at, Size: -1}
	path := b64("backup/june.tar")
	v1, original, packed, sealed, accents, folder := want, want, want, want, want, want
	v1.ModTime = time.Time{}
	original.Size = 1234567890123
	packed.Size, packed.Compressed = 0, true
	sealed.Encrypted = true
	accents.Name = `C:\Users\Ann\été.zip`
	folder.Name, folder.Folder = "photos/", true
	const lm = "<lm>20150705T012201Z</lm>"
	check(t, []vector{
		{"<m><v>4</v><p>YmFja3VwL2p1bmUudGFy</p>" + lm + "</m>", want},
		{"<m><v>4</v><p>" + path + "</p>" + lm + "<ce>0:0:d41d8cd98f00b204e9800998ecf8427e:1234567890123</ce></m>", original},
		{"<m><v>4</v><p>" + path + "</p>" + lm + "<ce>1:0:d41d8cd98f00b204e9800998ecf8427e:0</ce></m>", packed},
		{"<m><v>3</v><p>" + path + "</p>" + lm + "<ce>0:1:d41d8cd98f00b204e9800998ecf8427e</ce></m>", sealed},
		{"<m><v>2</v><p>" + path + "</p>" + lm + "</m>", want},
		{"<m><v>2</v><p>" + path + "</p></m>", v1},
		{"<m><v>2</v><p>" + path + "</p><lm>yesterday</lm></m>", v1},
		{"<ArchiveMetadata><Path>" + path + "</Path><LastModified>x</LastModified></ArchiveMetadata>", v1},
		{"<archivemetadata><path>" + path + "</path></archivemetadata>", v1},
		{"<m><v>4</v><p>QzpcVXNlcnNcQW5uXMOpdMOpLnppcA==</p>" + lm + "</m>", accents},
		{"<m><v>4</v><p>QzpcVXNlcnNcQW5uXMOpdMOpLnppcA</p>" + lm + "</m>", accents},
		{"<m><v>4</v><p>cGhvdG9zLw==</p>" + lm + "</m>", folder},
		// Quotes and blanks occur everywhere.
		{` "<m>` + "\n <v>4</v> <p> " + path + ` </p> <lm>"20150705T012201Z"</lm></m>" `, want},
		{`< m >< v >"4"</ v >< p >'` + path + `'</p ><lm>20150705T012201Z</lm></ m>`, want},
		{"<m><v>4</v><p>YmFja3Vw\r\n L2p1bmUudGFy</p>" + lm + "</m>", want},
		// Invalid values in <ce> are ignored.
		{"<m><v>4</v><p>" + path + "</p>" + lm + "<ce>0:0</ce></m>", want},
		{"<m><v>4</v><p>" + path + "</p>" + lm + "<ce>0:0:x:-5</ce></m>", want},
		{"<m><v>4</v><p>" + path + "</p>" + lm + "<ce>0:0:x:99999999999999999999</ce></m>", want},

		plain("<m><v>5</v><p>" + path + "</p>" + lm + "</m>"),
		plain("<m><p>" + path + "</p>" + lm + "</m>"),
		plain("<m><v>4</v><p>" + path + "</m>"),
		plain("<m><v>4</v><p>" + path + "</p>"),
		plain("<m><v>4</v><p>YmFja3VwL2p1bmUudGF!</p></m>"),
		plain("<m><v>4</v><p></p></m>"),
		plain("<m><v>4</v><p>YQBi</p></m>"), // a NUL
		plain("<m><v>4</v><p>//4=</p></m>"), // not UTF-8
		plain("<m><v>4</v>"),
		plain("<m"),
		plain("<"),
		plain("<hello>"),
	})
}

func TestQNAP(t *testing.T) {
	want := description.Decoded{Tool: description.QNAP, Name: "/share/Öl/a b.jpg", Size: -1}
	folder, slashed := want, want
	folder.Name, folder.Folder = "/share", true
	slashed.Name, slashed.Folder = "/share/", true
	check(t, []vector{
		{`{"path":"/share/Öl/a b.jpg","type":"file"}`, want},
		{`{"path":"\/share\/\u00d6l\/a b.jpg","type":"file"}`, want},
		{` "{\"path\":\"/share/Öl/a b.jpg\",\"type\":\"file\"}"`, want},
		{`{"type":"folder","path":"/share"}`, folder},
		{`{"type":"file","path":"/share/"}`, slashed},
		plain(`{"path":"/share/a"}`), // no tool is known to write this
		plain(`{"path":7,"type":"file"}`),
		plain(`{"path":"","type":"file"}`),
		plain(`{"path":"/a","type":"file"} and more`),
		plain(`"{\"path\":\"/a\"`),
		plain(`"{\"path\":\"/a\"}" "`),
		plain(`{}`),
	})
}

func TestGlacierRsync(t *testing.T) {
	want := description.Decoded{
		Tool: description.GlacierRsync, Name: "/data/june.tar", ModTime: at.Add(250 * time.Millisecond), Size: 1048576,
		Note: "all disks",
	}
	bars, old, noNote := want, want, want
	bars.Name, bars.Note = "/data/a|b|.tar", "all|disks|7|8"
	old.ModTime = time.Unix(-2, 500_000_000).UTC()
	noNote.Note, noNote.ModTime = "", at
	check(t, []vector{
		{"grsync|/data/june.tar|1048576|1436059321.25|all disks", want},
		{"grsync|/data/a|b|.tar|1048576|1436059321.25|all|disks|7|8", bars},
		{"grsync|/data/june.tar|1048576|-1.5|all disks", old},
		{"grsync|/data/june.tar|1048576|1436059321|", noNote},
		{"grsync|/data/june.tar|1048576|1436059321", noNote},
		plain("grsync|"),
		plain("grsync|/data/june.tar"),
		plain("grsync|/data/june.tar|-1|1436059321|"),
		plain("grsync|/data/june.tar|1|NaN|"),
		plain("grsync|/data/june.tar|1|1e300|"),
		plain("grsync||1|2|"),
		plain("grsync|\xff|1|2|"),
		plain("rsync|/a|1|2|"),
	})
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		"", "June, all disks", "<m><v>4</v><p>YS9i</p><lm>20150705T012201Z</lm><ce>1:1:0:7</ce></m>",
		"<ArchiveMetadata><Path>YS9i</Path></ArchiveMetadata>", `{"Path":"+AF8-a+-b","UTCDateModified":"20150705T012201Z","Flags":3}`,
		`"{\"path\":\"/a\",\"type\":\"file\"}"`, "grsync|/a|b|1|2.5|c",
		"mt2 eyJmaWxlbmFtZSI6InLDqXN1bcOpLnBkZiIsIm10aW1lIjoiMjAxNTA3MDVUMDEyMjAxWiJ9",
		"mt1 eyJmaWxlbmFtZSI6InLDg8Kpc3Vtw4PCqS5wZGYiLCJtdGltZSI6IjIwMTUwNzA1VDAxMjIwMVoifQ",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		d := description.Decode(raw)
		if d.Size < -1 {
			t.Errorf("%q has %d bytes", raw, d.Size)
		}
		switch {
		case d.Tool == "" && d != (description.Decoded{Name: d.Name, Size: -1}):
			t.Errorf("%q is plain text, but %+v", raw, d)
		case d.Tool == "" && d.Name != raw && description.FromName(d.Name) != raw:
			t.Errorf("%q is read as the name %q, which is written as %q", raw, d.Name, description.FromName(d.Name))
		case d.Tool != "" && (d.Name == "" || strings.ContainsRune(d.Name, 0) || !utf8.ValidString(d.Name)):
			t.Errorf("%q has the name %q, which cannot be one", raw, d.Name)
		}
	})
}
