package loadfile

import (
	"fmt"
	"strconv"
	"strings"
)

// Labels returns the numbers of n pages whose first and last numbers are given,
// or nil where the range has another number of pages.
func Labels(first, last string, n int) []string {
	if n == 1 && first == last && first != "" {
		return []string{first}
	}
	prefix, from, width := number(first)
	other, to, _ := number(last)
	if width == 0 || prefix != other || to < from || to-from+1 != int64(n) {
		return nil
	}
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("%s%0*d", prefix, width, from+int64(i))
	}
	return out
}

// number parts a Bates number before the digits that it ends with.
func number(s string) (prefix string, n int64, width int) {
	prefix = strings.TrimRight(s, "0123456789")
	digits := s[len(prefix):]
	n, err := strconv.ParseInt(digits, 10, 62)
	if err != nil {
		return s, 0, 0
	}
	return prefix, n, len(digits)
}
