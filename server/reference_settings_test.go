package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// refPolicy is a policy that denies everybody one action, mostly on a condition.
type refPolicy struct {
	text   string
	action string
	days   int  // only while the archive is younger; 0: whatever its age
	held   bool // only while the vault has the tag Hold=yes
}

type refLock struct {
	refPolicy
	id      string
	created time.Time
	locked  bool
}

// lockOf returns the lock of a vault; one that is tested vanishes after a day.
func (g *game) lockOf(v *refVault) *refLock {
	if v.lock != nil && !v.lock.locked && g.now.Sub(v.lock.created) >= lockLife {
		v.lock = nil
	}
	return v.lock
}

// denied tells whether a policy of a vault keeps anybody from an action.
func (g *game) denied(v *refVault, action string, archive *refArchive) []string {
	var policies []*refPolicy
	if v.access != nil {
		policies = append(policies, v.access)
	}
	if lock := g.lockOf(v); lock != nil {
		policies = append(policies, &lock.refPolicy)
	}
	for _, p := range policies {
		young := archive != nil && int(g.now.Sub(archive.created)/(24*time.Hour)) < p.days
		if p.action == action && (p.days == 0 || young) && (!p.held || v.tags["Hold"] == "yes") {
			return []string{refDenied}
		}
	}
	return nil
}

// drawPolicy draws a policy for a vault. A lock can be for ever, so it says less.
func (g *game) drawPolicy(v *refVault, lock bool) (p refPolicy, body []byte, refusals []string) {
	if g.once(6) {
		text := oneOf(g.draw, "", "{", "[]", "{}", `{"Policy":""}`, `{"Policy":"{}"}`, `{"Policy":7}`)
		return p, []byte(text), []string{refNoJSON, refMissing, refInvalid}
	}
	condition := ""
	switch n := g.draw.IntN(3); {
	case n == 0:
		p.action, p.days = "DeleteArchive", 1+g.draw.IntN(3)
		condition = fmt.Sprintf(`"NumericLessThan":{"glacier:ArchiveAgeInDays":"%d"}`, p.days)
	case n == 1 || lock:
		p.action, p.held = oneOf(g.draw, "DeleteArchive", "ListJobs", "UploadArchive", "InitiateJob"), true
		condition = `"StringEquals":{"glacier:ResourceTag/Hold":"yes"}`
	default:
		p.action = oneOf(g.draw, "DeleteArchive", "DeleteArchive", "ListJobs", "UploadArchive", "InitiateJob", "UploadMultipartPart")
	}
	p.text = strings.ReplaceAll(statement("Deny", `"*"`, "glacier:"+p.action, condition), "vaults/films", "vaults/"+v.name)
	return p, withPolicy(g.t, p.text), nil
}

// of is a request for a setting of a vault that exists or not.
func (g *game) of(name, method, what string, status int) (*refVault, move) {
	v, path, refusals := g.in()
	return v, move{name: name, request: request{method: method, path: path + what}, refusals: refusals, status: status}
}

func (g *game) setAccessPolicy() move {
	v, m := g.of("SetVaultAccessPolicy", "PUT", "/access-policy", http.StatusNoContent)
	p, body, wrong := g.drawPolicy(v, false)
	m.request.body, m.refusals = body, append(m.refusals, wrong...)
	m.then = func(answer) { v.access = &p }
	return m
}

func (g *game) getAccessPolicy() move {
	v, m := g.of("GetVaultAccessPolicy", "GET", "/access-policy", http.StatusOK)
	if v.access == nil {
		m.refusals = append(m.refusals, refNotFound)
	} else {
		m.body = object{"Policy": v.access.text}
	}
	return m
}

func (g *game) deleteAccessPolicy() move {
	v, m := g.of("DeleteVaultAccessPolicy", "DELETE", "/access-policy", http.StatusNoContent)
	m.then = func(answer) { v.access = nil }
	return m
}

func (g *game) initiateLock() move {
	v, m := g.of("InitiateVaultLock", "POST", "/lock-policy", http.StatusCreated)
	p, body, wrong := g.drawPolicy(v, true)
	m.request.body, m.refusals = body, append(m.refusals, wrong...)
	if g.lockOf(v) != nil {
		m.refusals = append(m.refusals, refDenied)
	}
	m.then = func(a answer) {
		v.lock = &refLock{refPolicy: p, id: a.header.Get("X-Amz-Lock-Id"), created: g.now}
		if !isOpaque(v.lock.id, 24) {
			g.t.Errorf("the lock is called %s", v.lock.id)
		}
	}
	return m
}

func (g *game) getLock() move {
	v, m := g.of("GetVaultLock", "GET", "/lock-policy", http.StatusOK)
	lock := g.lockOf(v)
	switch {
	case lock == nil:
		m.refusals = append(m.refusals, refNotFound)
	case lock.locked:
		m.body = object{"CreationDate": dateOf(lock.created), "ExpirationDate": nil, "Policy": lock.text, "State": "Locked"}
	default:
		m.body = object{
			"CreationDate": dateOf(lock.created), "ExpirationDate": dateOf(lock.created.Add(lockLife)),
			"Policy": lock.text, "State": "InProgress",
		}
	}
	return m
}

func (g *game) abortLock() move {
	v, m := g.of("AbortVaultLock", "DELETE", "/lock-policy", http.StatusNoContent)
	if lock := g.lockOf(v); lock != nil && lock.locked {
		m.refusals = append(m.refusals, refDenied)
	}
	m.then = func(answer) { v.lock = nil }
	return m
}

func (g *game) completeLock() move {
	v, m := g.of("CompleteVaultLock", "POST", "/lock-policy/", http.StatusNoContent)
	lock, id := g.lockOf(v), strings.Repeat("x", 24)
	if lock != nil && g.once(2) {
		id = lock.id
	}
	m.request.path += id
	switch {
	case lock == nil:
		m.refusals = append(m.refusals, refNotFound)
	case lock.locked && lock.id != id:
		m.refusals = append(m.refusals, refDenied)
	case lock.id != id:
		m.refusals = append(m.refusals, refInvalid)
	}
	m.then = func(answer) { lock.locked = true }
	return m
}

func (g *game) setNotifications() move {
	v, m := g.of("SetVaultNotifications", "PUT", "/notification-configuration", http.StatusNoContent)
	topic := "arn:aws:sns:eu-north-1:012345678901:" + oneOf(g.draw, "ready", "done")
	events := oneOf(g.draw, []string{"ArchiveRetrievalCompleted"}, []string{"ArchiveRetrievalCompleted", "InventoryRetrievalCompleted"})
	switch g.draw.IntN(10) {
	case 0:
		topic = "ready"
		m.refusals = append(m.refusals, refInvalid)
	case 1:
		events = []string{"ArchiveRetrievalCompleted", "Other"}
		m.refusals = append(m.refusals, refInvalid)
	case 2:
		events = nil
		m.refusals = append(m.refusals, refMissing, refInvalid)
	case 3:
		topic = ""
		m.refusals = append(m.refusals, refMissing, refInvalid)
	}
	body, err := json.Marshal(map[string]any{"SNSTopic": topic, "Events": events})
	if err != nil {
		g.t.Fatal(err)
	}
	m.request.body = body
	m.then = func(answer) { v.topic, v.events = topic, events }
	return m
}

func (g *game) getNotifications() move {
	v, m := g.of("GetVaultNotifications", "GET", "/notification-configuration", http.StatusOK)
	if v.topic == "" {
		m.refusals = append(m.refusals, refNotFound)
	}
	events := list{}
	for _, e := range v.events {
		events = append(events, e)
	}
	m.body = object{"Events": events, "SNSTopic": v.topic}
	return m
}

func (g *game) deleteNotifications() move {
	v, m := g.of("DeleteVaultNotifications", "DELETE", "/notification-configuration", http.StatusNoContent)
	m.then = func(answer) { v.topic, v.events = "", nil }
	return m
}

func (g *game) addTags() move {
	v, m := g.of("AddTagsToVault", "POST", "/tags?operation=add", http.StatusNoContent)
	tags := map[string]string{}
	for range oneOf(g.draw, 1, 5, 10, 10, 10) {
		tags[fmt.Sprintf("key %d", g.draw.IntN(60))] = oneOf(g.draw, "", "1", "\u00fc", "a b")
	}
	if g.once(3) { // those that it has not
		tags = map[string]string{}
		for i := 0; len(tags) < 10; i++ {
			if _, there := v.tags[fmt.Sprintf("key %d", i)]; !there {
				tags[fmt.Sprintf("key %d", i)] = ""
			}
		}
	}
	if g.once(4) {
		tags = map[string]string{"Hold": oneOf(g.draw, "yes", "no", "Yes")}
	}
	switch g.draw.IntN(12) {
	case 0:
		tags = oneOf(g.draw, nil, map[string]string{}, map[string]string{"": "x"}, map[string]string{"aws:x": ""}, map[string]string{"a": "<"},
			map[string]string{strings.Repeat("k", 129): ""}, map[string]string{"k": strings.Repeat("v", 257)})
		m.refusals = append(m.refusals, refInvalid, refMissing)
	case 1:
		tags = map[string]string{}
		for i := range 11 {
			tags[fmt.Sprint(i)] = ""
		}
		m.refusals = append(m.refusals, refInvalid, refLimited)
	}
	body, err := json.Marshal(map[string]any{"Tags": tags})
	if err != nil {
		g.t.Fatal(err)
	}
	m.request.body = body
	if n := len(v.tags); m.refusals == nil {
		for key := range tags {
			if _, there := v.tags[key]; !there {
				n++
			}
		}
		if n > 50 {
			m.refusals = append(m.refusals, refLimited)
		}
	}
	m.then = func(answer) {
		for key, value := range tags {
			v.tags[key] = value
		}
	}
	return m
}

func (g *game) removeTags() move {
	v, m := g.of("RemoveTagsFromVault", "POST", "/tags?operation=remove", http.StatusNoContent)
	var keys []string
	for range oneOf(g.draw, 1, 2, 3, 10) {
		keys = append(keys, fmt.Sprintf("key %d", g.draw.IntN(60)))
	}
	keys = append(keys[1:], oneOf(g.draw, "Hold", keys[0]))
	if g.once(10) {
		keys = nil
		m.refusals = append(m.refusals, refInvalid, refMissing)
	}
	body, err := json.Marshal(map[string]any{"TagKeys": keys})
	if err != nil {
		g.t.Fatal(err)
	}
	m.request.body = body
	m.then = func(answer) {
		for _, key := range keys {
			delete(v.tags, key)
		}
	}
	return m
}

func (g *game) listTags() move {
	v, m := g.of("ListTagsForVault", "GET", "/tags", http.StatusOK)
	tags := object{}
	for key, value := range v.tags {
		tags[key] = value
	}
	m.body = object{"Tags": tags}
	return m
}

// refLimit is the data retrieval policy of the account.
type refLimit struct {
	strategy string // empty: None
	rate     int    // bytes per hour, if that is the strategy
}

type refRetrieval struct {
	at   time.Time
	size int
}

// admits reports whether the policy allows one more retrieval. The hour is that of
// the last sixty minutes of the clock. No month sees as much as FreeTier allows.
func (g *game) admits(size int) bool {
	if g.limit.strategy != "BytesPerHour" {
		return true
	}
	for _, r := range g.retrievals {
		if r.at.Unix()/60 > g.now.Unix()/60-60 {
			size += r.size
		}
	}
	return size <= g.limit.rate
}

func (g *game) retrieved(size int) {
	if g.limit.strategy == "BytesPerHour" || g.limit.strategy == "FreeTier" {
		g.retrievals = append(g.retrievals, refRetrieval{g.now, size})
	}
}

func (g *game) setRetrievalPolicy() move {
	limit := refLimit{strategy: oneOf(g.draw, "None", "FreeTier", "BytesPerHour")}
	rule := map[string]any{"Strategy": limit.strategy}
	if limit.strategy == "BytesPerHour" {
		limit.rate = oneOf(g.draw, 1, 200, mib, 3*mib, 9*mib)
		rule["BytesPerHour"] = limit.rate
	}
	rules := []any{rule}
	var refusals []string
	switch g.draw.IntN(10) {
	case 0:
		rule["Strategy"] = oneOf(g.draw, "", "Some", "none")
		refusals = []string{refInvalid, refMissing}
	case 1:
		rules = oneOf(g.draw, nil, []any{}, []any{rule, rule})
		refusals = []string{refInvalid, refMissing}
	case 2:
		rule["Strategy"], rule["BytesPerHour"] = "FreeTier", 5
		refusals = []string{refInvalid}
	case 3:
		rule["Strategy"], rule["BytesPerHour"] = "BytesPerHour", oneOf[any](g.draw, nil, 0, -1, "5", 1.5)
		refusals = []string{refInvalid, refMissing, refNoJSON}
	}
	body, err := json.Marshal(map[string]any{"Policy": map[string]any{"Rules": rules}})
	if err != nil {
		g.t.Fatal(err)
	}
	return move{
		name: "SetDataRetrievalPolicy", request: request{method: "PUT", path: "/-/policies/data-retrieval", body: body},
		refusals: refusals, status: http.StatusNoContent, then: func(answer) { g.limit = limit },
	}
}

func (g *game) getRetrievalPolicy() move {
	rule := object{"Strategy": "None", "BytesPerHour": nil}
	if g.limit.strategy != "" {
		rule["Strategy"] = g.limit.strategy
	}
	if g.limit.rate > 0 {
		rule["BytesPerHour"] = g.limit.rate
	}
	return move{
		name: "GetDataRetrievalPolicy", request: request{method: "GET", path: "/-/policies/data-retrieval"},
		status: http.StatusOK, body: object{"Policy": object{"Rules": list{rule}}},
	}
}

type refUnit struct {
	id         string
	start, end time.Time
}

// capacity returns the units that have not ended.
func (g *game) capacity() (left []refUnit) {
	for _, u := range g.units {
		if g.now.Before(u.end) {
			left = append(left, u)
		}
	}
	return left
}

func (g *game) purchaseCapacity() move {
	m := move{name: "PurchaseProvisionedCapacity", request: request{method: "POST", path: "/-/provisioned-capacity"}, status: http.StatusCreated}
	if len(g.capacity()) == 2 {
		m.refusals = []string{refLimited}
	}
	m.then = func(a answer) {
		end := g.now.Truncate(time.Second).AddDate(0, 1, 0)
		if end.Day() != g.now.Day() { // the next month is shorter
			end = end.AddDate(0, 0, -end.Day())
		}
		unit := refUnit{a.header.Get("X-Amz-Capacity-Id"), g.now, end}
		if !isOpaque(unit.id, 24) {
			g.t.Errorf("the unit is called %s", unit.id)
		}
		g.units = append(g.capacity(), unit)
	}
	return m
}

func (g *game) listCapacity() move {
	units := list{}
	for _, u := range g.capacity() {
		units = append(units, object{"CapacityId": u.id, "StartDate": dateOf(u.start), "ExpirationDate": dateOf(u.end)})
	}
	return move{
		name: "ListProvisionedCapacity", request: request{method: "GET", path: "/-/provisioned-capacity"},
		status: http.StatusOK, body: object{"ProvisionedCapacityList": units},
	}
}
