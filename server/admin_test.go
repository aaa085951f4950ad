package server_test

import (
	"net/http/httptest"
)

// ask asks what the server tells its operator.
func (s *service) ask(path string) answer {
	s.t.Helper()
	w := httptest.NewRecorder()
	s.admin.ServeHTTP(w, httptest.NewRequestWithContext(s.t.Context(), "GET", "http://localhost"+path, nil))
	return answer{status: w.Code, header: w.Header(), body: w.Body.String()}
}
