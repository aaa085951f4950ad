package exchange

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"firn/catalog/internal/contents"
)

const (
	// shortLine is how many bytes of a line are held in memory. Almost all lines are
	// shorter.
	shortLine = 1 << 20
	// longestText is the most bytes that one text of a line may have.
	longestText = 1 << 30
)

// lines reads text line by line. A line may be of any length.
type lines struct {
	r    *bufio.Reader
	held []byte
}

// next returns a line without its end. If the line is long, it returns a reader of the line
// instead, which the caller must read to its end before the next call. It returns io.EOF
// after the last line.
func (l *lines) next() (line []byte, long io.Reader, err error) {
	l.held = l.held[:0]
	for len(l.held) <= shortLine {
		some, err := l.r.ReadSlice('\n')
		l.held = append(l.held, some...)
		switch {
		case err == nil:
			return l.held[:len(l.held)-1], nil, nil
		case errors.Is(err, io.EOF) && len(l.held) > 0:
			return l.held, nil, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, nil, err
		}
	}
	return nil, io.MultiReader(bytes.NewReader(l.held), &restOfLine{r: l.r}), nil
}

// restOfLine reads up to the end of a line, and skips that end.
type restOfLine struct {
	r     *bufio.Reader
	ended bool
}

// Read implements io.Reader.
func (l *restOfLine) Read(b []byte) (int, error) {
	if l.ended {
		return 0, io.EOF
	}
	if _, err := l.r.Peek(1); err != nil {
		return 0, err
	}
	some, err := l.r.Peek(min(len(b), l.r.Buffered()))
	if err != nil {
		return 0, err
	}
	taken := len(some)
	if at := bytes.IndexByte(some, '\n'); at >= 0 {
		l.ended, some, taken = true, some[:at], at+1
	}
	n := copy(b, some)
	_, err = l.r.Discard(taken)
	return n, err
}

// long adds the items of a line that is too long to be held in memory. The first versions
// of firn wrote all parts of an upload, and all segments of a download, on one line. Long
// reads it like the several lines that Write would write now.
func (in *importing) long(r io.Reader) error {
	text := &bounded{r: r}
	l := longLine{in: in, text: text, json: json.NewDecoder(text), fields: map[string]any{}}
	err := l.read()
	if err == nil {
		if _, behind := l.json.Token(); !errors.Is(behind, io.EOF) {
			err = errors.Join(errors.New("there is text after the object"), behind)
		}
	}
	if l.failed != nil {
		return l.failed
	}
	if err != nil {
		return in.wrong(err)
	}
	return nil
}

// longLine is a line that is read value by value.
type longLine struct {
	in     *importing
	text   *bounded
	json   *json.Decoder
	fields map[string]any // the fields that were read
	isCut  bool           // the parts were read, and the line was added in pieces with them
	failed error          // the error of adding an item
}

func (l *longLine) read() error {
	if err := l.delimiter('{'); err != nil {
		return err
	}
	for l.json.More() {
		name, err := l.name()
		if err != nil {
			return err
		}
		switch {
		case l.isCut:
			return fmt.Errorf("the field %.40q follows the parts", name)
		case name == "parts" || name == "segments":
			if err := l.pieces(name); err != nil {
				return err
			}
			continue
		}
		var value json.RawMessage
		if err := l.value(&value); err != nil {
			return err
		}
		l.fields[name] = value
	}
	if err := l.delimiter('}'); err != nil || l.isCut {
		return err
	}
	return l.add()
}

// pieces adds the line several times, each time with some of the values of a list.
func (l *longLine) pieces(name string) error {
	if err := l.delimiter('['); err != nil {
		return err
	}
	for l.isCut = true; ; l.fields["continued"] = true {
		var piece []json.RawMessage
		for held := 0; held < contents.PieceSize && l.json.More(); {
			var value json.RawMessage
			if err := l.value(&value); err != nil {
				return err
			}
			piece, held = append(piece, value), held+len(value)
		}
		l.fields[name] = piece
		if err := l.add(); err != nil {
			return err
		}
		if !l.json.More() {
			return l.delimiter(']')
		}
	}
}

func (l *longLine) add() error {
	line, err := json.Marshal(l.fields)
	if err != nil {
		return err
	}
	_, l.failed = l.in.take(line)
	return l.failed
}

func (l *longLine) name() (string, error) {
	l.text.left = longestText
	token, err := l.json.Token()
	name, _ := token.(string) // the decoder refuses any other type
	return name, err
}

func (l *longLine) value(to any) error {
	l.text.left = longestText
	return l.json.Decode(to)
}

func (l *longLine) delimiter(want json.Delim) error {
	l.text.left = longestText
	got, err := l.json.Token()
	if err == nil && got != want {
		err = fmt.Errorf("found %v instead of %v", got, want)
	}
	return err
}

// bounded reads at most left bytes, and then fails.
type bounded struct {
	r    io.Reader
	left int64
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("a text has more than %d bytes", int64(longestText))
	}
	n, err := b.r.Read(p)
	b.left -= int64(n)
	return n, err
}
