// Package suggest finds the known word that the user most likely meant by a word that nothing
// has: a command, an option, a help topic, a key of the configuration, or a value.
package suggest

import (
	"fmt"
	"strings"
)

// farthest is the largest number of typing errors in a word for which a suggestion is made.
const farthest = 2

// Nearest returns the known word that resembles a word most, or "" if none does: the shortest
// one that begins with the word, else the one with the fewest typing errors, at most two, and
// in less than half of the letters. Upper and lower case are alike. Of equal words the first wins.
func Nearest(word string, known []string) string {
	typed := []rune(strings.ToLower(word))
	if len(typed) == 0 {
		return ""
	}
	begins, near, least := "", "", farthest+1
	for _, k := range known {
		lower := strings.ToLower(k)
		if strings.HasPrefix(lower, string(typed)) && (begins == "" || len(k) < len(begins)) {
			begins = k
		}
		if d := distance(typed, []rune(lower)); d < least && 2*d < len(typed) {
			near, least = k, d
		}
	}
	if begins != "" {
		return begins
	}
	return near
}

// OneOf returns the error for a value that is none of the known ones, with the nearest.
func OneOf(word string, known []string) error {
	if near := Nearest(word, known); near != "" {
		return fmt.Errorf("%.100q is not one of %s; did you mean %s?", word, strings.Join(known, ", "), near)
	}
	return fmt.Errorf("%.100q is not one of %s", word, strings.Join(known, ", "))
}

// distance returns the number of typing errors between two words: letters that are missing,
// added or wrong, and neighbours that have changed places (Damerau and Levenshtein, in the
// restricted form that changes no letter twice).
func distance(a, b []rune) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			wrong := 1
			if a[i-1] == b[j-1] {
				wrong = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+wrong)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
