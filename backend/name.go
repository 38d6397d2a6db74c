package mark

import (
	"path"
	"strings"
)

// maxName is how many characters of a file's name are kept.
const maxName = 150

// FileName makes a name to show and to keep out of one that a file from
// elsewhere gives to something inside it: the last element of a path with
// either slash, without control characters, at most 150 characters long with
// its ending kept. It is empty when nothing of a name is left.
func FileName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, "\ufffd"), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r < 0x20 || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, name)
	if r := []rune(name); len(r) > maxName {
		ext := []rune(path.Ext(name))
		if len(ext) > 10 {
			ext = nil
		}
		name = string(r[:maxName-10]) + string(ext)
	}
	switch name = strings.TrimSpace(name); name {
	case ".", "..", "/":
		return ""
	}
	return name
}
