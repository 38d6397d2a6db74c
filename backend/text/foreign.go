package text

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
)

// foreignKind names a kind of file that Mark AI knows and does not read: a sentence
// about what it is and what to do. It is empty for every other file.
func foreignKind(name string, head []byte) string {
	ext := strings.ToLower(filepath.Ext(name))
	for _, k := range foreign {
		named := k.exts == "" || slices.Contains(strings.Fields(k.exts), ext)
		if named && bytes.HasPrefix(head, []byte(k.magic)) && bytes.Contains(head, []byte(k.holds)) {
			return k.says
		}
	}
	return ""
}

// compound begins every OLE compound file: the binary formats of Office, and
// the encrypted form of the newer ones.
const compound = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// foreign is searched from the top: the first that fits says what the file is.
var foreign = []struct {
	magic string
	holds string // somewhere in the first bytes
	exts  string // space-separated; empty: whatever the name is
	says  string
}{
	{compound, "", ".docx .docm .dotx", "This Word document is locked with a password. Open it in Word, save a copy without the password, and add the copy."},
	{compound, "", ".xlsx .xlsm .pptx", "This Office file is locked with a password. Open it, save a copy without the password as PDF, and add the copy."},
	{compound, "", ".xls", "This is an Excel workbook of the old kind (.xls). Save the sheets you need as PDF and add that."},
	{compound, "", ".ppt .pps", "This is a PowerPoint file of the old kind (.ppt). Save it as PDF and add that."},
	{compound, "", ".msg .oft", "This file is named like an Outlook message and cannot be read as one. Save it as PDF in the program that made it, and add that."},
	{compound, "", "", "This is an Office file of the old kind. Save it as .docx or PDF and add that."},
	{rtfMagic, "", "", ""},
	{"", "", ".rtf", "This file is named .rtf and holds something else. Open it in a word processor, save it as PDF, and add that."},
	{"PK\x03\x04", "", ".xlsx .xlsm", "This is an Excel workbook. Save the sheets you need as PDF and add that."},
	{"PK\x03\x04", "", ".pptx .ppsx", "This is a PowerPoint file. Save it as PDF and add that."},
	{"PK\x03\x04", "", ".odt .ods .odp .pages .numbers .key", "This is a document of another office program. Save it as .docx or PDF and add that."},
	{"PK\x03\x04", "", ".epub", "This is an e-book. Save the pages you need as PDF and add that."},
	{"PK\x03\x04", "word/", "", ""},
	{"PK\x03\x04", "", ".docx .docm .dotx", ""},
	{"PK", "", "", "This ZIP archive cannot be opened. Unpack it and add the files or the folder."},
	{"Rar!", "", "", "This is a RAR archive. Unpack it and add the files or the folder."},
	{"7z\xbc\xaf\x27\x1c", "", "", "This is a 7-Zip archive. Unpack it and add the files or the folder."},
	{"\x1f\x8b", "", "", "This is a compressed file. Unpack it and add what is inside."},
	{"!BDN", "", "", "This is an Outlook mailbox (.pst). Export the messages you need as .eml and add those."},
	{"ID3", "", "", "This is a sound recording. Have it transcribed and add the transcript."},
	{"RIFF", "", ".wav .avi", "This is a recording. Have it transcribed and add the transcript."},
	{"", "ftypM4A", "", "This is a sound recording. Have it transcribed and add the transcript."},
	{"", "ftyp", ".mp4 .mov .m4v .m4a", "This is a recording. Have it transcribed and add the transcript."},
	{"", "ftyphei", "", "This is a photograph in Apple's HEIC format. Export it as JPEG and add that."},
	{"GIF8", "", "", "This is a GIF picture. Save it as PNG or PDF and add that."},
	{"MZ", "", ".exe .dll .scr .com", "This is a program, not a document."},
	{"\x7fELF", "", "", "This is a program, not a document."},
}
