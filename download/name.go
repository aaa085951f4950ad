package download

import (
	"path/filepath"
	"runtime"
	"strings"
	"unicode"
	"unicode/utf8"

	"firn/record"
)

// FileName returns a file name for a downloaded archive: the last element of its name, or of
// its description, or its id. Whatever these contain, the result is one element of a path,
// never empty, that creates a plain file on this system.
func FileName(a record.Archive) string {
	elements := elementsOf(a)
	return elements[len(elements)-1]
}

// FilePath returns [FileName] below the directories in the archive's name. The result is a
// relative path that never leaves the directory that it is joined to.
func FilePath(a record.Archive) string { return filepath.Join(elementsOf(a)...) }

// elementsOf returns the cleaned elements of an archive's name, at least one.
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

// cleanPath cuts a name from outside into elements that can be created. It drops elements such
// as "..". A backslash separates elements on every system, because some tools store names of
// Windows.
func cleanPath(name string, windows bool) (elements []string) {
	if len(name) >= 2 && name[1] == ':' && unicode.IsLetter(rune(name[0])) {
		name = name[2:] // the letter of a drive
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

// cleanElement replaces characters that a file name cannot or should not contain: control
// characters, characters that change the direction of writing, bytes that are not UTF-8 and, on
// Windows, reserved characters.
func cleanElement(element string, windows bool) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, !unicode.IsPrint(r), windows && strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		}
		return r
	}, element)
	clean = strings.TrimRight(shorten(clean), ". ") // Windows drops trailing dots and spaces silently
	if clean != "" && isDevice(clean) {
		clean = "_" + clean
	}
	return clean
}

// shorten cuts the end off a long element, and keeps its extension.
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

// isDevice reports whether Windows treats a name, whatever its extension, as a device ("Naming
// Files, Paths, and Namespaces", Microsoft). Such names are changed on every system, because
// disks move between systems.
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
