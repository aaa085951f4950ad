package server

import (
	"sync"

	"firn/internal/policy"
)

// rememberedPolicies bounds what policyCache holds.
const rememberedPolicies = 256

// policyCache remembers what policies mean, since reading a large one takes longer
// than all else in a request. It goes by their texts, which are read at each request,
// so it cannot be wrong about which policy a vault has.
type policyCache struct {
	mu     sync.Mutex
	parsed map[string]*policy.Policy // by text
}

func (c *policyCache) parse(text string) (*policy.Policy, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.parsed[text]; p != nil {
		return p, nil
	}
	p, err := policy.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	if c.parsed == nil || len(c.parsed) >= rememberedPolicies {
		c.parsed = map[string]*policy.Policy{}
	}
	c.parsed[text] = p
	return p, nil
}
