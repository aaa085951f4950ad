//go:build !race || torture

package server_test

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"firn/server"
)

// mutants is how many requests are changed.
const mutants = 100_000

// A signed request that is changed in one thing that has a meaning is refused, and
// nothing comes of it.
func TestLongNoMutantIsAccepted(t *testing.T) {
	draw := seeded(t)
	log := &lastLine{}
	m := newMutated(t, log)
	before := m.observe(t)
	kinds := mutations()
	names := slices.Sorted(maps.Keys(kinds))
	count := map[string]int{}
	for tried := 0; tried < mutants; {
		victim, other := oneOf(draw, m.signed...), oneOf(draw, m.signed...)
		kind := oneOf(draw, names...)
		mutant := kinds[kind](draw, victim, other)
		r, err := mutant.read()
		if err != nil || says(r, victim) || r.Header.Get("Authorization") == other.authorization() && says(r, other) {
			continue // HTTP refuses it, or it is as good as a good one
		}
		tried++
		count[kind]++
		log.line = log.line[:0]
		a := serve(m.handler, r)
		if why := refusedByTheChecks(a, log.verified()); why != "" {
			t.Fatalf("%s: %s\nanswer %d %s\nto\n%s\nmade of\n%s", kind, why, a.status, a.body, mutant, victim.wire)
		}
	}
	for _, name := range names {
		if count[name] < mutants/100 {
			t.Errorf("only %d mutants are of the kind: %s", count[name], name)
		}
	}
	if after := m.observe(t); after != before {
		t.Errorf("something changed\nbefore %s\nafter  %s", before, after)
	}
}

// says reports whether a request says what a good one says.
func says(r *http.Request, good signedRequest) bool { return meaning(r, good.names()) == good.means }

// refusedByTheChecks says why an answer is not a refusal by the checks before an operation;
// empty if it is one. A signature that was verified before the body was read is refused when
// the body is another one.
func refusedByTheChecks(a answer, verified bool) string {
	code := codeOf(a)
	switch {
	case a.status != 400 && a.status != 403:
		return "it was let in"
	case verified && !slices.Contains([]string{
		"InvalidSignatureException", "InvalidParameterValueException", "MissingParameterValueException", "BadRequest",
	}, code):
		return "its signature was taken for good"
	case !slices.Contains([]string{
		"InvalidSignatureException", "MissingAuthenticationTokenException", "UnrecognizedClientException",
		"AccessDeniedException", "BadRequest", "MissingParameterValueException", "InvalidParameterValueException",
	}, code):
		return "the checks do not answer so"
	}
	return ""
}

// codeOf returns the code of an error, or nothing.
func codeOf(a answer) string {
	rest, _ := strings.CutPrefix(a.body, `{"code":"`)
	code, _, _ := strings.Cut(rest, `"`)
	return code
}

// lastLine is an access log that remembers its last line.
type lastLine struct{ line []byte }

func (l *lastLine) Write(p []byte) (int, error) {
	l.line = append(l.line[:0], p...)
	return len(p), nil
}

// verified reports whether somebody's signature was verified last. Those whose was not
// have no line when they come too fast.
func (l *lastLine) verified() bool {
	return len(l.line) > 0 && !bytes.Contains(l.line, []byte(`"access_key":""`))
}

// signedRequest is a good request.
type signedRequest struct {
	wire
	means string
}

// mutated is a server and requests that it would accept.
type mutated struct {
	service
	handler http.Handler
	signed  []signedRequest
}

// newMutated signs requests for operations of every kind, each as the SDKs do, all
// headers and the hash of the body included, and as old clients did, who signed the
// least.
func newMutated(t *testing.T, log *lastLine) *mutated {
	t.Helper()
	at := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	m := &mutated{service: service{t: t, address: "127.0.0.1:8333", clock: func() time.Time { return at }}}
	handler, err := server.New(map[string]server.Store{account: openStore(t, memoryDir(t))}, server.Options{
		Region: region, Credentials: keys(), AccessLog: log, Now: m.clock,
	})
	if err != nil {
		t.Fatal(err)
	}
	m.handler = handler
	film := []byte("a film of a few bytes")
	m.send(request{method: "PUT", path: "/-/vaults/films"}, false)
	archive := m.send(upload("POST", "/-/vaults/films/archives", film, nil), false).header.Get("X-Amz-Archive-Id")
	open := m.send(request{method: "POST", path: "/-/vaults/films/multipart-uploads", header: map[string]string{"X-Amz-Part-Size": "1048576"}}, false).
		header.Get("X-Amz-Multipart-Upload-Id")
	retrieve := []byte(`{"Type":"archive-retrieval","ArchiveId":"` + archive + `"}`)
	job := m.send(request{method: "POST", path: "/-/vaults/films/jobs", body: retrieve}, false).header.Get("X-Amz-Job-Id")
	part := map[string]string{"Content-Range": "bytes 0-20/*"}
	for _, q := range []request{
		{method: "GET", path: "/-/vaults?limit=3&marker=arn%3Aaws%3Aglacier%3Aeu-north-1%3A012345678901%3Avaults%2Fa"},
		{method: "PUT", path: "/" + account + "/vaults/films"},
		{method: "POST", path: "/-/vaults/films/tags?operation=add", body: []byte(`{"Tags":{"a":"1"}}`), header: map[string]string{"Content-Type": "application/json"}},
		upload("POST", "/-/vaults/films/archives", film, map[string]string{"X-Amz-Archive-Description": "a film  of 2012"}),
		{method: "DELETE", path: "/-/vaults/films/archives/" + archive},
		upload("PUT", "/-/vaults/films/multipart-uploads/"+open, film, part),
		{method: "GET", path: "/-/vaults/films/multipart-uploads/" + open},
		{method: "POST", path: "/-/vaults/films/jobs", body: retrieve},
		{method: "GET", path: "/-/vaults/films/jobs/" + job + "/output", header: map[string]string{"Range": "bytes=0-9"}},
		{method: "PUT", path: "/-/policies/data-retrieval", body: []byte(`{"Policy":{"Rules":[{"Strategy":"FreeTier"}]}}`)},
	} {
		for _, least := range []bool{false, true} {
			w := m.wireOf(q, least)
			if q.method != "DELETE" {
				m.send(q, least)
			}
			r, err := w.read()
			if err != nil {
				t.Fatal(err)
			}
			m.signed = append(m.signed, signedRequest{w, meaning(r, w.names())})
		}
	}
	if !log.verified() {
		t.Fatalf("of a good signature the access log says %s", log.line)
	}
	return m
}

// wireOf signs a request.
func (m *mutated) wireOf(q request, least bool) wire {
	m.t.Helper()
	body := q.body
	if least {
		// The signer signs every header that is there; the rest comes afterwards.
		later := map[string]string{}
		q.payload = sha(body)
		for name, value := range q.header {
			if !strings.HasPrefix(name, "X-Amz-") {
				later[name] = value
			}
		}
		q.header = maps.Clone(q.header)
		maps.DeleteFunc(q.header, func(name, _ string) bool { return later[name] != "" })
		q.body = nil
		q.spoil = func(r *http.Request) {
			for name, value := range later {
				r.Header.Set(name, value)
			}
		}
	} else if q.header["X-Amz-Content-Sha256"] == "" {
		q.header = with(q.header, "X-Amz-Content-Sha256", sha(body))
	}
	return wireOf(m.build(q), body)
}

// send has a good request served.
func (m *mutated) send(q request, least bool) answer {
	m.t.Helper()
	r, err := m.wireOf(q, least).read()
	if err != nil {
		m.t.Fatal(err)
	}
	a := serve(m.handler, r)
	if a.status >= 300 {
		m.t.Fatalf("%s %s: answer %d %s", q.method, q.path, a.status, a.body)
	}
	return a
}

// observe returns all that the requests could change.
func (m *mutated) observe(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, path := range []string{
		"/-/vaults", "/-/vaults/films/tags", "/-/vaults/films/multipart-uploads", "/-/vaults/films/jobs", "/-/policies/data-retrieval",
		strings.Split(m.signed[10].target, "?")[0],
	} {
		all.WriteString(m.send(request{method: "GET", path: path}, false).body + "\n")
	}
	return all.String()
}

// names returns the headers that a request signs.
func (w wire) names() []string {
	_, list, _ := strings.Cut(w.authorization(), "SignedHeaders=")
	list, _, _ = strings.Cut(list, ",")
	return strings.Split(list, ";")
}

// mutations are the ways to change one thing of a request. Another good request is
// at hand to take something from. What they return may say the same as before.
func mutations() map[string]func(draw *rand.Rand, q, other signedRequest) wire {
	return map[string]func(draw *rand.Rand, q, other signedRequest) wire{
		"another method": func(draw *rand.Rand, q, _ signedRequest) wire {
			q.method = oneOf(draw, "GET", "PUT", "POST", "DELETE", "HEAD", "PATCH", strings.ToLower(q.method))
			return q.wire
		},
		"another path": func(draw *rand.Rand, q, _ signedRequest) wire {
			path, query, asked := strings.Cut(q.target, "?")
			q.target = "/" + mutatedText(draw, path[1:], "abcXYZ019-_.~/%")
			if asked {
				q.target += "?" + query
			}
			return q.wire
		},
		"another query": func(draw *rand.Rand, q, _ signedRequest) wire {
			path, query, _ := strings.Cut(q.target, "?")
			q.target = path + "?" + mutatedQuery(draw, query)
			return q.wire
		},
		"another value of a header": func(draw *rand.Rand, q, _ signedRequest) wire {
			i := draw.IntN(len(q.header))
			return q.withHeader(i, mutatedText(draw, q.header[i][1], "abcXYZ0129-_.:/= "))
		},
		"a header more": func(draw *rand.Rand, q, other signedRequest) wire {
			added := oneOf(draw, oneOf(draw, other.header...), oneOf(draw, q.header...), [2]string{"X-Amz-Archive-Description", "mine"},
				[2]string{"X-Amz-Security-Token", "token"}, [2]string{"x-amz-date", "20261127T120001Z"}, [2]string{"X-Amz-Meta-" + string(rune('a'+draw.IntN(26))), "x"})
			q.header = slices.Insert(slices.Clone(q.header), draw.IntN(len(q.header)+1), added)
			return q.wire
		},
		"a header less": func(draw *rand.Rand, q, _ signedRequest) wire {
			i := draw.IntN(len(q.header))
			q.header = slices.Delete(slices.Clone(q.header), i, i+1)
			return q.wire
		},
		"another name of a header": func(draw *rand.Rand, q, _ signedRequest) wire {
			q.header = slices.Clone(q.header)
			name := &q.header[draw.IntN(len(q.header))][0]
			*name = oneOf(draw, mutatedText(draw, *name, "abcxyz-"), strings.ReplaceAll(*name, "-", "_"))
			return q.wire
		},
		"another authorization": func(draw *rand.Rand, q, other signedRequest) wire {
			i := q.find("Authorization")
			return q.withHeader(i, mutatedAuthorization(draw, q.header[i][1], other.authorization()))
		},
		"another date": func(draw *rand.Rand, q, _ signedRequest) wire {
			i := q.find("X-Amz-Date")
			at, err := time.Parse("20060102T150405Z", q.header[i][1])
			if err != nil {
				return q.wire
			}
			seconds := draw.IntN(2*86400) - 86400
			return q.withHeader(i, at.Add(time.Duration(seconds)*time.Second).Format("20060102T150405Z"))
		},
		"another body": func(draw *rand.Rand, q, other signedRequest) wire {
			// An upload has to be received, which takes its time.
			if strings.HasSuffix(q.target, "/archives") && draw.IntN(32) > 0 {
				return q.wire
			}
			q.body = oneOf(draw, other.body, q.body+"x", mutatedText(draw, q.body, `ab01"{}:, `))
			if draw.IntN(8) == 0 {
				return q.wire // its length is not told
			}
			return q.withLength()
		},
	}
}

// authorization returns the value of the header of this name, or nothing.
func (w wire) authorization() string {
	if i := w.find("Authorization"); i >= 0 {
		return w.header[i][1]
	}
	return ""
}

func (w wire) withHeader(i int, value string) wire {
	w.header = slices.Clone(w.header)
	w.header[i][1] = value
	return w
}

// mutatedText changes, adds or removes one character, or the case of one.
func mutatedText(draw *rand.Rand, text, alphabet string) string {
	if text == "" {
		return string(alphabet[draw.IntN(len(alphabet))])
	}
	i, c := draw.IntN(len(text)), string(alphabet[draw.IntN(len(alphabet))])
	switch draw.IntN(4) {
	case 0:
		return text[:i] + c + text[i:]
	case 1:
		return text[:i] + text[i+1:]
	case 2:
		if upper := strings.ToUpper(text[i : i+1]); upper != text[i:i+1] {
			return text[:i] + upper + text[i+1:]
		}
		return text[:i] + strings.ToLower(text[i:i+1]) + text[i+1:]
	}
	return text[:i] + c + text[i+1:]
}

// mutatedQuery changes a character or a parameter.
func mutatedQuery(draw *rand.Rand, query string) string {
	more := oneOf(draw, "limit=1", "marker=x", "operation=remove", "completed=true", "X-Amz-Signature=00", "x=", "%00=")
	pairs := strings.Split(query, "&")
	switch draw.IntN(4) {
	case 0:
		return strings.TrimPrefix(query+"&"+more, "&")
	case 1:
		return strings.Join(slices.Delete(pairs, 0, 1), "&")
	case 2:
		pairs[draw.IntN(len(pairs))] = more
		return strings.Join(pairs, "&")
	}
	return mutatedText(draw, query, "abcXYZ019-_.~%=&")
}

// mutatedAuthorization changes a character or a field, or takes fields of another.
func mutatedAuthorization(draw *rand.Rand, value, other string) string {
	fields, others := strings.Split(value, ", "), strings.Split(other, ", ")
	switch draw.IntN(6) {
	case 0:
		return other
	case 1:
		fields[2] = others[2] // its signature
	case 2: // the names
		names := strings.Split(strings.TrimPrefix(fields[1], "SignedHeaders="), ";")
		i := draw.IntN(len(names))
		names = oneOf(draw, slices.Delete(slices.Clone(names), i, i+1), append(slices.Clone(names), "user-agent"),
			slices.Insert(slices.Clone(names), i, names[i]), strings.Split(others[1][len("SignedHeaders="):], ";"))
		fields[1] = "SignedHeaders=" + strings.Join(names, ";")
	case 3: // the scope
		scope := strings.Split(fields[0], "/")
		i := draw.IntN(len(scope))
		scope[i] = oneOf(draw, mutatedText(draw, scope[i], "abcXYZ019-"), "us-east-1", "s3", "20261128", "")
		fields[0] = strings.Join(scope, "/")
	case 4:
		fields[2] = "Signature=" + strings.Repeat(strconv.FormatUint(draw.Uint64()>>60, 16), 64)
	default:
		return mutatedText(draw, value, "abcdef0123456789XYZ-=;/")
	}
	return strings.Join(fields, ", ")
}
