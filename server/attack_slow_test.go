package server_test

import (
	"context"
	"io"
	"net/http"
	"path"
	"strings"
	"testing"
	"time"

	"firn/server"
	"firn/treehash"
)

// soon sends a request that somebody tries to hold up, over a connection of its own.
// That there is no answer is a failure.
func (s *service) soon(q request) answer {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 10*time.Second)
	defer cancel()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(s.build(q).WithContext(ctx))
	if err != nil {
		s.t.Fatalf("%s %s has no answer: %v", q.method, q.path, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer{status: response.StatusCode, header: response.Header, body: string(body)}
}

// A guest who may upload to one vault of another account sends a part slowly and has
// the upload completed, or aborted, meanwhile. It holds up nobody: neither the
// owner, who revokes the permission, nor itself.
func TestSlowGuestHoldsNobodyUp(t *testing.T) {
	for _, end := range []string{"completed", "aborted"} {
		t.Run(end, func(t *testing.T) {
			opened := make(chan string, 100)
			s := startOver(t, tellingStore{openStore(t, t.TempDir()), opened}, manyKeys)
			s.createVault("films")
			const access = "/-/vaults/films/access-policy"
			guests := statement("Allow", `{"AWS":"`+otherAccount+`"}`, "glacier:*Multipart*", "")
			s.do(request{method: "PUT", path: access, body: withPolicy(t, guests)}).want(t, 204, "")

			body := pattern(1000)
			films := "/" + account + "/vaults/films/"
			begun := s.do(request{method: "POST", path: films + "multipart-uploads", header: map[string]string{
				"X-Amz-Part-Size": "1048576",
			}}.by(otherKey))
			begun.want(t, 201, "")
			to := films + "multipart-uploads/" + begun.header.Get("X-Amz-Multipart-Upload-Id")
			s.do(partUpload(to, body).by(otherKey)).want(t, 204, "")
			for len(opened) > 0 {
				<-opened
			}
			slow := s.begin(partUpload(to, body).by(otherKey), body[:10])
			<-opened // which comes to the vault before anybody else
			slow.send(body[10:20])

			act, status := completion(to, len(body), treehash.Sum(body).String()), 201
			if end == "aborted" {
				act, status = request{method: "DELETE", path: to}, 204
			}
			ended := make(chan answer, 1)
			go func() { ended <- s.soon(act.by(otherKey)) }()
			<-opened
			s.soon(request{method: "DELETE", path: access}).want(t, 204, "")
			s.soon(request{method: "PUT", path: "/-/vaults/photos"}).want(t, 201, "")
			s.soon(request{method: "POST", path: "/-/vaults/photos/lock-policy", body: withPolicy(t,
				strings.ReplaceAll(statement("Deny", `"*"`, "glacier:DeleteArchive", ""), "films", "photos"))}).want(t, 201, "")
			if a := <-ended; a.status != status {
				t.Errorf("the guest's own request is answered with %d %s, want %d", a.status, a.body, status)
			}
			slow.send(body[20:])
			slow.answer().wantStatus(t, 404, "ResourceNotFoundException")
		})
	}
}

// A part that somebody begins to send and does not finish keeps nobody from sending it.
func TestUnfinishedPartKeepsNobodyFromItsPlace(t *testing.T) {
	opened := make(chan string, 100)
	s := startOver(t, tellingStore{openStore(t, t.TempDir()), opened})
	s.createVault("films")
	to := s.initiate("films", "1048576")
	<-opened
	body := pattern(1000)
	slow := s.begin(partUpload(to, body), body[:10])
	<-opened
	s.soon(partUpload(to, body)).want(t, 204, "")
	s.soon(completion(to, len(body), treehash.Sum(body).String())).want(t, 201, "")
	slow.send(body[10:])
	slow.answer().wantStatus(t, 404, "ResourceNotFoundException")
}

// A vault is deleted while an archive comes in slowly. Neither the other vaults nor the
// health of the server wait for that, and the archive is not taken.
func TestDeleteVaultRacesASlowArchive(t *testing.T) {
	opened := make(chan string, 100)
	s := startOver(t, tellingStore{openStore(t, t.TempDir()), opened})
	s.createVault("films")
	s.createVault("photos")
	body := pattern(1000)
	slow := s.begin(upload("POST", "/-/vaults/films/archives", body, nil), body[:10])
	<-opened
	slow.send(body[10:20])
	deleted := make(chan answer, 1)
	go func() { deleted <- s.soon(request{method: "DELETE", path: "/-/vaults/films"}) }()
	for range 3 {
		s.soon(request{method: "GET", path: "/-/vaults/photos"}).want(t, 200, describeBody("photos"))
		if a := serve(s.admin, s.build(request{method: "GET", path: "/healthz", unsigned: true})); a.status != 200 {
			t.Errorf("the server is said to be ill: %s", a.body)
		}
	}
	a := <-deleted
	a.want(t, 204, "")
	slow.send(body[20:])
	slow.answer().wantError(t, 404, "ResourceNotFoundException", "Vault not found for ARN: "+arnPrefix+"films")
	if got := s.faults.String(); got != "" {
		t.Errorf("that is reported as a fault of the server: %s", got)
	}
}

// A key that announces uploads and sends them slowly leaves room for others, keeps nobody
// from getting archives back, and makes the server look no worse than it is.
func TestAnnouncedUploadsTakeNotAllRoom(t *testing.T) {
	opened := make(chan string, 100)
	s := startOver(t, tellingStore{openStore(t, t.TempDir()), opened}, func(o *server.Options) {
		o.Free = func() (int64, error) { return 101 * mib, nil }
		o.FreeFloor = mib
	})
	s.createVault("films")
	archive := s.keep("film")
	for len(opened) > 0 {
		<-opened
	}
	big := pattern(24 * mib)
	q := upload("POST", "/-/vaults/films/archives", big, nil)
	for range 3 {
		s.begin(q, big[:1])
		<-opened
	}
	s.begin(q, big[:1]).answer().wantStatus(t, 400, "ThrottlingException")
	body := []byte(`{"Type":"archive-retrieval","ArchiveId":"` + path.Base(archive) + `"}`)
	s.soon(request{method: "POST", path: "/-/vaults/films/jobs", body: body}).want(t, 202, "")
	if a := serve(s.admin, s.build(request{method: "GET", path: "/healthz", unsigned: true})); a.status != 200 {
		t.Errorf("the server is said to be %d %s", a.status, a.body)
	}
}

// What one reader of a body takes for the policy is the policy for every reader.
func TestPolicyThatStandsThereTwice(t *testing.T) {
	s := start(t)
	s.createVault("films")
	for _, body := range []string{`{"Policy":"{}","policy":"{}"}`, `{"Policy":"{}","Policy":"{}"}`} {
		s.do(request{method: "PUT", path: "/-/vaults/films/access-policy", body: []byte(body)}).wantStatus(t, 400, "SerializationException")
	}
}
