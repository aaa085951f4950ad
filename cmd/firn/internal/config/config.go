// Package config reads the file config.toml: short names for vaults, and values for options.
//
// The file has two kinds of tables. [defaults] sets options of all commands. [vault.NAME] names
// a vault by its url and sets options of the commands that work on it:
//
//	[defaults]
//	tier = "Bulk"
//
//	[vault.photos]
//	url = "s3://cold-photos/family"
//	class = "DEEP_ARCHIVE"
//	part-size = "128M"
//
// A key is the long name of an option, and a value is written as on the command line. An option
// that may be given several times takes an array. In the table of a vault, a key of its URL may also stand by itself, as class does here. The file has
// no secrets: they belong to the files of the AWS tools.
package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// The names of tables and keys that are no options.
const (
	defaultsTable = "defaults"
	vaultTable    = "vault"
	urlKey        = "url"
)

// largest is the largest file that is read. A thousand vaults need a tenth of it.
const largest = 1 << 20 // bytes

// File is what a file says. The zero value is an empty file.
type File struct {
	Path     string
	Defaults []Setting // in the order of the file
	Vaults   []Vault   // in the order of the file
}

// Vault is a vault with a short name.
type Vault struct {
	Name     string
	URL      string
	Settings []Setting // in the order of the file
}

// Setting is a value of an option, as text. An option with several values has several settings.
type Setting struct {
	Option string
	Value  string
}

// Table returns the name of the table of a vault, as in the file.
func (v Vault) Table() string { return "[" + toml.Key{vaultTable, v.Name}.String() + "]" }

// DefaultsTable is the name of the table for all vaults, as in the file.
const DefaultsTable = "[" + defaultsTable + "]"

// Read reads a file. A file that does not exist is empty. Errors about the content do not name
// the file.
func Read(path string) (File, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return File{Path: path}, nil
	}
	if err != nil {
		return File{}, err // names the file
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, largest+1))
	if err != nil {
		return File{}, err // names the file
	}
	if len(text) > largest {
		return File{}, errors.New("the file is larger than 1 MiB")
	}
	file, err := parse(string(text))
	file.Path = path
	return file, err
}

// Find returns the vault of a name.
func (f File) Find(name string) (Vault, bool) {
	i := slices.IndexFunc(f.Vaults, func(v Vault) bool { return v.Name == name })
	if i < 0 {
		return Vault{}, false
	}
	return f.Vaults[i], true
}

func parse(text string) (File, error) {
	var tables map[string]any
	meta, err := toml.Decode(text, &tables)
	if err != nil {
		return File{}, inWords(err)
	}
	p := parser{vaults: map[string]int{}}
	for _, key := range meta.Keys() {
		if err := p.add(key, meta.Type(key...), valueAt(tables, key)); err != nil {
			return File{}, err
		}
	}
	for i := range p.file.Vaults {
		if err := p.file.Vaults[i].complete(); err != nil {
			return File{}, err
		}
	}
	return p.file, nil
}

// inWords returns the error of a text that is not TOML, with its line.
func inWords(err error) error {
	if at, ok := errors.AsType[toml.ParseError](err); ok {
		return fmt.Errorf("line %d is not valid TOML: %s", at.Position.Line, strings.TrimSpace(at.Message))
	}
	return err
}

func valueAt(tables map[string]any, key toml.Key) any {
	var value any = tables
	for _, name := range key {
		table, ok := value.(map[string]any)
		if !ok {
			return nil // an element of an array
		}
		value = table[name]
	}
	return value
}

type parser struct {
	file   File
	vaults map[string]int // indexes of file.Vaults
}

// add takes the next key of the file.
func (p *parser) add(key toml.Key, kind string, value any) error {
	isTable := kind == "Hash"
	switch {
	case key[0] == defaultsTable && len(key) == 1 && isTable, key[0] == vaultTable && len(key) == 1 && isTable:
		return nil
	case key[0] == defaultsTable && len(key) == 2 && slices.Contains(URLKeys(), key[1]):
		return fmt.Errorf("%s: %s is a key of a vault's URL: it belongs into the table of the vault", DefaultsTable, key[1])
	case key[0] == defaultsTable && len(key) == 2:
		settings, err := newSettings(DefaultsTable, key[1], value)
		p.file.Defaults = append(p.file.Defaults, settings...)
		return err
	case key[0] == vaultTable && len(key) == 2 && isTable:
		return p.begin(key[1])
	case key[0] == vaultTable && len(key) == 3:
		if err := p.begin(key[1]); err != nil { // a dotted key has no table of its own
			return err
		}
		return p.set(&p.file.Vaults[p.vaults[key[1]]], key[2], value)
	case key[0] == vaultTable && len(key) < 3:
		return fmt.Errorf("%s is not a vault: a vault is a table, such as [vault.photos], with a url", key)
	case key[0] != vaultTable && key[0] != defaultsTable && isTable:
		return fmt.Errorf("[%s] is not a known table: the tables are [defaults] and [vault.NAME]", key)
	case len(key) == 1:
		return fmt.Errorf("%s is outside of any table: it belongs below [defaults] or [vault.NAME]", key)
	}
	return fmt.Errorf("%s is not an option", key)
}

// begin takes a vault, unless it is there already.
func (p *parser) begin(name string) error {
	if _, ok := p.vaults[name]; ok {
		return nil
	}
	if err := checkName(name); err != nil {
		return err
	}
	p.vaults[name] = len(p.file.Vaults)
	p.file.Vaults = append(p.file.Vaults, Vault{Name: name})
	return nil
}

// checkName refuses a name that means something else on the command line.
func checkName(name string) error {
	if name == "" || strings.HasPrefix(name, "-") || strings.HasPrefix(name, ".") || strings.ContainsAny(name, "/\\:?#") {
		return fmt.Errorf("%q cannot be the name of a vault: it would be taken for an option, a path or a URL", name)
	}
	return nil
}

func (p *parser) set(v *Vault, option string, value any) error {
	settings, err := newSettings(v.Table(), option, value)
	if err != nil {
		return err
	}
	if option == urlKey && len(settings) == 1 {
		v.URL = settings[0].Value
		return nil
	}
	v.Settings = append(v.Settings, settings...)
	return nil
}

// newSettings returns the settings of a key: one, or one for each element of an array.
func newSettings(table, option string, value any) (settings []Setting, err error) {
	values, isArray := value.([]any)
	if !isArray {
		values = []any{value}
	}
	for _, value := range values {
		if err := checkSecret(table, option, value); err != nil {
			return nil, err
		}
		switch value := value.(type) {
		case string:
			settings = append(settings, Setting{option, value})
		case int64, float64, bool:
			settings = append(settings, Setting{option, fmt.Sprint(value)})
		default:
			return nil, fmt.Errorf("%s: %s must be a text, a number, true or false, or an array of them", table, option)
		}
	}
	return settings, nil
}
