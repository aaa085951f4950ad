package description_test

import (
	"strings"
	"testing"
	"time"

	"firn/internal/description"
)

func mt(name string, modTime time.Time) description.Decoded {
	return description.Decoded{Tool: description.MtAwsGlacier, Name: name, ModTime: modTime, Size: -1}
}

func mt2(json string) string { return "mt2 " + strings.TrimRight(b64(json), "=") }

func TestMtAwsGlacier(t *testing.T) {
	const resume = "mt2 eyJmaWxlbmFtZSI6InLDqXN1bcOpLnBkZiIsIm10aW1lIjoiMjAxNTA3MDVUMDEyMjAxWiJ9"
	const lines = `{"filename":"x","mtime":"20150705T012201Z"}`
	check(t, []vector{
		{
			"mt2 eyJmaWxlbmFtZSI6InBob3Rvcy8yMDEwL2EgYi5qcGciLCJtdGltZSI6IjIwMTUwNzA1VDAxMjIwMVoifQ",
			mt("photos/2010/a b.jpg", at),
		},
		{resume, mt("résumé.pdf", at)},
		{resume + "==", mt("résumé.pdf", at)},
		{
			"mt1 eyJmaWxlbmFtZSI6InLDg8Kpc3Vtw4PCqS5wZGYiLCJtdGltZSI6IjIwMTUwNzA1VDAxMjIwMVoifQ",
			mt("résumé.pdf", at),
		},
		{"mt1 " + b64(lines), mt("x", at)},
		{mt2(`{"mtime":"20150705T012201Z", "other":[1], "filename":"x"}`), mt("x", at)},
		{mt2(`{"filename":"\ud83d\ude00","mtime":"20150705T012201Z"}`), mt("😀", at)},
		{mt2(`{"filename":"\\ud83d","mtime":"20150705T012201Z"}`), mt(`\ud83d`, at)},
		// A name may hold control characters, since a file name may.
		{mt2(`{"filename":"a\u001b[31m\nb","mtime":"20150705T012201Z"}`), mt("a\x1b[31m\nb", at)},
		{mt2(`{"filename":"../../etc/passwd","mtime":"20150705T012201Z"}`), mt("../../etc/passwd", at)},
		// Leap seconds become part of the next minute.
		{mt2(`{"filename":"x","mtime":"20161231T235960Z"}`), mt("x", time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC))},
		{mt2(`{"filename":"x","mtime":"20161231T235961Z"}`), mt("x", time.Date(2017, 1, 1, 0, 0, 1, 0, time.UTC))},
		{mt2(`{"filename":"x","mtime":"10000101T000000Z"}`), mt("x", time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC))},

		plain(mt2(`{"filename":"x","mtime":"09991231T235959Z"}`)),
		plain(mt2(`{"filename":"x","mtime":"20150229T000000Z"}`)),
		plain(mt2(`{"filename":"x","mtime":"20150705T012262Z"}`)),
		plain(mt2(`{"filename":"x","mtime":""}`)),
		plain(mt2(`{"filename":"x"}`)),
		plain(mt2(`{"mtime":"20150705T012201Z"}`)),
		plain(mt2(`{"Filename":"x","mtime":"20150705T012201Z"}`)),
		plain(mt2(`{"filename":7,"mtime":"20150705T012201Z"}`)),
		plain(mt2(`{"filename":"","mtime":"20150705T012201Z"}`)),
		plain(mt2(`{"filename":"a\u0000b","mtime":"20150705T012201Z"}`)),
		plain(mt2(`{"filename":"\ud83d","mtime":"20150705T012201Z"}`)),       // half a character
		plain(mt2(`{"filename":"\ude00\ud83d","mtime":"20150705T012201Z"}`)), // two halves in the wrong order
		plain(mt2(`{"filename":"` + "\xff" + `","mtime":"20150705T012201Z"}`)),
		plain(mt2(`["x"]`)),
		plain(mt2(`null`)),
		plain(mt2(lines + lines)),
		plain("mt1 " + b64(`{"filename":"Ā","mtime":"20150705T012201Z"}`)), // no byte has that value
		plain("mt1 " + b64("\xff")),
		plain("mt1 " + b64(`{"filename":"é","mtime":"20150705T012201Z"}`)), // encoded only once
		plain("mt2 not base64"),
		plain("mt2 "),
		plain("mt3 " + b64(lines)),
		plain("mtijob1 eyJ0eXBlIjoiZnVsbCJ9"),
		plain(" " + resume),
	})
}
