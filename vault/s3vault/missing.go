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

// This file finds out that a service lacks a feature. Some services say so, some name the
// header that they do not know, some refuse without a reason, and some ignore a query and
// answer as if it were not there.

// isMissing reports whether an error means that the service lacks a feature. The request
// consists of nothing but this feature. isMissing records a lacking feature and says so
// once.
func (v *Vault) isMissing(f Feature, err error) bool {
	if err == nil || !v.saysMissing(f, err) {
		return false
	}
	v.miss(f)
	return true
}

func (v *Vault) saysMissing(f Feature, err error) bool {
	if strange, ok := errors.AsType[*amazon.AnswerError](err); ok {
		return ignoresQuery(f, strange) // such an answer means nothing else
	}
	answer := amazon.Refusal(err)
	switch {
	case answer == nil:
		return false
	case saysUnimplemented(answer), isBadRequest(answer) && saysUnsupported(answer):
		return true
	case f == UploadList && answer.Status == http.StatusNotFound: // some have no list for a bucket that never had an upload
		return !answer.CodeIs("NoSuchBucket")
	case f == Restore && answer.Status == http.StatusNotFound && v.isElsewhere(): // the object existed a moment ago
		return !answer.CodeIs("NoSuch")
	}
	// Amazon uses this status for requests that a delete marker does not allow.
	return v.isElsewhere() && (answer.Status == http.StatusMethodNotAllowed || answer.CodeIs("MethodNotAllowed"))
}

// ignoresQuery reports whether the service ignored the query of a request for a feature,
// and answered with the list of the bucket's objects.
func ignoresQuery(f Feature, strange *amazon.AnswerError) bool {
	return (f == Versions || f == UploadList) && strange.Status == http.StatusOK && strings.HasPrefix(strange.Root, "ListBucket")
}

// adviseLacking adds to the failure of a request for a feature the advice to do without it,
// if the same request will most likely fail again: the service refused it for good, or
// answered as if it did not know such a request.
func (v *Vault) adviseLacking(f Feature, err error) error {
	if answer := amazon.Refusal(err); errors.Is(err, vault.ErrCredentials) || answer != nil && isOtherRegion(answer) {
		return err // every other request fails alike
	}
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

// Unwrap makes errors.Is find vault.ErrGarbled, so that the request is repeated only a few
// times.
func (e *againError) Unwrap() []error { return []error{e.error, vault.ErrGarbled} }

// isInTheWay reports whether the refusal of a request for a feature may mean that the
// service lacks it, or prevents work that is possible without it.
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

// isElsewhere reports whether the service is not Amazon's.
func (v *Vault) isElsewhere() bool { return v.endpoint != "" }

// feature reports, while a request is made, whether the service has a feature, as far as is
// known.
type feature func(Feature) bool

// optional is a request that may leave features out.
type optional struct {
	what  string
	judge amazon.Judge
	uses  []Feature
	// compares: the service compares content with its checksum. So a complaint about the
	// checksum may be about the content and not about the header.
	compares bool
	// before, if not nil, is called before each attempt; its error is the result.
	before func(feature) error
}

// callUsing sends a request, and repeats it without the features that the service turns out
// to lack. If a refusal does not say which, callUsing leaves out each feature alone, and
// then all of them. An attempt that is accepted, or refused for another reason, shows which
// feature is lacking.
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

// trials returns the features to leave out, for each attempt.
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
	if f == CRC64NVME && !compares { // a request without content can only mean the feature
		names = names || strings.Contains(message, "checksum")
	}
	if compares {
		return names && (saysUnsupported(answer) || saysUnimplemented(answer))
	}
	return names && (isBadRequest(answer) || saysUnsupported(answer) || saysUnimplemented(answer))
}

// isVague reports whether a refusal may be about a feature that the request can do without,
// but does not name it. The refusal of a HEAD has no body, and so no reason.
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

// isVerdict reports whether the result of a request without some features says something
// about them: the request was accepted, or refused for another reason.
func (v *Vault) isVerdict(err error, compares bool) bool {
	answer := amazon.Refusal(err)
	if err == nil || answer == nil {
		return err == nil
	}
	return answer.Status < http.StatusInternalServerError && answer.Status != http.StatusTooManyRequests &&
		answer.Status != http.StatusRequestTimeout && !v.isVague(err, compares)
}

// saysUnimplemented reports whether the service says explicitly that it lacks something.
func saysUnimplemented(answer *ServiceError) bool {
	return answer.Status == http.StatusNotImplemented || answer.CodeIs("NotImplemented", "UnsupportedOperation", "OperationNotSupported")
}

// isBadRequest reports whether the service objects to the form of a request.
func isBadRequest(answer *ServiceError) bool {
	return answer.CodeIs("InvalidArgument", "InvalidRequest", "BadRequest", "InvalidHeader", "UnsupportedHeader", "InvalidParameter")
}

// saysUnsupported reports whether the message says that something is unknown.
func saysUnsupported(answer *ServiceError) bool {
	message := strings.ToLower(answer.Message)
	return slices.ContainsFunc([]string{"unsupported", "not supported", "not implemented", "unknown header", "unrecognized", "not recognized", "unexpected header"},
		func(words string) bool { return strings.Contains(message, words) })
}
