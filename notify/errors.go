package notify

import (
	"net/http"
	"strings"

	"firn/internal/amazon"
	"firn/vault"
)

// judge returns the sentinel for a refusal of the queue (Amazon SQS API reference, "Common
// errors" and "ReceiveMessage"). A refusal without a code does not come from the service and
// shows nothing about the queue.
func judge(e *amazon.ServiceError) (advice string, class error) {
	is := func(parts ...string) bool {
		for _, part := range parts {
			if strings.Contains(e.Code, part) {
				return true
			}
		}
		return false
	}
	switch {
	case is("NonExistentQueue", "QueueDoesNotExist"):
		return "check the queue's URL", vault.ErrNotFound
	case is("Throttl", "OverLimit"):
		return "", vault.ErrThrottled
	case is("AccessDenied", "NotAuthorized", "OptInRequired"):
		return "", vault.ErrDenied
	case e.HasNoCode() && e.Status >= 400 && e.Status < 500 && e.Status != http.StatusProxyAuthRequired && e.Status != http.StatusTooManyRequests:
		return "", vault.ErrUnavailable
	}
	return "", nil
}
