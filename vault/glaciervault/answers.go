package glaciervault

import (
	"net/http"

	"firn/internal/amazon"
)

// answers describes the service's answers: a JSON object to every GET, and only headers to
// other requests.
func answers() amazon.Answers {
	return amazon.Answers{
		Form: amazon.JSON, Most: maxAnswer, Content: "GetJobOutput",
		Document: func(_, method string) (root string, has bool) { return "", method == http.MethodGet },
	}
}
