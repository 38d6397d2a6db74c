package mark

import (
	"time"
)

// Matter is a client matter: one encrypted store file with its own key.
type Matter struct {
	ID      MatterID
	Name    string
	Created time.Time
}

// Kind says how a document is read and shown.
type Kind string

// The kinds of document.
const (
	KindPDF   Kind = "pdf"
	KindImage Kind = "image" // TIFF, JPEG, PNG, BMP, WebP, GIF
	KindWord  Kind = "word"  // .docx
	KindMail  Kind = "mail"  // .eml
	KindText  Kind = "text"  // .txt, .md and whatever decodes as text
)

// DocumentStatus is how far the reading of a document has come.
type DocumentStatus string

// The states of a document.
const (
	DocumentQueued     DocumentStatus = "queued"
	DocumentReading    DocumentStatus = "reading"    // pages arrive; those that are there are searchable
	DocumentSearchable DocumentStatus = "searchable" // all pages in, vectors still to come
	DocumentReady      DocumentStatus = "ready"      // embedded too, or embeddings are off
	DocumentNeedsYou   DocumentStatus = "needs_you"  // see Problem; pages read before stay searchable
)

// Document is one file of a matter, or an attachment inside one.
type Document struct {
	ID        DocumentID
	Parent    DocumentID // of an attachment; else empty
	Name      string     // file name as the lawyer knows it
	Source    string     // where it came from: a path, or the parent's name
	Kind      Kind
	SHA256    string // of the original's bytes, hexadecimal
	Bytes     int64
	Pages     int // pages in the document; 0 while unknown
	PagesRead int
	OCRPages  int
	Title     string   // as found in the text or the file's properties
	Parties   []string // as found in the text
	Status    DocumentStatus
	Problem   string   // a sentence, when Status is DocumentNeedsYou
	Code      Code     // of the problem
	Notes     []string // what a reader should know: repaired, unreadable page 14, …
	Added     time.Time
	Meta      Meta
	Thread    string     // the conversation a message belongs to; empty outside mail
	Duplicate DocumentID // an earlier document that says the same; else empty
	Similar   DocumentID // the first of the documents that are versions of one another; else empty
	Rereads   DocumentID // the document whose file this reads anew, from pictures of its pages; else empty
	Replaced  DocumentID // that newer reading, once it is there: a search finds it in this one's place
	Rules     int        // the rules by which its passages and features were made; see ingest.Rules
}

// Rect is a box in points (1/72 inch) from the top left corner of the page as
// it is shown (rotation applied).
type Rect struct{ X0, Y0, X1, Y1 float64 }

// Union returns the smallest box that holds both.
func (r Rect) Union(s Rect) Rect {
	return Rect{min(r.X0, s.X0), min(r.Y0, s.Y0), max(r.X1, s.X1), max(r.Y1, s.Y1)}
}

// Word is one word of a page's text and where it stands.
type Word struct {
	Start, End int     // byte offsets in Page.Text
	Box        Rect    // where it stands on the page
	Confidence float32 // of OCR, 0 to 1; 1 where the text was in the file
}

// Page is the text of one page. Text is never rewritten once stored: spans
// point into it by byte.
type Page struct {
	Number        int    // from 1
	Label         string // as printed in the document's own numbering; may be empty
	Width, Height float64
	Text          string
	Words         []Word  // in reading order, non-overlapping, ascending offsets
	OCR           bool    // Text was read from an image
	Confidence    float32 // mean over the words of an OCR page
	Problem       string  // why the page could not be read; Text is then empty
	// Features are what only the file tells of this page; see SourceInfo. They
	// come with a page that is read and are kept with the document's.
	Features []Feature
}

// Span is a piece of one page's text.
type Span struct {
	Document   DocumentID
	Page       int // from 1
	Start, End int // byte offsets in the page's text
}

// Pos is a place in a document: a byte offset on a page.
type Pos struct {
	Page   int // from 1
	Offset int // bytes from the start of the page's text
}

// Before reports whether p stands before q.
func (p Pos) Before(q Pos) bool {
	return p.Page < q.Page || p.Page == q.Page && p.Offset < q.Offset
}

// Chunk is a passage that is found as one: consecutive text of a document,
// which may run over page ends.
type Chunk struct {
	ID       ChunkID // 0 until stored
	Document DocumentID
	From, To Pos    // To is exclusive
	Header   string // what a reader of the passage alone must know: file name, title, parties, heading
	Text     string // the pages' text from From to To, unchanged, without Skips
	// Skips are the pieces between From and To that are not the passage's: the
	// foot of one page and the head of the next. They are in an Edge.
	Skips []Span
	// Edge says that this is no passage but the head or the foot of a page, as
	// earlier pages have it.
	Edge bool
}

// Part returns where the bytes start to end of the text that spans make up, one
// after the other, stand.
func Part(spans []Span, start, end int) []Span {
	var out []Span
	at := 0
	for _, sp := range spans {
		from, to := max(start-at, 0), min(end-at, sp.End-sp.Start)
		if from < to {
			out = append(out, Span{Document: sp.Document, Page: sp.Page, Start: sp.Start + from, End: sp.Start + to})
		}
		at += sp.End - sp.Start
	}
	return out
}

// Boxes returns where the bytes start to end of a page's text stand: one box
// per line of words. It is empty when the page has no words there.
func (p Page) Boxes(start, end int) []Rect {
	var out []Rect
	for _, w := range p.Words {
		if w.End <= start || w.Start >= end {
			continue
		}
		if n := len(out); n > 0 && sameLine(out[n-1], w.Box) {
			out[n-1] = out[n-1].Union(w.Box)
			continue
		}
		out = append(out, w.Box)
	}
	return out
}

// sameLine reports whether b continues the line of a: their heights overlap by
// more than half of the smaller and b does not jump back to the left.
func sameLine(a, b Rect) bool {
	overlap := min(a.Y1, b.Y1) - max(a.Y0, b.Y0)
	return overlap > 0.5*min(a.Y1-a.Y0, b.Y1-b.Y0) && b.X1 > a.X0 && b.X0 >= a.X0
}
