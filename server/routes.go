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
	name   string // that policies have behind "glacier:"
	effect effect
	// decides means that it changes which operations are allowed.
	decides bool
	// streams means that the body is an upload, which the vault receives and checks. Other
	// bodies are received and checked before serve is called.
	streams bool
	// serve carries it out. An error becomes a refusal.
	serve func(a *account, ctx context.Context, c *call) (wire.Reply, error)
}

// effect is what an operation does to what is kept.
type effect int

const (
	// reads means that nothing is changed. Jobs may be started.
	reads effect = iota
	// stores means that bytes are added, for which there must be space.
	stores
	// finishes means that an upload becomes an archive, or is given up.
	finishes
	// administers means that what is kept for good is changed or deleted, which is logged.
	administers
)

// routes returns all operations by method and path. The path begins behind the account, and has
// a * in the place of each name and id.
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

// target is what a path names. It is not checked.
type target struct {
	account string
	vault   string // empty: the path names none
	id      string // of an archive, an upload, a job or a lock
}

// find returns the operation of the request and sets the target.
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

// patternOf returns the path of an operation as routes has it, and the names and ids of the
// request.
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

// checkVersion refuses requests that are not for this version of the API.
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
