package app

import (
	"regexp"
	"testing"
	"time"
)

func TestDoctorTimesAScanInAMoment(t *testing.T) {
	began := time.Now()
	said, err := checkScan(t.Context())
	if err != nil || !regexp.MustCompile(`^[a-z0-9-]+, 16384 passages compared in \d+\.\d\d ms$`).MatchString(said) {
		t.Errorf("got %q, %v", said, err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it took %s", took)
	}
	t.Log(said, "after", time.Since(began))
}
