package s3vault

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"firn/internal/amazon"
	"firn/vault"
)

// How it is found out that a service lacks a feature. Some say so outright, some name
// the header that they do not know, some refuse without a word, and some take no notice
// of a query and answer as if it were not there.

// isMissing reports whether an error of a request that is nothing but a feature says
// that the service lacks it, which is then noted and told.
func (v *Vault) isMissing(f Feature, err error) bool {
	if err == nil || !v.saysMissing(f, err) {
		return false
	}
	v.miss(f)
	return true
}

func (v *Vault) saysMissing(f Feature, err error) bool {
	if strange, ok := errors.AsType[*amazon.AnswerError](err); ok {
		return ignoresQuery(f, strange) // whatever else it says is no verdict
	}
	answer := amazon.Refusal(err)
	switch {
	case answer == nil:
		return false
	case saysUnimplemented(answer), isBadRequest(answer) && saysUnsupported(answer):
		return true
	case f == UploadList && answer.Status == http.StatusNotFound: // some have none for a bucket that never had an upload
		return !answer.CodeIs("NoSuchBucket")
	case f == Restore && answer.Status == http.StatusNotFound && v.isElsewhere(): // of an object that was there a moment ago
		return !answer.CodeIs("NoSuch")
	}
	// Amazon says so of what a delete marker cannot do.
	return v.isElsewhere() && (answer.Status == http.StatusMethodNotAllowed || answer.CodeIs("MethodNotAllowed"))
}

// ignoresQuery reports whether the service answered as if the query were not there that
// makes a request one for a feature: with the list of the bucket's objects.
func ignoresQuery(f Feature, strange *amazon.AnswerError) bool {
	return (f == Versions || f == UploadList) && strange.Status == http.StatusOK && strings.HasPrefix(strange.Root, "ListBucket")
}

// adviseLacking adds to a failure of a request that is nothing but a feature how to do
// without it, where the same request will most likely fail again: it was refused for good,
// or as if there were no such request, by an answer that is no verdict.
func (v *Vault) adviseLacking(f Feature, err error) error {
	strange, isStrange := errors.AsType[*amazon.AnswerError](err)
	isUnknown := isStrange && strange.Whole && slices.Contains([]int{http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed}, strange.Status)
	if !isUnknown && !v.isInTheWay(f, err) {
		return err
	}
	err = fmt.Errorf("%w; if the service lacks %s: %s", err, f, adviseWithout(f))
	if isUnknown {
		err = &againError{err}
	}
	return err
}

// againError is an answer that makes no sense and will most likely be the same the next
// time.
type againError struct{ error }

// Unwrap makes errors.Is find vault.ErrGarbled, so that it is not asked for many times.
func (e *againError) Unwrap() []error { return []error{e.error, vault.ErrGarbled} }

// isInTheWay reports whether a refusal of a request for a feature may be the service's way
// to say that it lacks it, or keeps from doing what can be done without it.
func (v *Vault) isInTheWay(f Feature, err error) bool {
	answer := amazon.Refusal(err)
	switch {
	case answer == nil, errors.Is(err, vault.ErrUnavailable), errors.Is(err, vault.ErrThrottled), errors.Is(err, vault.ErrLimited), errors.Is(err, vault.ErrNotFound):
		return false
	case f == Restore:
		return v.isElsewhere() && !errors.Is(err, vault.ErrDenied)
	}
	return f == UploadList
}

// isElsewhere reports whether the service is another one than Amazon's.
func (v *Vault) isElsewhere() bool { return v.endpoint != "" }

// feature asks, in a request, whether the service has a feature, as far as is known.
type feature func(Feature) bool

// optional is a request that may leave features out.
type optional struct {
	what  string
	judge amazon.Judge
	uses  []Feature
	// compares: the service compares content with its checksum, so that a complaint
	// about that may not be one about a header.
	compares bool
	// before, if not nil, comes before each try; its error is the outcome.
	before func(feature) error
}

// callUsing sends a request, and again without the features that the service turns out
// to lack. Where a refusal does not say which, each is left out by itself, and then all
// of them: what is accepted then, or refused for another reason, tells.
func (v *Vault) callUsing(ctx context.Context, o optional, request func(feature) error) error {
	send := func(leaving ...Feature) error {
		has := func(f Feature) bool { return !v.lacks.has(f) && !slices.Contains(leaving, f) }
		if o.before != nil {
			if err := o.before(has); err != nil {
				return err
			}
		}
		return v.callJudged(ctx, o.what, o.judge, func() error { return request(has) })
	}
	used := slices.DeleteFunc(slices.Clone(o.uses), v.lacks.has)
	err := send()
	for {
		i := slices.IndexFunc(used, func(f Feature) bool { return v.isNamed(f, err, o.compares) })
		if i < 0 {
			break
		}
		v.miss(used[i])
		used = slices.Delete(used, i, i+1)
		err = send()
	}
	if !v.isVague(err, o.compares) {
		return err
	}
	for _, leaving := range trials(used) {
		again := send(leaving...)
		if !v.isVerdict(again, o.compares) {
			continue
		}
		for _, f := range leaving {
			v.miss(f)
		}
		return again
	}
	return err
}

// trials are what is left out of a request, try by try.
func trials(used []Feature) (all [][]Feature) {
	for _, f := range used {
		all = append(all, []Feature{f})
	}
	if len(used) > 1 {
		all = append(all, used)
	}
	return all
}

// isNamed reports whether a refusal names a header of a feature.
func (v *Vault) isNamed(f Feature, err error, compares bool) bool {
	answer := amazon.Refusal(err)
	if answer == nil || answer.Status >= http.StatusInternalServerError && !saysUnimplemented(answer) {
		return false
	}
	message := strings.ToLower(answer.Message)
	names := slices.ContainsFunc(traitOf(f).headers, func(h string) bool { return strings.Contains(message, h) })
	if f == CRC64NVME && !compares { // of a request without content it can only be the feature
		names = names || strings.Contains(message, "checksum")
	}
	if compares {
		return names && (saysUnsupported(answer) || saysUnimplemented(answer))
	}
	return names && (isBadRequest(answer) || saysUnsupported(answer) || saysUnimplemented(answer))
}

// isVague reports whether a refusal may be one of something that the request can do
// without, and does not say of what. A refusal of HEAD has no body, and so no reason.
func (v *Vault) isVague(err error, compares bool) bool {
	answer := amazon.Refusal(err)
	switch {
	case answer == nil:
		return false
	case saysUnimplemented(answer):
		return true
	case answer.HasNoCode():
		return answer.Status == http.StatusBadRequest || answer.Status == http.StatusMethodNotAllowed ||
			answer.Status == http.StatusForbidden && v.isElsewhere()
	case compares:
		return isBadRequest(answer) && saysUnsupported(answer)
	}
	return isBadRequest(answer)
}

// isVerdict reports whether the outcome of a request without some features says
// something about them: it was accepted, or refused for a reason of its own.
func (v *Vault) isVerdict(err error, compares bool) bool {
	answer := amazon.Refusal(err)
	if err == nil || answer == nil {
		return err == nil
	}
	return answer.Status < http.StatusInternalServerError && answer.Status != http.StatusTooManyRequests &&
		answer.Status != http.StatusRequestTimeout && !v.isVague(err, compares)
}

// saysUnimplemented reports whether the service says outright that it lacks something.
func saysUnimplemented(answer *ServiceError) bool {
	return answer.Status == http.StatusNotImplemented || answer.CodeIs("NotImplemented", "UnsupportedOperation", "OperationNotSupported")
}

// isBadRequest reports whether the service objects to how a request is made.
func isBadRequest(answer *ServiceError) bool {
	return answer.CodeIs("InvalidArgument", "InvalidRequest", "BadRequest", "InvalidHeader", "UnsupportedHeader", "InvalidParameter")
}

// saysUnsupported reports whether the message says that something is not known.
func saysUnsupported(answer *ServiceError) bool {
	message := strings.ToLower(answer.Message)
	return slices.ContainsFunc([]string{"unsupported", "not supported", "not implemented", "unknown header", "unrecognized", "not recognized", "unexpected header"},
		func(words string) bool { return strings.Contains(message, words) })
}
