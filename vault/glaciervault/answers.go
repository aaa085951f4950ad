package glaciervault

import (
	"net/http"

	"firn/internal/amazon"
)

// answers are what the service sends: a JSON object to whatever is read, and headers
// alone to the rest.
func answers() amazon.Answers {
	return amazon.Answers{
		Form: amazon.JSON, Most: maxAnswer, Content: "GetJobOutput",
		Document: func(_, method string) (root string, has bool) { return "", method == http.MethodGet },
	}
}
