package mark

import (
	"context"
	"strings"
	"time"
)

// FeatureKind says what a feature of a document is.
type FeatureKind string

// The kinds of feature. What Value and Level hold is said beside each.
const (
	FeatureTitle       FeatureKind = "title"        // the document's own title
	FeatureParty       FeatureKind = "party"        // Value: role, as "Licensor", where the text gives one
	FeatureDate        FeatureKind = "date"         // Value: ISO 8601 date
	FeatureAmount      FeatureKind = "amount"       // Value: currency code and decimal number, "USD 1250.00"
	FeatureDefinedTerm FeatureKind = "defined_term" // Text: the definition; Value: the term
	FeatureHeading     FeatureKind = "heading"      // Value: its number as written, if any; Level: from 1
	FeatureClause      FeatureKind = "clause"       // a numbered clause; Value: its full number, "12(b)(6)"; Level: from 1
	FeatureExhibit     FeatureKind = "exhibit"      // Value: its mark, "Exhibit A"; Level 1 where it begins, 0 where it is named
	FeatureSignature   FeatureKind = "signature"    // a signature block; Value: who signs
	FeatureBates       FeatureKind = "bates"        // Value: the normalised number, "ABC0001234"
	FeatureCitation    FeatureKind = "citation"     // Value: the citation in its corrected form
	FeatureQuestion    FeatureKind = "question"     // of a transcript; Value: page:line
	FeatureReply       FeatureKind = "reply"        // its answer; Value: page:line
	FeatureLine        FeatureKind = "line"         // a line of numbered paper; Value: its number
	FeatureHeader      FeatureKind = "header"       // running head of a page
	FeatureFooter      FeatureKind = "footer"       // running foot of a page, page numbers included
	FeatureFootnote    FeatureKind = "footnote"     // Value: its mark
	FeatureQuoted      FeatureKind = "quoted"       // earlier messages quoted in a message
	FeatureHidden      FeatureKind = "hidden"       // text that is not seen; Value: "covered", "white", "tiny", "invisible", "outside", or "marked" (for a redaction that was not carried out)
	FeatureComment     FeatureKind = "comment"      // Value: author and date
	FeatureInsertion   FeatureKind = "insertion"    // tracked; Value: author and date
	FeatureDeletion    FeatureKind = "deletion"     // tracked; Value: author and date
	FeatureLanguage    FeatureKind = "language"     // a page in another language than the document; Value: BCP 47
	FeatureFormula     FeatureKind = "formula"      // of a cell; Value: its address and formula, "Fees!B7 =SUM(B1:B6)"
	FeatureField       FeatureKind = "field"        // of a form; Text: its value; Value: its name
	FeatureLayer       FeatureKind = "layer"        // Text: what the file says a page reads that was read from its picture instead
)

// Feature is something our code recognised in a document's text, at its place.
type Feature struct {
	Kind       FeatureKind
	Page       int    // from 1
	Start, End int    // byte offsets in the page's text
	Text       string // as it stands there, cut where it is long
	Value      string // normalised; see the kinds
	Level      int
	Told       bool // by the file itself; false where our rules found it
}

// Span returns where a feature of doc stands.
func (f Feature) Span(doc DocumentID) Span {
	return Span{Document: doc, Page: f.Page, Start: f.Start, End: f.End}
}

// DocumentType is what a document is to a lawyer.
type DocumentType string

// The types of document that are told apart. Empty means not known.
const (
	TypeContract       DocumentType = "contract"
	TypeAmendment      DocumentType = "amendment"
	TypePleading       DocumentType = "pleading" // complaint, answer, petition
	TypeMotion         DocumentType = "motion"   // and memoranda in support, briefs
	TypeOrder          DocumentType = "order"    // orders, opinions, judgments
	TypeDiscovery      DocumentType = "discovery"
	TypeTranscript     DocumentType = "transcript"
	TypeDeclaration    DocumentType = "declaration" // and affidavits
	TypeExhibit        DocumentType = "exhibit"
	TypeLetter         DocumentType = "letter"
	TypeMail           DocumentType = "mail"
	TypeMemo           DocumentType = "memo"
	TypePolicy         DocumentType = "policy" // privacy policies, terms of use
	TypeCorporate      DocumentType = "corporate"
	TypeNotice         DocumentType = "notice"
	TypeForm           DocumentType = "form"
	TypeInvoice        DocumentType = "invoice"
	TypeReport         DocumentType = "report"
	TypeSpreadsheet    DocumentType = "spreadsheet"
	TypePresentation   DocumentType = "presentation"
	TypeStatute        DocumentType = "statute" // and regulations
	TypeContainer      DocumentType = "container"
	TypeCalendarRecord DocumentType = "calendar"
)

// Meta is what a document says of itself, or a production's load file of it.
// Every field may be empty.
type Meta struct {
	Type       DocumentType
	Date       string // of the document, ISO 8601: "2019-03-01", or less of it
	Language   string // of most of the text, BCP 47: "en"
	Author     string
	Custodian  string // whose files it came from
	BatesFirst string
	BatesLast  string
	Mail       *MailHead
	// ContentHash is equal where two documents say the same whatever their
	// bytes, as a message that was exported twice.
	ContentHash string
	Fields      map[string]string // a load file's other fields, by their own names
}

// MailHead is the head of a message.
type MailHead struct {
	MessageID  string // without angle brackets
	InReplyTo  string
	References []string // oldest first
	From       string
	To, CC     []string
	Subject    string
	Sent       time.Time
}

// FeatureStore keeps what was recognised in documents.
type FeatureStore interface {
	// PutFeatures replaces the document's features.
	PutFeatures(ctx context.Context, id DocumentID, features []Feature) error
	// Features returns a document's features of these kinds (none: all), in
	// reading order.
	Features(ctx context.Context, id DocumentID, kinds ...FeatureKind) ([]Feature, error)
	// FindFeatures returns up to limit features of a kind that have this value
	// (letters' case ignored), in documents' and reading order.
	FindFeatures(ctx context.Context, kind FeatureKind, value string, limit int) ([]FoundFeature, error)
}

// FoundFeature is a feature and its document.
type FoundFeature struct {
	Document DocumentID
	Feature
}

// DocumentQuery selects documents. Empty fields select everything.
type DocumentQuery struct {
	Text       string // in the name, title, parties or a message's head
	Kinds      []Kind
	Types      []DocumentType
	Statuses   []DocumentStatus
	Languages  []string
	Custodians []string
	From, To   string     // ISO 8601 dates, both inclusive; documents without a date are left out
	Bates      string     // a number; documents whose range holds it
	BatesTo    string     // the last number, where a range is meant
	Name       string     // these in the file's name
	Title      string     // these in the title
	Party      string     // these in a party's name
	Sender     string     // these in a message's sender, or the author
	Recipient  string     // these in a message's recipients
	Subject    string     // these in a message's subject
	Custodian  string     // these in the custodian
	Thread     string     // Document.Thread
	Family     DocumentID // this document and everything inside it
	Similar    DocumentID // the versions of this document
	Outer      bool       // only documents that lie in no other
	Distinct   bool       // without documents that say what an earlier one says, or that a newer reading replaces
	Scanned    bool       // only documents with pages that were read by OCR
	Unread     bool       // only documents of which something was not read; see Loses
	Sort       DocumentSort
	Descending bool
	Offset     int
	Limit      int // 0 means all
}

// LossWords are the words of which a note has one that says that something of a
// document was not read: notes are this program's own sentences.
var LossWords = []string{"could not be", "not read", "left out", "not added", "breaks off", "may be lost"}

// Loses reports whether a note says that something of its document was not read.
func Loses(note string) bool {
	for _, w := range LossWords {
		if strings.Contains(note, w) {
			return true
		}
	}
	return false
}

// DocumentSort is the order of a list of documents.
type DocumentSort string

// The orders of documents; ties go by name, then id.
const (
	SortName  DocumentSort = "" // families stay together: attachments follow what holds them
	SortDate  DocumentSort = "date"
	SortType  DocumentSort = "type"
	SortAdded DocumentSort = "added"
	SortPages DocumentSort = "pages"
	SortBates DocumentSort = "bates"
)

// DocumentList is a part of the documents that a query selects.
type DocumentList struct {
	Documents []Document
	Total     int // that the query selects
}

// Facet is one value that documents have, and how many have it.
type Facet struct {
	Value string
	Count int
}

// Facets are the values to filter by, most frequent first.
type Facets struct {
	Kinds, Types, Statuses, Languages, Custodians []Facet
}
