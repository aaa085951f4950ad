package server_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"firn/server"
	"firn/vault/dirvault"
)

// Keys of others: another account, a user and a reader of ours.
const (
	otherAccount = "999999999999"
	otherKey     = "AKIDOTHER"
	nasKey       = "AKIDNAS"
	readerKey    = "AKIDREADER"
	tokenKey     = "AKIDTOKEN"
)

// manyKeys lets several people in. All have the same secret key.
func manyKeys(o *server.Options) {
	o.Credentials = server.Keys{
		accessKey: {Secret: secretKey, Account: account},
		otherKey:  {Secret: secretKey, Account: otherAccount},
		nasKey:    {Secret: secretKey, Account: account, User: "nas"},
		readerKey: {Secret: secretKey, Account: account, User: "reader", ReadOnly: true},
		tokenKey:  {Secret: secretKey, Account: account, SessionToken: "token", Expires: tokenEnds},
	}
}

var tokenEnds = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)

// by signs a request with the key of somebody else.
func (q request) by(key string) request {
	q.key = aws.Credentials{AccessKeyID: key, SecretAccessKey: secretKey}
	return q
}

// statement is a policy of one statement about the vault films.
func statement(effect, who, action, condition string) string {
	return `{"Version":"2012-10-17","Statement":[{"Sid":"s","Effect":"` + effect + `","Principal":` + who +
		`,"Action":"` + action + `","Resource":"` + arnPrefix + `films","Condition":{` + condition + `}}]}`
}

// withPolicy is the body that carries a policy.
func withPolicy(t *testing.T, text string) []byte {
	t.Helper()
	body, err := json.Marshal(map[string]string{"Policy": text})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// keep uploads an archive to films and returns its path.
func (s *service) keep(body string) string {
	s.t.Helper()
	a := s.do(upload("POST", "/-/vaults/films/archives", []byte(body), nil))
	a.want(s.t, 201, "")
	return "/-/vaults/films/archives/" + a.header.Get("X-Amz-Archive-Id")
}

func TestAccessPolicy(t *testing.T) {
	s := start(t)
	const path = "/-/vaults/films/access-policy"
	s.do(request{method: "PUT", path: path, body: withPolicy(t, "{}")}).
		wantError(t, 404, "ResourceNotFoundException", "Vault not found for ARN: "+arnPrefix+"films")
	s.createVault("films")
	s.do(request{method: "GET", path: path}).wantStatus(t, 404, "ResourceNotFoundException")
	s.do(request{method: "DELETE", path: path}).want(t, 204, "")
	text := statement("Deny", `"*"`, "glacier:DeleteArchive", "")
	s.do(request{method: "PUT", path: path, body: withPolicy(t, text)}).want(t, 204, "")
	s.do(request{method: "GET", path: path}).want(t, 200, string(withPolicy(t, text)))
	s.do(request{method: "DELETE", path: path}).want(t, 204, "")
	s.do(request{method: "GET", path: path}).wantStatus(t, 404, "ResourceNotFoundException")

	for body, code := range map[string]string{
		``:                          "SerializationException",
		`{}`:                        "MissingParameterValueException",
		`{"Policy":""}`:             "MissingParameterValueException",
		string(withPolicy(t, "{}")): "InvalidParameterValueException",
		string(withPolicy(t, "[")):  "InvalidParameterValueException",
		string(withPolicy(t, strings.Repeat(" ", 20<<10+1))):                                                           "InvalidParameterValueException",
		string(withPolicy(t, statement("Deny", `"*"`, "glacier:DeleteArchiv", ""))):                                    "InvalidParameterValueException",
		string(withPolicy(t, statement("Deny", `"*"`, "glacier:*", `"NumericLess":{"glacier:ArchiveAgeInDays":"9"}`))): "InvalidParameterValueException",
		string(withPolicy(t, strings.ReplaceAll(statement("Deny", `"*"`, "glacier:*", ""), account, "000000000000"))):  "InvalidParameterValueException",
	} {
		s.do(request{method: "PUT", path: path, body: []byte(body)}).wantStatus(t, 400, code)
	}
}

func TestPoliciesDecide(t *testing.T) {
	s := start(t, manyKeys)
	s.createVault("films")
	archive := s.keep("film")
	const access = "/-/vaults/films/access-policy"
	list := request{method: "GET", path: "/" + account + "/vaults/films/jobs"}

	// Another account may do nothing, until a policy lets it.
	denied := func(key, why string) {
		t.Helper()
		who := map[string]string{otherKey: otherAccount + ":root", nasKey: account + ":user/nas", accessKey: account + ":root"}[key]
		message := strings.TrimSpace("User: arn:aws:iam::" + who + " is not authorized to perform: glacier:ListJobs on resource: " + arnPrefix + "films " + why)
		s.do(list.by(key)).wantError(t, 403, "AccessDeniedException", message)
	}
	denied(otherKey, "")
	s.do(request{method: "PUT", path: access, body: withPolicy(t, statement("Allow", `{"AWS":"`+otherAccount+`"}`, "glacier:List*", ""))}).want(t, 204, "")
	s.do(list.by(otherKey)).want(t, 200, `{"JobList":[],"Marker":null}`)
	s.do(request{method: "DELETE", path: archive}.by(otherKey)).wantStatus(t, 403, "AccessDeniedException") // "-" is its own account
	s.do(request{method: "GET", path: "/" + account + "/vaults"}.by(otherKey)).wantError(t, 403, "AccessDeniedException",
		"These credentials do not belong to account "+account+".")
	s.do(request{method: "GET", path: "/" + account + "/vaults/nothing"}.by(otherKey)).wantStatus(t, 403, "AccessDeniedException")
	s.do(request{method: "GET", path: "/-/vaults"}.by(otherKey)).wantStatus(t, 403, "AccessDeniedException")
	s.do(request{method: "GET", path: "/" + otherAccount + "/vaults"}).wantStatus(t, 403, "AccessDeniedException")

	// A user is denied what others may do.
	s.do(request{method: "PUT", path: access, body: withPolicy(t, statement("Deny", `{"AWS":"arn:aws:iam::`+account+`:user/nas"}`, "glacier:ListJobs", ""))}).want(t, 204, "")
	const explicit = "with an explicit deny in a policy of the vault"
	denied(nasKey, explicit)
	s.do(list).want(t, 200, `{"JobList":[],"Marker":null}`)

	// By what is known of the request.
	for condition, allowed := range map[string]bool{
		`"Bool":{"aws:SecureTransport":"false"}`:                    false,
		`"Bool":{"aws:SecureTransport":"true"}`:                     true,
		`"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}`:                false,
		`"NotIpAddress":{"aws:SourceIp":"127.0.0.0/8"}`:             true,
		`"DateGreaterThan":{"aws:CurrentTime":"2020-01-01"}`:        false,
		`"NumericLessThan":{"aws:EpochTime":"1577836800"}`:          true,
		`"StringEquals":{"aws:PrincipalAccount":"` + account + `"}`: false,
		`"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/*"}`:    true,
		`"Null":{"aws:UserName":"true"}`:                            false,
		`"StringEquals":{"glacier:ResourceTag/Hold":"yes"}`:         true,
		`"NumericLessThan":{"glacier:ArchiveAgeInDays":"1"}`:        true, // a list of jobs has no age
	} {
		s.do(request{method: "PUT", path: access, body: withPolicy(t, statement("Deny", `"*"`, "glacier:ListJobs", condition))}).want(t, 204, "")
		if allowed {
			s.do(list).want(t, 200, `{"JobList":[],"Marker":null}`)
		} else {
			denied(accessKey, explicit)
		}
	}

	// A tag decides once it is set.
	s.do(request{method: "PUT", path: access, body: withPolicy(t, statement("Deny", `"*"`, "glacier:ListJobs", `"StringEquals":{"glacier:ResourceTag/Hold":"yes"}`))}).want(t, 204, "")
	s.do(request{method: "POST", path: "/-/vaults/films/tags?operation=add", body: []byte(`{"Tags":{"Hold":"yes"}}`)}).want(t, 204, "")
	denied(accessKey, explicit)
}

// A vault that denies to delete young archives keeps them, over a restart, from
// everybody, for ever.
func TestVaultLock(t *testing.T) {
	dir := t.TempDir()
	clock := vaultTime
	now := func(o *server.Options) { o.Now = func() time.Time { return clock } }
	root := openStore(t, dir)
	s := startOver(t, root, manyKeys, now)
	s.clock = func() time.Time { return clock }
	s.createVault("films")
	archive := s.keep("film")
	const path = "/-/vaults/films/lock-policy"
	text := statement("Deny", `"*"`, "glacier:DeleteArchive", `"NumericLessThan":{"glacier:ArchiveAgeInDays":"365"}`)
	remove := request{method: "DELETE", path: archive}
	invalid := s.do(request{method: "POST", path: path, body: withPolicy(t, "{}")})
	invalid.wantStatus(t, 400, "InvalidParameterValueException")
	if !strings.Contains(invalid.body, "The specified vault lock policy is invalid. Provide a valid policy.") {
		t.Errorf("refused with %s", invalid.body)
	}
	s.do(request{method: "GET", path: path}).wantStatus(t, 404, "ResourceNotFoundException")
	s.do(request{method: "POST", path: path + "/AE863rKkWZU53SLW5be4DUcW"}).wantStatus(t, 404, "ResourceNotFoundException")
	s.do(request{method: "DELETE", path: path}).want(t, 204, "")

	lock := func() string {
		t.Helper()
		a := s.do(request{method: "POST", path: path, body: withPolicy(t, text)})
		a.want(t, 201, "")
		id := a.header.Get("X-Amz-Lock-Id")
		if len(id) != 24 {
			t.Errorf("the lock id %q does not have 24 characters", id)
		}
		return id
	}
	described := func(state, ends string) {
		t.Helper()
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		s.do(request{method: "GET", path: path}).want(t, 200, `{"CreationDate":"`+clock.Format("2006-01-02T15:04:05.000Z")+
			`","ExpirationDate":`+ends+`,"Policy":`+string(quoted)+`,"State":"`+state+`"}`)
	}

	// While it is tested it holds too, and vanishes after a day.
	lock()
	described("InProgress", `"2013-03-21T17:03:43.221Z"`)
	s.do(remove).wantStatus(t, 403, "AccessDeniedException")
	s.do(request{method: "POST", path: path, body: withPolicy(t, text)}).wantStatus(t, 403, "AccessDeniedException")
	s.do(request{method: "POST", path: path + "/AE863rKkWZU53SLW5be4DUcW"}).wantStatus(t, 400, "InvalidParameterValueException")
	clock = clock.Add(24 * time.Hour)
	s.do(request{method: "GET", path: path}).wantStatus(t, 404, "ResourceNotFoundException")
	s.do(remove).want(t, 204, "")

	// It can be given up.
	archive = s.keep("film")
	remove.path = archive
	lock()
	s.do(request{method: "DELETE", path: path}).want(t, 204, "")
	s.do(request{method: "GET", path: path}).wantStatus(t, 404, "ResourceNotFoundException")

	// Completed, it stays.
	id := lock()
	for range 2 {
		s.do(request{method: "POST", path: path + "/" + id}).want(t, 204, "")
	}
	described("Locked", "null")
	stays := func() {
		t.Helper()
		s.do(request{method: "POST", path: path + "/AE863rKkWZU53SLW5be4DUcW"}).wantStatus(t, 403, "AccessDeniedException")
		s.do(request{method: "POST", path: path, body: withPolicy(t, text)}).wantStatus(t, 403, "AccessDeniedException")
		s.do(request{method: "DELETE", path: path}).wantStatus(t, 403, "AccessDeniedException")
		for _, key := range []string{accessKey, nasKey, readerKey, otherKey} {
			s.do(remove.by(key)).wantStatus(t, 403, "AccessDeniedException")
		}
	}
	stays()
	clock = clock.Add(48 * time.Hour)
	stays()
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	if err := root.Close(); err != nil {
		t.Error(err)
	}
	s = startOver(t, openStore(t, dir), manyKeys, now)
	s.clock = func() time.Time { return clock }
	stays()
	clock = vaultTime.Add(365*24*time.Hour - time.Second)
	stays()
	clock = clock.Add(time.Second)
	s.do(remove).want(t, 204, "")
	s.do(remove).want(t, 204, "") // what is not there has no age
}

// Whose policy cannot be read is not one without.
func TestDamagedPolicyFailsClosed(t *testing.T) {
	root := openStore(t, t.TempDir())
	s := startOver(t, root)
	s.createVault("films")
	archive := s.keep("film")
	for _, text := range []string{`{`, `{"Policy":"{","State":"Locked"}`} {
		if err := root.SetNote(t.Context(), "films", "lock-policy", []byte(text)); err != nil {
			t.Fatal(err)
		}
		s.do(request{method: "DELETE", path: archive}).wantStatus(t, 500, "ServiceUnavailableException")
	}
}

func TestReadOnlyKey(t *testing.T) {
	s := start(t, manyKeys)
	s.createVault("films")
	archive := s.keep("film")
	id := archive[strings.LastIndex(archive, "/")+1:]
	job := s.do(request{method: "POST", path: "/-/vaults/films/jobs", body: []byte(`{"Type":"archive-retrieval","ArchiveId":"` + id + `"}`)}.by(readerKey))
	job.want(t, 202, "")
	s.do(request{method: "GET", path: "/-/vaults/films/jobs/" + job.header.Get("X-Amz-Job-Id") + "/output"}.by(readerKey)).want(t, 200, "film")
	s.do(request{method: "GET", path: "/-/vaults/films/tags"}.by(readerKey)).want(t, 200, `{"Tags":{}}`)
	for _, q := range []request{
		{method: "PUT", path: "/-/vaults/other"},
		{method: "DELETE", path: "/-/vaults/films"},
		{method: "DELETE", path: archive},
		upload("POST", "/-/vaults/films/archives", []byte("film"), nil),
		{method: "POST", path: "/-/vaults/films/multipart-uploads", header: map[string]string{"X-Amz-Part-Size": "1048576"}},
		{method: "POST", path: "/-/vaults/films/tags?operation=add", body: []byte(`{"Tags":{"a":"b"}}`)},
		{method: "POST", path: "/-/provisioned-capacity"},
		{method: "PUT", path: "/-/policies/data-retrieval", body: []byte(`{"Policy":{"Rules":[{"Strategy":"None"}]}}`)},
	} {
		a := s.do(q.by(readerKey))
		a.wantStatus(t, 403, "AccessDeniedException")
		if !strings.Contains(a.body, "because the key is read-only") {
			t.Errorf("%s %s: %s", q.method, q.path, a.body)
		}
	}
}

func TestSessionToken(t *testing.T) {
	s := start(t, manyKeys)
	s.createVault("films")
	list := func(key, token string, at time.Time) answer {
		q := request{method: "GET", path: "/-/vaults/films/tags", at: at}
		q.key = aws.Credentials{AccessKeyID: key, SecretAccessKey: secretKey, SessionToken: token}
		return s.do(q)
	}
	list(tokenKey, "token", time.Time{}).want(t, 200, `{"Tags":{}}`)
	for _, c := range [][2]string{{tokenKey, ""}, {tokenKey, "tokens"}, {accessKey, "token"}} {
		list(c[0], c[1], time.Time{}).wantStatus(t, 400, "UnrecognizedClientException")
	}
	s = start(t, manyKeys, func(o *server.Options) { o.Now = func() time.Time { return tokenEnds } })
	list(tokenKey, "token", tokenEnds).wantError(t, 403, "ExpiredTokenException", "The security token included in the request is expired")
}

// Each account has vaults of its own.
func TestAccounts(t *testing.T) {
	dirs := map[string]server.Store{account: openStore(t, t.TempDir()), otherAccount: openStore(t, t.TempDir())}
	s := startMany(t, dirs, manyKeys)
	s.createVault("films")
	a := s.do(request{method: "PUT", path: "/-/vaults/photos"}.by(otherKey))
	a.want(t, 201, "")
	if got := a.header.Get("Location"); got != "/"+otherAccount+"/vaults/photos" {
		t.Errorf("made %s", got)
	}
	for key, vault := range map[string]string{accessKey: account + ":vaults/films", otherKey: otherAccount + ":vaults/photos"} {
		got := s.do(request{method: "GET", path: "/-/vaults"}.by(key)).body
		if strings.Count(got, "VaultARN") != 1 || !strings.Contains(got, vault) {
			t.Errorf("%s has the vaults %s", key, got)
		}
	}
	s.do(request{method: "GET", path: "/" + otherAccount + "/vaults/photos"}).wantStatus(t, 403, "AccessDeniedException")
}

// The policy that a data retrieval policy is bounds what is asked for at the tier
// Standard.
func TestRetrievalPolicy(t *testing.T) {
	clock := vaultTime
	s := start(t, func(o *server.Options) { o.Now = func() time.Time { return clock } })
	s.clock = func() time.Time { return clock }
	const path = "/-/policies/data-retrieval"
	get := request{method: "GET", path: path}
	s.do(get).want(t, 200, `{"Policy":{"Rules":[{"BytesPerHour":null,"Strategy":"None"}]}}`)
	for body, code := range map[string]string{
		`x`:             "SerializationException",
		`{}`:            "MissingParameterValueException",
		`{"Policy":{}}`: "InvalidParameterValueException",
		`{"Policy":{"Rules":[{"Strategy":"None"},{"Strategy":"None"}]}}`:         "InvalidParameterValueException",
		`{"Policy":{"Rules":[{"Strategy":"Some"}]}}`:                             "InvalidParameterValueException",
		`{"Policy":{"Rules":[{}]}}`:                                              "MissingParameterValueException",
		`{"Policy":{"Rules":[{"Strategy":"BytesPerHour"}]}}`:                     "MissingParameterValueException",
		`{"Policy":{"Rules":[{"Strategy":"BytesPerHour","BytesPerHour":0}]}}`:    "InvalidParameterValueException",
		`{"Policy":{"Rules":[{"Strategy":"FreeTier","BytesPerHour":5}]}}`:        "InvalidParameterValueException",
		`{"Policy":{"Rules":[{"Strategy":"BytesPerHour","BytesPerHour":1e30}]}}`: "SerializationException",
	} {
		s.do(request{method: "PUT", path: path, body: []byte(body)}).wantStatus(t, 400, code)
	}
	s.createVault("films")
	archive := s.keep(strings.Repeat("f", 2*mib))
	ask := func(more string) answer {
		return s.do(request{method: "POST", path: "/-/vaults/films/jobs", body: []byte(
			`{"Type":"archive-retrieval","ArchiveId":"` + archive[strings.LastIndex(archive, "/")+1:] + `"` + more + `}`)})
	}
	ask("").want(t, 202, "") // counts for no policy that comes later
	rule := `{"Policy":{"Rules":[{"BytesPerHour":5000000,"Strategy":"BytesPerHour"}]}}`
	s.do(request{method: "PUT", path: path, body: []byte(rule)}).want(t, 204, "")
	s.do(get).want(t, 200, rule)
	ask("").want(t, 202, "")
	clock = clock.Add(59 * time.Minute)
	ask(`,"Tier":"Standard"`).want(t, 202, "")
	refused := func() {
		t.Helper()
		ask("").wantError(t, 400, "PolicyEnforcedException", "InitiateJob request denied by current data retrieval policy.")
	}
	refused()
	refused()
	ask(`,"RetrievalByteRange":"0-524287"`).wantStatus(t, 400, "InvalidParameterValueException")
	for _, more := range []string{`,"Tier":"Bulk"`, `,"Tier":"Expedited"`} {
		ask(more).want(t, 202, "")
	}
	clock = clock.Add(time.Minute)
	ask("").want(t, 202, "")
	refused()
	s.do(request{method: "PUT", path: path, body: []byte(`{"Policy":{"Rules":[{"Strategy":"FreeTier"}]}}`)}).want(t, 204, "")
	ask("").want(t, 202, "")
	missing := request{method: "POST", path: "/-/vaults/films/jobs", body: []byte(`{"Type":"archive-retrieval","ArchiveId":"` + strings.Repeat("x", 138) + `"}`)}
	s.do(missing).wantError(t, 404, "ResourceNotFoundException", "The archive ID was not found: "+strings.Repeat("x", 138))
}

func TestCapacity(t *testing.T) {
	clock := time.Date(2024, 1, 31, 10, 0, 0, 500_000_000, time.UTC)
	s := start(t, func(o *server.Options) { o.Now = func() time.Time { return clock } })
	s.clock = func() time.Time { return clock }
	const path = "/-/provisioned-capacity"
	s.do(request{method: "GET", path: path}).want(t, 200, `{"ProvisionedCapacityList":[]}`)
	buy := request{method: "POST", path: path}
	first := s.do(buy)
	first.want(t, 201, "")
	id := first.header.Get("X-Amz-Capacity-Id")
	s.do(request{method: "GET", path: path}).want(t, 200, `{"ProvisionedCapacityList":[{"CapacityId":"`+id+
		`","ExpirationDate":"2024-02-29T10:00:00.000Z","StartDate":"2024-01-31T10:00:00.500Z"}]}`)
	if len(id) != 24 {
		t.Errorf("the id %q does not have 24 characters", id)
	}
	clock = clock.Add(24 * time.Hour)
	s.do(buy).want(t, 201, "")
	s.do(buy).wantStatus(t, 400, "LimitExceededException")
	clock = time.Date(2024, 2, 29, 10, 0, 0, 0, time.UTC)
	if got := s.do(request{method: "GET", path: path}).body; strings.Count(got, "CapacityId") != 1 || strings.Contains(got, id) {
		t.Errorf("after a month: %s", got)
	}
	s.do(buy).want(t, 201, "")
}

func TestTags(t *testing.T) {
	s := start(t)
	const path = "/-/vaults/films/tags"
	s.do(request{method: "GET", path: path}).wantStatus(t, 404, "ResourceNotFoundException")
	s.createVault("films")
	list := request{method: "GET", path: path}
	s.do(list).want(t, 200, `{"Tags":{}}`)
	add := func(body string) answer {
		return s.do(request{method: "POST", path: path + "?operation=add", body: []byte(body)})
	}
	remove := func(body string) answer {
		return s.do(request{method: "POST", path: path + "?operation=remove", body: []byte(body)})
	}
	add(`{"Tags":{"a":"1","b c":"","Übung":"_./=+-@:"}}`).want(t, 204, "")
	add(`{"Tags":{"a":"2"}}`).want(t, 204, "")
	s.do(list).want(t, 200, `{"Tags":{"a":"2","b c":"","Übung":"_./=+-@:"}}`)
	for range 2 {
		remove(`{"TagKeys":["a","none"]}`).want(t, 204, "")
	}
	s.do(list).want(t, 200, `{"Tags":{"b c":"","Übung":"_./=+-@:"}}`)
	remove(`{"TagKeys":["b c","Übung"]}`).want(t, 204, "")
	for body, code := range map[string]string{
		`[]`:                     "SerializationException",
		`{}`:                     "MissingParameterValueException",
		`{"Tags":{}}`:            "MissingParameterValueException",
		`{"Tags":{"":"x"}}`:      "InvalidParameterValueException",
		`{"Tags":{"AWS:x":"x"}}`: "InvalidParameterValueException",
		`{"Tags":{"a":"<"}}`:     "InvalidParameterValueException",
		`{"Tags":{"a\n":"x"}}`:   "InvalidParameterValueException",
		`{"Tags":{"` + strings.Repeat("k", 129) + `":"x"}}`:                                         "InvalidParameterValueException",
		`{"Tags":{"a":"` + strings.Repeat("v", 256) + `"}}`:                                         "InvalidParameterValueException",
		`{"Tags":{"1":"","2":"","3":"","4":"","5":"","6":"","7":"","8":"","9":"","10":"","11":""}}`: "InvalidParameterValueException",
	} {
		add(body).wantStatus(t, 400, code)
	}
	add(`{"Tags":{"`+strings.Repeat("ü", 128)+`":"`+strings.Repeat("v", 255)+`"}}`).want(t, 204, "")
	remove(`{}`).wantStatus(t, 400, "MissingParameterValueException")
	remove(`{"TagKeys":"a"}`).wantStatus(t, 400, "SerializationException")
	s.do(request{method: "POST", path: path, body: []byte(`{}`)}).wantStatus(t, 400, "InvalidParameterValueException")
	s.do(request{method: "POST", path: path + "?operation=set", body: []byte(`{}`)}).wantStatus(t, 400, "InvalidParameterValueException")
	for i := range 49 {
		add(`{"Tags":{"n`+strings.Repeat("x", i)+`":""}}`).want(t, 204, "")
	}
	add(`{"Tags":{"more":""}}`).wantError(t, 400, "LimitExceededException",
		"The quota for the number of tags that can be assigned to this resource has been reached.")
	add(`{"Tags":{"n":"new"}}`).want(t, 204, "")
}

func TestVaultsAreLimited(t *testing.T) {
	s := startOver(t, fullStore{openStore(t, t.TempDir())})
	s.do(request{method: "PUT", path: "/-/vaults/films"}).wantError(t, 400, "LimitExceededException", "The limit of 1000 vaults has been reached.")
}

// A disk that is nearly full takes nothing more, and goes on with all else.
func TestFreeFloor(t *testing.T) {
	var free atomic.Int64 // the access log is written after the answer
	free.Store(mib + 100)
	s := start(t, func(o *server.Options) {
		o.Free = func() (int64, error) { return free.Load(), nil }
		o.FreeFloor = mib
	})
	s.createVault("films")
	archive := s.keep(strings.Repeat("f", 100))
	s.do(upload("POST", "/-/vaults/films/archives", []byte(strings.Repeat("f", 101)), nil)).wantError(t, 500, "ServiceUnavailableException",
		"The server has no room for this: it keeps 1048576 bytes of its disk free.")
	free.Store(mib - 1)
	s.do(request{method: "POST", path: "/-/vaults/films/multipart-uploads", header: map[string]string{"X-Amz-Part-Size": "1048576"}}).
		wantStatus(t, 500, "ServiceUnavailableException")
	s.do(request{method: "DELETE", path: archive}).want(t, 204, "")
}

// fullStore has as many vaults as an account may have.
type fullStore struct{ *dirvault.Root }

func (fullStore) VaultCount(context.Context) (int, error) { return 1000, nil }

// A request that was begun before a lock is decided by the lock, however slowly its
// body comes.
func TestLockHoldsAgainstWhatBeganBefore(t *testing.T) {
	s := start(t)
	s.createVault("films")
	archive := s.keep("film")
	body := []byte("0123456789")
	remove := s.begin(request{method: "DELETE", path: archive, body: body}, body[:1])
	film := pattern(1000)
	store := s.begin(upload("POST", "/-/vaults/films/archives", film, nil), film[:1])
	policy := statement("Deny", `"*"`, "glacier:*Archive", "")
	lock := s.do(request{method: "POST", path: "/-/vaults/films/lock-policy", body: withPolicy(t, policy)})
	lock.want(t, 201, "")
	s.do(request{method: "POST", path: "/-/vaults/films/lock-policy/" + lock.header.Get("X-Amz-Lock-Id")}).want(t, 204, "")
	remove.send(body[1:])
	remove.answer().wantStatus(t, 403, "AccessDeniedException")
	store.send(film[1:])
	store.answer().wantStatus(t, 403, "AccessDeniedException")
	s.do(request{method: "POST", path: "/-/vaults/films/jobs", body: []byte(`{"Type":"archive-retrieval","ArchiveId":"` +
		archive[strings.LastIndex(archive, "/")+1:] + `"}`)}).want(t, 202, "")
}

// A note that says less than a server writes is not one that says nothing.
func TestHollowPolicyFailsClosed(t *testing.T) {
	root := openStore(t, t.TempDir())
	s := startOver(t, root)
	s.createVault("films")
	list := request{method: "GET", path: "/-/vaults/films/jobs"}
	for note, texts := range map[string][]string{
		"access-policy": {`{}`, `null`, `{"Policy":""}`, ``},
		"lock-policy":   {`{}`, `null`, `{"ID":"AE863rKkWZU53SLW5be4DUcW","Policy":"{}","State":"Lockd","Created":"2013-03-20T17:03:43Z"}`},
	} {
		for _, text := range texts {
			if err := root.SetNote(t.Context(), "films", note, []byte(text)); err != nil {
				t.Fatal(err)
			}
			s.do(list).wantStatus(t, 500, "ServiceUnavailableException")
		}
		if err := root.SetNote(t.Context(), "films", note, nil); err != nil {
			t.Fatal(err)
		}
	}
	s.do(list).want(t, 200, `{"JobList":[],"Marker":null}`)
}

// Uploads that come side by side do not together take what each alone may.
func TestFreeFloorOfUploadsSideBySide(t *testing.T) {
	s := start(t, func(o *server.Options) {
		o.Free = func() (int64, error) { return mib + 1500, nil }
		o.FreeFloor = mib
	})
	s.createVault("films")
	film := pattern(1000)
	first := s.begin(upload("POST", "/-/vaults/films/archives", film, nil), film[:1])
	refused := upload("POST", "/-/vaults/films/archives", film, nil)
	second := s.do(refused)
	for range 1000 { // until the first one has got its space
		if second.status != 201 {
			break
		}
		second = s.do(refused)
	}
	second.wantStatus(t, 500, "ServiceUnavailableException")
	first.send(film[1:])
	first.answer().want(t, 201, "")
	s.do(refused).want(t, 201, "")
}

// Who has shown nothing yet cannot hold a connection by sending a byte now and then.
func TestDripEnds(t *testing.T) {
	s := start(t, func(o *server.Options) { o.IdleTimeout = 200 * time.Millisecond })
	q := request{method: "POST", path: "/-/vaults/films/jobs", body: pattern(mib - 1)}
	slow := s.begin(q, q.body[:1])
	drip := time.NewTicker(20 * time.Millisecond)
	defer drip.Stop()
	answered := make(chan answer, 1)
	go func() { answered <- slow.answer() }()
	for {
		select {
		case a := <-answered:
			a.wantStatus(t, 408, "RequestTimeoutException")
			return
		case <-drip.C:
			_, _ = slow.conn.Write([]byte{0}) // until the server has enough
		}
	}
}
