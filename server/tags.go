package server

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"firn/internal/strict"
	"firn/server/internal/refusal"
	"firn/server/internal/wire"
	"firn/vault"
	"firn/vault/administration"
)

// maxTagsOnce is how many tags one request may name (Amazon Glacier developer guide,
// "Add Tags To Vault").
const maxTagsOnce = 10

// tagsNote is the document with the tags of a vault.
const tagsNote = "tags"

// tagsOf returns the tags of a vault, or an empty map that may be written to.
func (a *account) tagsOf(ctx context.Context, vaultName string) (map[string]string, error) {
	tags := map[string]string{}
	if err := a.notes.Read(ctx, vaultName, tagsNote, &tags); err != nil && !errors.Is(err, vault.ErrNotFound) {
		return nil, err
	}
	return tags, nil
}

func (a *account) listTags(ctx context.Context, c *call) (wire.Reply, error) {
	if _, err := a.open(ctx, c); err != nil {
		return wire.Reply{}, err
	}
	tags, err := a.tagsOf(ctx, c.target.vault)
	return wire.Reply{Status: http.StatusOK, Body: struct{ Tags map[string]string }{tags}}, err
}

// addTags adds tags, in the place of those that have the same keys.
func (a *account) addTags(ctx context.Context, c *call) (wire.Reply, error) {
	var body struct{ Tags map[string]string }
	if err := strict.Unambiguous(c.small, &body); err != nil {
		return wire.Reply{}, refusal.Serialization(err)
	}
	if err := checkTagCount("Tags", len(body.Tags)); err != nil {
		return wire.Reply{}, err
	}
	for key, value := range body.Tags {
		if err := checkTag(key, value); err != nil {
			return wire.Reply{}, err
		}
	}
	return a.changeTags(ctx, c, func(tags map[string]string) error {
		for key, value := range body.Tags {
			tags[key] = value
		}
		if len(tags) > administration.MaxTags {
			return refusal.LimitExceeded("The quota for the number of tags that can be assigned to this resource has been reached.")
		}
		return nil
	})
}

// removeTags removes tags. It succeeds also if some are not there.
func (a *account) removeTags(ctx context.Context, c *call) (wire.Reply, error) {
	var body struct{ TagKeys []string }
	if err := strict.Unambiguous(c.small, &body); err != nil {
		return wire.Reply{}, refusal.Serialization(err)
	}
	if err := checkTagCount("TagKeys", len(body.TagKeys)); err != nil {
		return wire.Reply{}, err
	}
	for _, key := range body.TagKeys {
		if err := checkTag(key, ""); err != nil {
			return wire.Reply{}, err
		}
	}
	return a.changeTags(ctx, c, func(tags map[string]string) error {
		for _, key := range body.TagKeys {
			delete(tags, key)
		}
		return nil
	})
}

func (a *account) changeTags(ctx context.Context, c *call, change func(map[string]string) error) (wire.Reply, error) {
	if _, err := a.open(ctx, c); err != nil {
		return wire.Reply{}, err
	}
	a.changing.Lock()
	defer a.changing.Unlock()
	tags, err := a.tagsOf(ctx, c.target.vault)
	if err != nil {
		return wire.Reply{}, err
	}
	if err := change(tags); err != nil {
		return wire.Reply{}, err
	}
	if len(tags) == 0 {
		return a.changed(c, a.notes.Remove(ctx, c.target.vault, tagsNote))
	}
	return a.changed(c, a.notes.Write(ctx, c.target.vault, tagsNote, tags))
}

func checkTagCount(name string, n int) error {
	switch {
	case n == 0:
		return refusal.MissingParameter(name)
	case n > maxTagsOnce:
		return refusal.Invalid("Invalid " + name + ": at most " + strconv.Itoa(maxTagsOnce) + " tags may be named at once.")
	}
	return nil
}

// checkTag refuses a tag that the service does not take.
func checkTag(key, value string) error {
	switch {
	case key == "" || utf8.RuneCountInString(key) > administration.MaxTagKey || !isTagText(key):
		return refusal.Invalid("Invalid tag key: " + key)
	case strings.HasPrefix(strings.ToLower(key), "aws:"):
		return refusal.Invalid("Invalid tag key: " + key + ". Keys that begin with aws: are reserved.")
	case utf8.RuneCountInString(value) > administration.MaxTagValue || !isTagText(value):
		return refusal.Invalid("Invalid tag value: " + value)
	}
	return nil
}

// isTagText reports whether s has nothing but letters, digits, spaces and _ . / = + - @, and the
// colon, which all of AWS takes, too.
func isTagText(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_./=+-@: ", r)
	}) < 0
}
