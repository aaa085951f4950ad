package access

import (
	"sync"

	"firn/internal/policy"
)

// cached bounds how many policies a cache has.
const cached = 256

// cache remembers what policies mean, since parsing a large one takes longer than the rest of
// a request. It finds them by their texts, which are read at each request, so that it cannot
// be wrong about which policy a vault has.
type cache struct {
	mu     sync.Mutex
	parsed map[string]*policy.Policy // by text
}

func (c *cache) parse(text string) (*policy.Policy, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.parsed[text]; p != nil {
		return p, nil
	}
	p, err := policy.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	if c.parsed == nil || len(c.parsed) >= cached {
		c.parsed = map[string]*policy.Policy{}
	}
	c.parsed[text] = p
	return p, nil
}
