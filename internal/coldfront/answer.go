package coldfront

import (
	"context"
	"encoding/xml"
	"io"
	"net/http"
)

// answer turns the server's answer into the answer of S3.
func (f *Front) answer(ctx context.Context, c *call, resp *http.Response) error {
	if c.operation == "RestoreObject" && resp.StatusCode == http.StatusNotImplemented {
		return f.answerRestore(ctx, c, resp)
	}
	if c.operation == "DeleteObject" && resp.StatusCode >= 400 {
		return f.answerDelete(ctx, c, resp)
	}
	if resp.StatusCode >= 300 {
		return nil
	}
	f.stripAnswer(resp.Header)
	switch c.operation {
	case "GetObject", "HeadObject":
		f.answerRead(c, resp)
	case "PutObject":
		f.objects.put(c.name, versionID(resp), f.classOf(c))
	case "DeleteObject":
		if id := c.request.URL.Query().Get("versionId"); id != "" {
			f.objects.remove(c.name, id)
		}
	case "DeleteObjects":
		return f.forget(c)
	case "CreateMultipartUpload", "CompleteMultipartUpload", "CopyObject",
		"ListObjects", "ListObjectsV2", "ListObjectVersions", "ListMultipartUploads", "ListParts", "GetObjectAttributes":
		return f.answerDocument(c, resp)
	}
	return nil
}

// answerRead adds the class of the object to an answer, or refuses the request.
func (f *Front) answerRead(c *call, resp *http.Response) {
	v := f.objects.get(c.name, versionID(resp))
	if no := f.unreadable(v); no != nil && c.operation == "GetObject" {
		no.put(resp, c)
		return
	}
	f.amendHeaders(v, resp.Header)
}

// answerDocument learns from an XML answer, and amends it.
func (f *Front) answerDocument(c *call, resp *http.Response) error {
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxDocument))
	if err != nil {
		return err
	}
	_ = resp.Body.Close() // it was read
	root, err := parseXML(text)
	if err != nil {
		return err
	}
	root.unmask()
	if root.XMLName.Local != "Error" { // S3 may return an Error with status 200
		f.learn(c, versionID(resp), root)
		f.amend(c, versionID(resp), root)
	}
	f.stripDocument(root)
	f.encode(c, root)
	if text, err = root.bytes(); err != nil {
		return err
	}
	setBody(resp, byReference(text))
	return nil
}

// learn stores the class of an upload or of a new object.
func (f *Front) learn(c *call, versionID string, root *node) {
	switch c.operation {
	case "CopyObject":
		f.objects.put(c.name, versionID, f.classOf(c))
	case "CreateMultipartUpload":
		f.objects.begin(root.text("UploadId"), f.classOf(c))
	case "CompleteMultipartUpload":
		f.objects.put(c.name, versionID, f.objects.upload(c.request.URL.Query().Get("uploadId")))
	}
}

// classOf returns the class that a request asks for.
func (f *Front) classOf(c *call) string {
	class := c.request.Header.Get("X-Amz-Storage-Class")
	if class == "" || f.ignores(Classes) {
		return standard
	}
	return class
}

func versionID(resp *http.Response) string { return resp.Header.Get("X-Amz-Version-Id") }

// forget removes the versions that DeleteObjects names. A name without a version needs no
// action: the object is either removed or hidden by a delete marker.
func (f *Front) forget(c *call) error {
	var deleted struct {
		Objects []struct {
			Key       string
			VersionID string `xml:"VersionId"`
		} `xml:"Object"`
	}
	if err := xml.Unmarshal(c.body, &deleted); err != nil {
		return err
	}
	for _, object := range deleted.Objects {
		if object.VersionID != "" {
			f.objects.remove(name{c.name.bucket, object.Key}, object.VersionID)
		}
	}
	return nil
}

// answerRestore restores an object after the server, which has no RestoreObject, has
// verified the request.
func (f *Front) answerRestore(ctx context.Context, c *call, resp *http.Response) error {
	id := c.request.URL.Query().Get("versionId")
	found, missing, err := f.head(ctx, c.name, id)
	if err != nil {
		return err
	}
	if missing != nil {
		missing.put(resp, c)
		return nil
	}
	status, refusal := f.restore(c.name, found, c.body)
	if refusal != nil {
		refusal.put(resp, c)
		return nil
	}
	replace(resp, status, nil, c)
	return nil
}
