package s3vault

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"firn/internal/amazon"
	"firn/vault"
)

// tooManyParts makes a vault.PartSizeError of the refusal of a part if that is for its
// number: services take fewer parts than Amazon, and tell it when the first is one too
// many.
func tooManyParts(err error, number int) error {
	answer := amazon.Refusal(err)
	if answer == nil || number < 2 || answer.Status >= http.StatusInternalServerError {
		return err
	}
	message := strings.ToLower(answer.Message)
	says := slices.ContainsFunc([]string{"part number", "partnumber", "part-number", "number of parts", "many parts"},
		func(words string) bool { return strings.Contains(message, words) })
	isAbout := answer.CodeIs("TooManyParts", "InvalidPartNumber", "InvalidRange") ||
		says && (isBadRequest(answer) || answer.CodeIs("InvalidPart", "LimitExceeded", "Invalid"))
	if !isAbout {
		return err
	}
	return &vault.PartSizeError{MaxParts: partsTold(answer.Message, number), Cause: err}
}

// tooManyListed makes a vault.PartSizeError of the refusal of a list of so many parts
// with which an upload was to be completed.
func tooManyListed(err error, parts int) error {
	answer := amazon.Refusal(err)
	if answer != nil && parts > 1 && answer.Status == http.StatusRequestEntityTooLarge {
		return &vault.PartSizeError{MaxParts: max(1, parts/2), Cause: err}
	}
	const few = 1000 // which every service takes
	if answer != nil && parts > few && answer.CodeIs("MalformedXML") {
		return &vault.PartSizeError{MaxParts: few, Cause: err}
	}
	return tooManyParts(err, parts)
}

var number = regexp.MustCompile(`\d[\d,]*`)

// partsTold is how many parts a service takes that refused one of this number: the
// largest number below that it tells, or else half as many, since others may be refused
// at the same time.
func partsTold(message string, refused int) int {
	most := 0
	for _, digits := range number.FindAllString(message, -1) {
		if n, err := strconv.Atoi(strings.ReplaceAll(digits, ",", "")); err == nil && n > most && n > 1 && n < refused {
			most = n
		}
	}
	if most == 0 {
		most = max(1, (refused-1)/2)
	}
	return most
}
