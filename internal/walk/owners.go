package walk

import (
	"os/user"
	"strconv"
	"sync"
)

// maxOwners is how many names Owners remembers.
const maxOwners = 10_000

// Owners looks up the names of users and groups, and remembers them. The zero value is ready
// to use. A name that the system does not know is empty.
type Owners struct {
	mu            sync.Mutex
	users, groups map[uint32]string
}

// User returns the name of a user.
func (o *Owners) User(uid uint32) string {
	return o.name(&o.users, uid, func(id string) (string, error) {
		u, err := user.LookupId(id)
		if err != nil {
			return "", err
		}
		return u.Username, nil
	})
}

// Group returns the name of a group.
func (o *Owners) Group(gid uint32) string {
	return o.name(&o.groups, gid, func(id string) (string, error) {
		g, err := user.LookupGroupId(id)
		if err != nil {
			return "", err
		}
		return g.Name, nil
	})
}

func (o *Owners) name(known *map[uint32]string, id uint32, look func(string) (string, error)) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if name, ok := (*known)[id]; ok {
		return name
	}
	name, _ := look(strconv.FormatUint(uint64(id), 10)) // the number is stored in any case
	if *known == nil {
		*known = map[uint32]string{}
	}
	if len(*known) < maxOwners {
		(*known)[id] = name
	}
	return name
}
