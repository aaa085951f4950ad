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

// tooManyParts returns a vault.PartSizeError if the refusal of a part is about its number:
// some services accept fewer parts than Amazon, and say so only when the first part too
// many arrives.
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
	if most := acceptedParts(answer.Message, number); most > 0 {
		return &vault.PartSizeError{MaxParts: most, Cause: err}
	}
	// Other parts may be refused at the same time, and this need not be the first of them.
	return &vault.PartSizeError{MaxParts: max(1, (number-1)/2), Guessed: true, Cause: err}
}

// tooManyListed returns a vault.PartSizeError if the request to complete an upload was
// refused for its long list of parts.
func (v *Vault) tooManyListed(err error, parts int) error {
	answer := amazon.Refusal(err)
	if answer != nil && parts > 1 && answer.Status == http.StatusRequestEntityTooLarge {
		return &vault.PartSizeError{MaxParts: max(1, parts/2), Guessed: true, Cause: err}
	}
	const few = 1000 // every service accepts this many
	if answer != nil && parts > few && answer.CodeIs("MalformedXML") {
		otherwise := "another thing in the list of parts may be what the service cannot read"
		if !v.lacks.has(CRC64NVME) {
			otherwise = "if it is the CRC-64s in the list of parts that the service cannot read: " + adviseWithout(CRC64NVME)
		}
		return &vault.PartSizeError{MaxParts: few, Guessed: true, Otherwise: otherwise, Cause: err}
	}
	return tooManyParts(err, parts)
}

var number = regexp.MustCompile(`\d[\d,]*`)

// acceptedParts returns the number of parts that a service accepts, according to its refusal of
// part number refused: the largest smaller number in the message; 0 if there is none.
func acceptedParts(message string, refused int) (most int) {
	for _, digits := range number.FindAllString(message, -1) {
		if n, err := strconv.Atoi(strings.ReplaceAll(digits, ",", "")); err == nil && n > most && n > 1 && n < refused {
			most = n
		}
	}
	return most
}
