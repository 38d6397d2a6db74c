package app

import (
	"testing"

	"markai/backend/config"
)

func TestKindsOfQuestionsAreToldApart(t *testing.T) {
	for _, c := range []struct {
		name    string
		setting []string
		least   float64 // macro F1
	}{
		{"with an embedding model", nil, 0.85},
		{"by words alone", []string{"modules.embeddings=false"}, 0.75},
	} {
		t.Run(c.name, func(t *testing.T) {
			settings, err := config.Load(nil, nil, c.setting)
			if err != nil {
				t.Fatal(err)
			}
			if c.setting == nil && !ModelsInstalled() {
				t.Skip("no embedding model is installed")
			}
			r, err := NewRouter(t.Context(), "", settings)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if (r.experts.both.Load() != nil) != (c.setting == nil) {
				t.Fatalf("an embedding model is in use: %v", r.experts.both.Load() != nil)
			}
			report, p95, err := r.Measure(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("95 of 100 within %s\n%s", p95, report)
			if report.Questions < 300 || report.MacroF1 < c.least {
				t.Errorf("macro F1 %.3f of %d questions, want %.2f of 300", report.MacroF1, report.Questions, c.least)
			}
		})
	}
}
