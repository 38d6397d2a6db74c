package fleet

import (
	"errors"
	"slices"
	"testing"
)

func TestLayersAreCalibratedByMeasuring(t *testing.T) {
	tests := []struct {
		name  string
		most  int
		rate  map[int]float64 // tokens a second; 0 where it does not run
		want  int
		tried []int
	}{
		{"a fast GPU", 32, map[int]float64{32: 100, 24: 60, 0: 10}, 32, []int{32, 24, 0}},
		{"a slow link: fewer are quicker", 32, map[int]float64{32: 20, 24: 25, 16: 30, 8: 22, 0: 10}, 16, []int{32, 24, 16, 8, 0}},
		{"a processor that is quicker", 32, map[int]float64{32: 8, 24: 7, 0: 12}, 0, []int{32, 24, 0}},
		{"a little quicker is noise", 32, map[int]float64{32: 100, 24: 103, 0: 103}, 32, []int{32, 24, 0}},
		{"all of them do not run", 32, map[int]float64{32: 0, 24: 40, 16: 30, 0: 10}, 24, []int{32, 24, 16, 0}},
		{"nothing runs on the GPU", 32, map[int]float64{0: 10}, 0, []int{32, 24, 16, 8, 0}},
		{"two layers", 2, map[int]float64{2: 10, 1: 20, 0: 5}, 1, []int{2, 1, 0}},
		{"none fit", 0, map[int]float64{0: 10}, 0, []int{0}},
	}
	for _, tt := range tests {
		var tried []int
		got, err := Calibrate(tt.most, func(n int) (float64, error) {
			tried = append(tried, n)
			return tt.rate[n], nil
		})
		if err != nil || got != tt.want || !slices.Equal(tried, tt.tried) {
			t.Errorf("%s: %d after %v, %v, want %d after %v", tt.name, got, tried, err, tt.want, tt.tried)
		}
	}
	gone := errors.New("the program closes")
	if _, err := Calibrate(32, func(int) (float64, error) { return 0, gone }); !errors.Is(err, gone) {
		t.Errorf("got %v, want %v", err, gone)
	}
}
