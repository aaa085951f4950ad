package download

import (
	"path/filepath"
	"runtime"
	"strings"
	"unicode"
	"unicode/utf8"

	"firn/record"
)

// FileName is what a downloaded archive may be called: the last element of its
// name, else its description, else its id. Whatever those say, it is one element
// of a path, never empty, that creates a plain file on this system.
func FileName(a record.Archive) string {
	elements := elementsOf(a)
	return elements[len(elements)-1]
}

// FilePath is [FileName] below the directories that the archive's name has: a
// relative path that never leaves the directory it is joined to.
func FilePath(a record.Archive) string { return filepath.Join(elementsOf(a)...) }

// elementsOf cleans the elements of an archive's name. There is at least one.
func elementsOf(a record.Archive) []string {
	for _, name := range []string{a.Name, a.Description, string(a.ID)} {
		if name == record.Stream {
			continue
		}
		if elements := cleanPath(name, runtime.GOOS == "windows"); len(elements) > 0 {
			return elements
		}
	}
	return []string{"archive"}
}

// cleanPath cuts a name from outside into elements that can be created. What
// leads up or nowhere is left out. A backslash separates everywhere, because the
// names of some tools are those of Windows.
func cleanPath(name string, windows bool) (elements []string) {
	if len(name) >= 2 && name[1] == ':' && unicode.IsLetter(rune(name[0])) {
		name = name[2:] // a drive
	}
	for element := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '/' || r == '\\' }) {
		if element = cleanElement(element, windows); element != "" {
			elements = append(elements, element)
		}
	}
	return elements
}

const (
	// maxElement leaves room for ".part" within the 255 bytes of most systems.
	maxElement   = 240
	maxExtension = 16
)

// cleanElement replaces what no file name may have, or should: control
// characters, those that turn the direction of writing, bytes that are no UTF-8;
// on Windows also what means something there.
func cleanElement(element string, windows bool) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, !unicode.IsPrint(r), windows && strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		}
		return r
	}, element)
	clean = strings.TrimRight(shorten(clean), ". ") // Windows drops these silently
	if clean != "" && isDevice(clean) {
		clean = "_" + clean
	}
	return clean
}

// shorten cuts the middle out of an element that is too long, so that its
// extension stays.
func shorten(element string) string {
	if len(element) <= maxElement {
		return element
	}
	extension := filepath.Ext(element)
	if len(extension) > maxExtension {
		extension = ""
	}
	keep := maxElement - len(extension)
	for !utf8.RuneStart(element[keep]) {
		keep--
	}
	return element[:keep] + extension
}

// isDevice reports whether Windows takes a name, whatever its extension, for a
// device ("Naming Files, Paths, and Namespaces", Microsoft). Such names are
// changed everywhere: disks travel.
func isDevice(name string) bool {
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	stem = strings.TrimRight(stem, " ")
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	number, isNumbered := strings.CutPrefix(stem, "COM")
	if !isNumbered {
		number, isNumbered = strings.CutPrefix(stem, "LPT")
	}
	return isNumbered && len([]rune(number)) == 1 && strings.Contains("0123456789\u00b9\u00b2\u00b3", number)
}
