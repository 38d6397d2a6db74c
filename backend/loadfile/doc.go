// Package loadfile reads the files that come with a production of documents and
// say what is in it: Concordance tables (.dat), Opticon image lists (.opt) and
// EDRM XML.
package loadfile

import (
	mark "markai/backend"
)

// Record is one produced document as a load file describes it.
type Record struct {
	Row    int    // where it stands in the load file, from 1, its head not counted
	ID     string // its number in the system that made the file; may be empty
	First  string // its first Bates number, or ID
	Last   string // may be empty
	Parent string // First or ID of the record that it is attached to; empty: none
	Name   string // its file's name, as it was
	Title  string
	Native string   // link to the file itself
	Text   string   // link to its text
	Body   string   // its text, where it stands in the load file
	Images []string // links to its pages
	Hash   string   // of the native file, hexadecimal
	Meta   mark.Meta
}

// Image is one line of an image list.
type Image struct {
	Key   string // the page's Bates number
	Path  string // link
	Break bool   // a document begins here
	Pages int    // in the document, where the list says so
}

// The limits of a load file.
const (
	maxFields = 2_000
	maxValue  = 1 << 20 // bytes of a value that are kept
	maxRow    = 64 << 20
	maxImages = 2_000_000
	maxDocs   = 1_000_000
)
