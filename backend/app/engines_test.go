package app

import (
	"testing"

	"markai/backend/models"
)

func TestTheModelsOfTheStartAreThoseThatRun(t *testing.T) {
	some := &engines{chat: &chat{model: models.Model{ID: "writes"}}, embed: &embedding{model: models.Model{ID: "finds"}}}
	for _, tt := range []struct {
		e    *engines
		id   string
		want bool
	}{{some, "writes", true}, {some, "finds", true}, {some, "chosen-since", false}, {&engines{}, "writes", false}} {
		if got := tt.e.runs(tt.id); got != tt.want {
			t.Errorf("runs(%q) = %v", tt.id, got)
		}
	}
}
