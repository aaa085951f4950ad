package durability_test

import (
	"strings"
)

// act is the effect of a call on files, or an answer that somebody else receives.
type act struct {
	kind   string // write, flush, create, make, name, remove, say or send; empty for any other call
	path   string // within the disk
	from   string // of name
	link   bool   // the old name stays: a link, not a rename
	extent        // of a write
	anew   bool   // the old contents are lost
	text   string // of say and send: the beginning of the text
}

// actOf returns the effect of a call. Calls on paths outside of the disk have none.
func (d *disk) actOf(c *call) act {
	for _, a := range c.args {
		if a.path != "" {
			d.opened[a.raw] = a.path
		}
	}
	switch c.name {
	case "open", "openat":
		return d.opening(d.rel(c.paths()[0]), c.args)
	case "pwrite64":
		a := d.output(c.args[0], nil)
		a.extent = extent{size: c.args[len(c.args)-2].raw, offset: c.args[len(c.args)-1].raw}
		return a
	case "write", "writev", "sendfile", "pwritev", "pwritev2", "fallocate":
		return d.output(c.args[0], c.args[1:])
	case "ftruncate":
		a := d.output(c.args[0], nil)
		a.anew = c.args[1].raw == "0"
		return a
	case "copy_file_range", "splice":
		return d.output(c.args[2], nil)
	case "fsync", "fdatasync":
		return d.at("flush", d.rel(c.args[0].path))
	case "mkdir", "mkdirat":
		return d.at("make", d.rel(c.paths()[0]))
	case "unlink", "unlinkat", "rmdir":
		return d.at("remove", d.rel(c.paths()[0]))
	case "rename", "renameat", "renameat2", "link", "linkat":
		if paths := c.paths(); d.rel(paths[1]) != "" {
			if fd, is := strings.CutPrefix(paths[0], "/proc/self/fd/"); is { // an open file gets a name
				paths[0] = d.opened[fd]
			}
			return act{kind: "name", from: d.rel(paths[0]), path: d.rel(paths[1]), link: strings.HasPrefix(c.name, "link")}
		}
	}
	return act{}
}

func (d *disk) at(kind, path string) act {
	if path == "" {
		return act{}
	}
	return act{kind: kind, path: path}
}

// opening returns the effect of opening a file: create it, empty it, or nothing.
func (d *disk) opening(path string, args []arg) act {
	for _, a := range args {
		switch {
		case path == "" || !strings.HasPrefix(a.raw, "O_"):
		case strings.Contains(a.raw, "O_CREAT") && d.nodes[path] == nil:
			return act{kind: "create", path: path}
		case strings.Contains(a.raw, "O_TRUNC"):
			return act{kind: "write", path: path, anew: true}
		}
	}
	return act{}
}

// output returns the effect of writing to a descriptor. A file without a name does not
// outlast the process, so that writing to it has no effect.
func (d *disk) output(to arg, data []arg) act {
	var text string
	for _, a := range data {
		text += a.text
	}
	switch {
	case strings.HasPrefix(to.path, "socket:"), strings.HasPrefix(to.path, "TCP"):
		return act{kind: "send", text: text}
	case to.raw == "1":
		return act{kind: "say", text: text}
	case to.deleted:
		return act{}
	}
	return d.at("write", d.rel(to.path))
}
