package server

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"firn/vault"
)

// operation is one operation of the service.
type operation struct {
	// serve carries it out. The error becomes a reply too.
	serve func(s *Server, ctx context.Context, c *call) (reply, error)
	// streams: the body is an upload, received and checked by a vault. Of other
	// operations the gate receives and checks it.
	streams bool
}

// route tells operations apart. Every path has the same form,
// /ACCOUNT/vaults/VAULT/COLLECTION/ID/output, and may end after any segment.
type route struct {
	method     string
	segments   int    // in the path
	collection string // the fourth segment, if there is one
}

// routes is the whole API.
func routes() map[route]operation {
	return map[route]operation{
		{http.MethodGet, 2, ""}:    {serve: (*Server).listVaults},
		{http.MethodPut, 3, ""}:    {serve: (*Server).createVault},
		{http.MethodGet, 3, ""}:    {serve: (*Server).describeVault},
		{http.MethodDelete, 3, ""}: {serve: (*Server).deleteVault},

		{http.MethodPost, 4, "archives"}:   {serve: (*Server).uploadArchive, streams: true},
		{http.MethodDelete, 5, "archives"}: {serve: (*Server).deleteArchive},

		{http.MethodPost, 4, "multipart-uploads"}:   {serve: (*Server).initiateUpload},
		{http.MethodGet, 4, "multipart-uploads"}:    {serve: (*Server).listUploads},
		{http.MethodPut, 5, "multipart-uploads"}:    {serve: (*Server).uploadPart, streams: true},
		{http.MethodGet, 5, "multipart-uploads"}:    {serve: (*Server).listParts},
		{http.MethodPost, 5, "multipart-uploads"}:   {serve: (*Server).completeUpload},
		{http.MethodDelete, 5, "multipart-uploads"}: {serve: (*Server).abortUpload},

		{http.MethodPost, 4, "jobs"}: {serve: (*Server).initiateJob},
		{http.MethodGet, 4, "jobs"}:  {serve: (*Server).listJobs},
		{http.MethodGet, 5, "jobs"}:  {serve: (*Server).describeJob},
		{http.MethodGet, 6, "jobs"}:  {serve: (*Server).getJobOutput},

		{http.MethodPut, 4, "notification-configuration"}:    {serve: (*Server).setNotifications},
		{http.MethodGet, 4, "notification-configuration"}:    {serve: (*Server).getNotifications},
		{http.MethodDelete, 4, "notification-configuration"}: {serve: (*Server).deleteNotifications},
	}
}

// target is what a path names. Nothing of it is checked yet.
type target struct {
	vault string
	id    string // of an archive, an upload or a job
}

// find returns the operation that the request asks for and sets its target.
func (s *Server) find(c *call) (operation, error) {
	path, _ := wireTarget(c.r)
	segments, err := splitPath(path)
	if err != nil || len(segments) < 2 || segments[1] != "vaults" || len(segments) > 5 && segments[5] != "output" {
		return operation{}, unknownOperation(c.r.Method, path)
	}
	if account := segments[0]; account != "-" && account != s.options.Account {
		return operation{}, accessDenied("These credentials do not belong to account " + account + ".")
	}
	which := route{method: c.r.Method, segments: len(segments)}
	segments = append(segments, "", "", "")
	which.collection = segments[3]
	op, ok := s.routes[which]
	if !ok {
		return operation{}, unknownOperation(c.r.Method, path)
	}
	c.target = target{vault: segments[2], id: segments[4]}
	return op, nil
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
		return missingParameter("API version")
	default:
		return invalidHeader(name, got)
	}
}

// open returns the vault that the path names.
func (s *Server) open(ctx context.Context, c *call) (vault.Vault, error) {
	if !isVaultName(c.target.vault) {
		return nil, s.vaultNotFound(c.target.vault)
	}
	v, err := s.store.Open(ctx, c.target.vault)
	if err != nil {
		return nil, s.orVaultNotFound(err, c.target.vault)
	}
	return v, nil
}
