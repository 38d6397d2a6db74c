package typeset_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"markai/backend/typeset"
)

func TestHTMLReadsAsAReaderSeesIt(t *testing.T) {
	for _, c := range []struct{ name, in, text, title string }{
		{"nothing", "", "", ""},
		{"plain text", "Dear Sir", "Dear Sir\n", ""},
		{"blocks", "<p>One\n two</p><p>Three</p>", "One two\n\nThree\n", ""},
		{"line ends", "a<br>b<br/>c", "a\nb\nc\n", ""},
		{"nested blocks", "<div><div>a</div></div><div>b</div>", "a\nb\n", ""},
		{"table", "<table><tr><th>Fee</th><th>Due</th></tr><tr><td><p>$5</p></td><td>June 1</td></tr></table>", "Fee\tDue\n$5\tJune 1\n", ""},
		{"list", "<ul><li>a</li><li>b</li></ul>", "• a\n• b\n", ""},
		{"script and style", "<style>p{}</style>a<script>var x='<p>'</script>b", "ab\n", ""},
		{"title", "<html><head><title>Order  of\nCourt</title></head><body>x</body></html>", "x\n", "Order of Court"},
		{"entities", "&sect;&nbsp;12 &amp; &#8220;x&#8221;", "§ 12 & “x”\n", ""},
		{"preformatted", "<pre>a\n  b</pre>c", "a\n  b\n\nc\n", ""},
		{"picture", `see <img src=x alt="the seal"> here`, "see the seal here\n", ""},
		{"unclosed", "<p>a<b>b", "ab\n", ""},
	} {
		text, title := typeset.HTML(strings.NewReader(c.in))
		if text != c.text || title != c.title {
			t.Errorf("%s: %q, title %q; want %q, %q", c.name, text, title, c.text, c.title)
		}
	}
}

func FuzzHTML(f *testing.F) {
	for _, s := range []string{"<p>a</p>", "<table><tr><td>x", "<title>t", "</script>x", "<pre>\xff</pre>", "<img alt='"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, title := typeset.HTML(strings.NewReader(s))
		if !utf8.ValidString(text) {
			t.Errorf("text is not UTF-8: %q", text)
		}
		if len(title) > len(s)*3 {
			t.Errorf("title of %d bytes from %d", len(title), len(s))
		}
	})
}
