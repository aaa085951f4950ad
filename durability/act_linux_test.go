package durability_test

import (
	"strings"
)

// act is what a call means for files and for who waits for an answer.
type act struct {
	kind  string // write, flush, create, make, name, remove, say or send; "" for nothing of that
	path  string // within the disk
	from  string // of name
	link  bool   // the old name stays
	place        // of write
	anew  bool   // nothing is left of what was written before
	text  string // of say and send: how it begins
}

// actOf tells what a call means. Paths outside of the disk mean nothing.
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
		a.place = place{size: c.args[len(c.args)-2].raw, offset: c.args[len(c.args)-1].raw}
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
			if fd, is := strings.CutPrefix(paths[0], "/proc/self/fd/"); is { // an open file is given a name
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

// opening is what it means to open a file: that it is made, or emptied, or nothing.
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

// output is what writing to a descriptor means. What has no name any more cannot
// outlast the process.
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
