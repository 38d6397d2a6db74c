package http

import (
	"net/http/httptest"
	"strings"
	"testing"

	mark "markai/backend"
)

func TestARequestThatIsTooLargeSaysSo(t *testing.T) {
	for body, want := range map[string]mark.Code{
		`{"name":"` + strings.Repeat("a", 1<<20) + `"}`: mark.TooBig,
		`{"nmae":"a"}`: mark.Invalid,
		`{"name":`:     mark.Invalid,
	} {
		var v named
		err := readJSON(httptest.NewRecorder(), httptest.NewRequest("POST", "/api/matters", strings.NewReader(body)), &v)
		if mark.CodeOf(err) != want {
			t.Errorf("%.12s: %v, want %s", body, err, want)
		}
	}
}
