package cli

import (
	"bytes"
	"fmt"
	"testing"
)

func TestDocumentsDoNotSteerTheTerminal(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"plain text stays", "§ 12.3 costs\t€ 5\n\fpage", "§ 12.3 costs\t€ 5\n\fpage"},
		{"an escape sequence", "\x1b]0;title\x07", "\ufffd]0;title\ufffd"},
		{"one of one character", "\u009b2J", "\ufffd2J"},
		{"a line that writes over itself", "owes 900\rowes 100", "owes 900\ufffdowes 100"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			if n, err := fmt.Fprint(printable{&out}, tt.text); err != nil || n != len(tt.text) {
				t.Fatalf("wrote %d of %d bytes: %v", n, len(tt.text), err)
			}
			if out.String() != tt.want {
				t.Errorf("got %q, want %q", out.String(), tt.want)
			}
		})
	}
}
