package cite

import "testing"

func TestStemMeetsWordsOfOneFamily(t *testing.T) {
	tests := []struct{ word, want string }{
		{"termination", "termin"}, {"terminates", "termin"}, {"terminated", "termin"}, {"terminating", "termin"},
		{"caresses", "caress"}, {"ponies", "poni"}, {"cats", "cat"}, {"feed", "feed"}, {"agreed", "agre"},
		{"plastered", "plaster"}, {"motoring", "motor"}, {"sing", "sing"}, {"conflated", "conflat"},
		{"hopping", "hop"}, {"filing", "file"}, {"happy", "happi"}, {"relational", "relat"}, {"conditional", "condit"},
		{"electrical", "electr"}, {"adjustment", "adjust"}, {"adoption", "adopt"}, {"controller", "control"},
		{"governed", "govern"}, {"governing", "govern"}, {"assignment", "assign"}, {"assignable", "assign"},
		{"o'brien", "o'brien"}, {"12", "12"}, {"by", "by"},
	}
	for _, tt := range tests {
		if got := Stem(tt.word); got != tt.want {
			t.Errorf("Stem(%q) = %q, want %q", tt.word, got, tt.want)
		}
	}
}
