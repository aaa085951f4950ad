package coldfront

import (
	"bytes"
	"encoding/xml"
	"strings"
)

// node is an element of any XML document.
type node struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Nodes   []*node    `xml:",any"`
}

func parseXML(text []byte) (*node, error) {
	root := &node{}
	if err := xml.NewDecoder(bytes.NewReader(text)).Decode(root); err != nil {
		return nil, err
	}
	root.plain()
	return root, nil
}

// plain removes what encoding/xml would otherwise write twice: the attribute xmlns already
// sets the name space.
func (n *node) plain() {
	n.XMLName.Space = ""
	if len(n.Nodes) > 0 {
		n.Text = strings.TrimSpace(n.Text)
	}
	for i, attr := range n.Attrs {
		if attr.Name.Space == "xmlns" {
			n.Attrs[i].Name = xml.Name{Local: "xmlns:" + attr.Name.Local}
		}
	}
	for _, child := range n.Nodes {
		child.plain()
	}
}

// bytes returns the document as XML.
func (n *node) bytes() ([]byte, error) {
	text, err := xml.Marshal(n)
	return append([]byte(xml.Header), text...), err
}

// child returns the first child with this name, or nil.
func (n *node) child(name string) *node {
	for _, child := range n.Nodes {
		if child.XMLName.Local == name {
			return child
		}
	}
	return nil
}

// text returns the text of the first child with this name.
func (n *node) text(name string) string {
	if child := n.child(name); child != nil {
		return child.Text
	}
	return ""
}

// set sets the text of the first child with this name, or adds such a child.
func (n *node) set(name, text string) {
	child := n.child(name)
	if child == nil {
		child = n.add(name)
	}
	child.Text = text
}

func (n *node) add(name string) *node {
	child := &node{XMLName: xml.Name{Local: name}}
	n.Nodes = append(n.Nodes, child)
	return child
}
