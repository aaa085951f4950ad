package coldfront

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// amend adds storage classes, and the restore status if the client asks for it, to the
// answer to a list.
func (f *Front) amend(c *call, versionID string, root *node) {
	if c.page != nil {
		c.page.turn(root)
	}
	switch c.operation {
	case "ListObjects", "ListObjectsV2":
		f.amendObjects(c, root, "Contents")
	case "ListObjectVersions":
		f.amendObjects(c, root, "Version")
	case "ListMultipartUploads", "ListParts":
		if f.ignores(UploadClasses) {
			return
		}
		if c.operation == "ListParts" {
			root.set("StorageClass", f.objects.upload(root.text("UploadId")))
			return
		}
		for _, upload := range root.Nodes {
			if upload.XMLName.Local == "Upload" {
				upload.set("StorageClass", f.objects.upload(upload.text("UploadId")))
			}
		}
	case "GetObjectAttributes":
		if class := root.child("StorageClass"); class != nil {
			class.Text = f.objects.get(c.name, versionID).class
		}
	}
}

// amendObjects amends each element that describes an object.
func (f *Front) amendObjects(c *call, root *node, element string) {
	wanted := strings.Contains(c.request.Header.Get("X-Amz-Optional-Object-Attributes"), "RestoreStatus") &&
		!f.ignores(RestoreStatus)
	now := f.now()
	for _, object := range root.Nodes {
		if object.XMLName.Local != element {
			continue
		}
		v := f.objects.get(name{c.name.bucket, keyOf(root, object)}, object.text("VersionId"))
		object.set("StorageClass", v.class)
		if wanted {
			v.restore.amend(object, now)
		}
	}
}

// amend adds the element RestoreStatus, unless the object is neither being restored nor
// restored.
func (r restore) amend(object *node, now time.Time) {
	stage := r.stage(now)
	if stage == archived {
		return
	}
	status := object.add("RestoreStatus")
	status.set("IsRestoreInProgress", strconv.FormatBool(stage == ongoing))
	if stage == restored {
		status.set("RestoreExpiryDate", r.expiry.Format("2006-01-02T15:04:05.000Z"))
	}
}

// amendHeaders adds class and restore status to the answer to HeadObject or GetObject.
func (f *Front) amendHeaders(v version, h http.Header) {
	h.Del("X-Amz-Storage-Class")
	if v.class != standard {
		h.Set("X-Amz-Storage-Class", v.class)
	}
	if restore := v.restore.header(f.now()); restore != "" {
		h.Set("X-Amz-Restore", restore)
	}
}
