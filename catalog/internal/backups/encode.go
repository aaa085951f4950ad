package backups

import (
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"

	"firn/record"
)

// more is record.More in its column. Texts from outside may be no UTF-8, so they are bytes,
// which JSON has as base64.
type more struct {
	Link       []byte          `json:"link,omitempty"`
	Major      uint32          `json:"major,omitempty"`
	Minor      uint32          `json:"minor,omitempty"`
	Attributes uint32          `json:"attributes,omitempty"`
	Xattrs     []xattr         `json:"xattrs,omitempty"`
	Holes      []record.Extent `json:"holes,omitempty"`
}

// xattr is an extended attribute.
type xattr struct {
	Name  []byte `json:"name"`
	Value []byte `json:"value"`
}

// encodeMore returns the value of the column.
func encodeMore(m record.More) (any, error) {
	if m.IsZero() {
		return nil, nil
	}
	column := more{Link: []byte(m.Link), Major: m.Major, Minor: m.Minor, Attributes: m.Attributes, Holes: m.Holes}
	for _, name := range slices.Sorted(maps.Keys(m.Xattrs)) {
		column.Xattrs = append(column.Xattrs, xattr{[]byte(name), m.Xattrs[name]})
	}
	return json.Marshal(column)
}

func decodeMore(column []byte) (record.More, error) {
	if column == nil {
		return record.More{}, nil
	}
	var m more
	err := json.Unmarshal(column, &m)
	decoded := record.More{Link: string(m.Link), Major: m.Major, Minor: m.Minor, Attributes: m.Attributes, Holes: m.Holes}
	for _, x := range m.Xattrs {
		if decoded.Xattrs == nil {
			decoded.Xattrs = make(map[string][]byte, len(m.Xattrs))
		}
		decoded.Xattrs[string(x.Name)] = x.Value
	}
	return decoded, err
}

// unhexed reads a JSON array of texts in hexadecimal digits.
func unhexed(array string) (texts []string, err error) {
	var digits []string
	if err := json.Unmarshal([]byte(array), &digits); err != nil {
		return nil, err
	}
	for _, d := range digits {
		text, err := hex.DecodeString(d)
		if err != nil {
			return nil, err
		}
		texts = append(texts, string(text))
	}
	return texts, nil
}
