package server

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"firn/server/internal/refusal"
	"firn/server/internal/wire"
)

// operation is one operation of the service.
type operation struct {
	name   string // as policies call it, behind "glacier:"
	effect effect
	// decides: it changes by what other operations are allowed or denied.
	decides bool
	// streams: the body is an upload, received and checked by a vault. Of other
	// operations the gate receives and checks it.
	streams bool
	// serve carries it out. The error becomes a reply too.
	serve func(a *account, ctx context.Context, c *call) (wire.Reply, error)
}

// effect is what an operation does to what is kept.
type effect int

const (
	// reads: nothing is changed; what was stored may be retrieved.
	reads effect = iota
	// stores: bytes are added, so there must be room for them.
	stores
	// finishes: what was stored becomes an archive, or is given up.
	finishes
	// administers: what is kept for good is changed or deleted, which is logged.
	administers
)

// routes is the whole API, by method and path. In place of the account and of each
// name or id a path has a *; the part behind the account decides.
func routes() map[string]operation {
	const (
		v       = " vaults/*"
		uploads = v + "/multipart-uploads"
		jobs    = v + "/jobs"
		notices = v + "/notification-configuration"
		access  = v + "/access-policy"
		lock    = v + "/lock-policy"
		rules   = " policies/data-retrieval"
		units   = " provisioned-capacity"
	)
	return map[string]operation{
		"GET vaults": {name: "ListVaults", serve: (*account).listVaults},
		"PUT" + v:    {name: "CreateVault", effect: administers, serve: (*account).createVault},
		"GET" + v:    {name: "DescribeVault", serve: (*account).describeVault},
		"DELETE" + v: {name: "DeleteVault", effect: administers, serve: (*account).deleteVault},

		"POST" + v + "/archives":     {name: "UploadArchive", effect: stores, streams: true, serve: (*account).uploadArchive},
		"DELETE" + v + "/archives/*": {name: "DeleteArchive", effect: administers, serve: (*account).deleteArchive},

		"POST" + uploads:          {name: "InitiateMultipartUpload", effect: stores, serve: (*account).initiateUpload},
		"GET" + uploads:           {name: "ListMultipartUploads", serve: (*account).listUploads},
		"PUT" + uploads + "/*":    {name: "UploadMultipartPart", effect: stores, streams: true, serve: (*account).uploadPart},
		"GET" + uploads + "/*":    {name: "ListParts", serve: (*account).listParts},
		"POST" + uploads + "/*":   {name: "CompleteMultipartUpload", effect: finishes, serve: (*account).completeUpload},
		"DELETE" + uploads + "/*": {name: "AbortMultipartUpload", effect: finishes, serve: (*account).abortUpload},

		"POST" + jobs:              {name: "InitiateJob", serve: (*account).initiateJob},
		"GET" + jobs:               {name: "ListJobs", serve: (*account).listJobs},
		"GET" + jobs + "/*":        {name: "DescribeJob", serve: (*account).describeJob},
		"GET" + jobs + "/*/output": {name: "GetJobOutput", serve: (*account).getJobOutput},

		"PUT" + notices:    {name: "SetVaultNotifications", effect: administers, serve: (*account).setNotifications},
		"GET" + notices:    {name: "GetVaultNotifications", serve: (*account).getNotifications},
		"DELETE" + notices: {name: "DeleteVaultNotifications", effect: administers, serve: (*account).deleteNotifications},

		"PUT" + access:    {name: "SetVaultAccessPolicy", effect: administers, decides: true, serve: (*account).setAccessPolicy},
		"GET" + access:    {name: "GetVaultAccessPolicy", serve: (*account).getAccessPolicy},
		"DELETE" + access: {name: "DeleteVaultAccessPolicy", effect: administers, decides: true, serve: (*account).deleteAccessPolicy},

		"POST" + lock:        {name: "InitiateVaultLock", effect: administers, decides: true, serve: (*account).initiateLock},
		"POST" + lock + "/*": {name: "CompleteVaultLock", effect: administers, decides: true, serve: (*account).completeLock},
		"GET" + lock:         {name: "GetVaultLock", serve: (*account).getLock},
		"DELETE" + lock:      {name: "AbortVaultLock", effect: administers, decides: true, serve: (*account).abortLock},

		"GET" + v + "/tags":                   {name: "ListTagsForVault", serve: (*account).listTags},
		"POST" + v + "/tags?operation=add":    {name: "AddTagsToVault", effect: administers, decides: true, serve: (*account).addTags},
		"POST" + v + "/tags?operation=remove": {name: "RemoveTagsFromVault", effect: administers, decides: true, serve: (*account).removeTags},

		"PUT" + rules:  {name: "SetDataRetrievalPolicy", effect: administers, serve: (*account).setRetrievalPolicy},
		"GET" + rules:  {name: "GetDataRetrievalPolicy", serve: (*account).getRetrievalPolicy},
		"POST" + units: {name: "PurchaseProvisionedCapacity", effect: administers, serve: (*account).purchaseCapacity},
		"GET" + units:  {name: "ListProvisionedCapacity", serve: (*account).listCapacity},
	}
}

// target is what a path names. Nothing of it is checked yet.
type target struct {
	account string
	vault   string // empty: the path names none
	id      string // of an archive, an upload, a job or a lock
}

// find returns the operation that the request asks for and sets its target.
func (s *Server) find(c *call) (operation, error) {
	path, _ := wire.Target(c.r)
	segments, err := splitPath(path)
	if err != nil || len(segments) < 2 {
		return operation{}, refusal.UnknownOperation(c.r.Method, path)
	}
	pattern, t := patternOf(segments)
	which := c.r.Method + " " + pattern
	if which == "POST vaults/*/tags" {
		which += "?operation=" + c.r.URL.Query().Get("operation")
		if _, ok := s.routes[which]; !ok {
			return operation{}, refusal.Invalid("Invalid operation: " + c.r.URL.Query().Get("operation"))
		}
	}
	op, ok := s.routes[which]
	if !ok || strings.Count(pattern, "/") != len(segments)-2 { // one was escaped
		return operation{}, refusal.UnknownOperation(c.r.Method, path)
	}
	c.target = t
	return op, nil
}

// patternOf puts a * in the place of what differs from one request for an
// operation to the next.
func patternOf(segments []string) (string, target) {
	t := target{account: segments[0]}
	pattern := append([]string{}, segments[1:]...)
	if pattern[0] == "vaults" {
		for i, name := range map[int]*string{1: &t.vault, 3: &t.id} {
			if i < len(pattern) {
				*name, pattern[i] = pattern[i], "*"
			}
		}
	}
	return strings.Join(pattern, "/"), t
}

// splitPath cuts an escaped path into its segments and unescapes each, so that
// an escaped slash stays within its segment.
func splitPath(path string) ([]string, error) {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, segment := range segments {
		plain, err := url.PathUnescape(segment)
		if err != nil {
			return nil, err
		}
		segments[i] = plain
	}
	return segments, nil
}

// checkVersion refuses requests that do not say which API they speak.
func checkVersion(r *http.Request) error {
	const name, version = "X-Amz-Glacier-Version", "2012-06-01"
	switch got := r.Header.Get(name); got {
	case version:
		return nil
	case "":
		return refusal.MissingParameter("API version")
	default:
		return refusal.InvalidHeader(name, got)
	}
}
