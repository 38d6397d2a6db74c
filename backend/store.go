package mark

import (
	"context"
	"io"
)

// MatterStore is one matter's encrypted store. Many readers, one writer;
// readers never block. It is safe for concurrent use.
type MatterStore interface {
	DocumentStore
	PageStore
	IndexStore
	JobStore
	ConversationStore
	FeatureStore
	SurveyStore
	QualityStore
	StateStore
	KinStore
	WatchStore
	Close() error
}

// DocumentStore keeps documents and their sealed originals.
type DocumentStore interface {
	// PutDocument adds or replaces the row of d, except PagesRead and OCRPages,
	// which PutPages counts, and of a row that is there Thread, Duplicate and
	// Similar, which KinStore keeps.
	PutDocument(ctx context.Context, d Document) error
	// ChangeDocument lets change alter the row of a document, in one transaction
	// with the reading of it, and returns the row as it then is; see PutDocument.
	// Errors: NotFound.
	ChangeDocument(ctx context.Context, id DocumentID, change func(*Document)) (Document, error)
	// Document returns one document, or NotFound.
	Document(ctx context.Context, id DocumentID) (Document, error)
	// Documents returns all, by name.
	Documents(ctx context.Context) ([]Document, error)
	// Derived returns what make makes of all documents, by name. It is kept, by
	// key, until a document changes or the store is closed; nobody may change it.
	Derived(ctx context.Context, key string, make func([]Document) any) (any, error)
	// QueryDocuments returns the documents that q selects.
	QueryDocuments(ctx context.Context, q DocumentQuery) (DocumentList, error)
	// DocumentFacets counts the values to filter by, over what q selects.
	DocumentFacets(ctx context.Context, q DocumentQuery) (Facets, error)
	// DocumentBySHA returns the document with these bytes and no parent, or NotFound.
	DocumentBySHA(ctx context.Context, sha string) (Document, error)
	// DeleteDocument removes a document, its attachments and all that was made of them.
	DeleteDocument(ctx context.Context, id DocumentID) error
	// PutOriginal seals the original's bytes, in parts, in one transaction each.
	PutOriginal(ctx context.Context, id DocumentID, r io.Reader) error
	// Original opens the sealed original. Its memory use does not grow with its size.
	Original(ctx context.Context, id DocumentID) (Original, error)
}

// Original gives the bytes of a sealed original.
type Original interface {
	io.ReaderAt
	Size() int64
	Close() error
}

// PageStore keeps pages and passages.
type PageStore interface {
	// PutPages stores pages and the passages and edges that they complete in one
	// transaction and makes them searchable. Pages already stored keep their
	// text (a page's text is never rewritten); the document's PagesRead,
	// OCRPages follow.
	PutPages(ctx context.Context, id DocumentID, pages []Page, chunks []Chunk) error
	// ForgetUnread forgets the pages of a document of which no page could be
	// read, so that it can be tried again, and returns how many.
	ForgetUnread(ctx context.Context, id DocumentID) (int, error)
	// Page returns one page, or NotFound.
	Page(ctx context.Context, id DocumentID, number int) (Page, error)
	// PagesFrom returns up to limit stored pages, the first being number.
	PagesFrom(ctx context.Context, id DocumentID, number, limit int) ([]Page, error)
	// ReplacePassages puts passages and edges in place of all that a document
	// has, in one transaction. Those that stay the same keep their id and vector.
	ReplacePassages(ctx context.Context, id DocumentID, chunks []Chunk) error
	// LastChunk returns the passage of the document that ends last, or NotFound.
	LastChunk(ctx context.Context, id DocumentID) (Chunk, error)
	// PageNumbers returns the numbers of the stored pages, ascending.
	PageNumbers(ctx context.Context, id DocumentID) ([]int, error)
	// SetHeaders replaces the header of all passages of a document, in the text
	// index too, and drops the vectors of those whose header changed.
	SetHeaders(ctx context.Context, id DocumentID, header func(Chunk) string) error
	// Counts returns what the matter holds.
	Counts(ctx context.Context) (Counts, error)
}

// Counts says what a matter holds.
type Counts struct {
	Documents, Pages, OCRPages, Chunks, Embedded, NeedYou int
	Bytes                                                 int64
}

// ScoredChunk is a passage in a ranked list; larger scores are better.
type ScoredChunk struct {
	Chunk    ChunkID
	Document DocumentID
	Score    float64
}

// Frequency is how often a word stands in a matter.
type Frequency struct {
	Passages int     // that hold it, at most so many as were asked for
	Share    float64 // of the passages that were looked at, 0 to 1
}

// IndexStore finds passages. An empty docs means the whole matter. Results are
// best first and deterministic.
type IndexStore interface {
	// MatchWords runs an FTS5 expression over the columns header and body
	// (porter stems) with BM25 weights for the two columns.
	MatchWords(ctx context.Context, expr string, weights [2]float64, docs []DocumentID, limit int) ([]ScoredChunk, error)
	// MatchSubstring finds passages whose text contains s, whatever its
	// punctuation, case folded (trigram index). s has at least three characters.
	MatchSubstring(ctx context.Context, s string, docs []DocumentID, limit int) ([]ScoredChunk, error)
	// MatchEdges runs an FTS5 expression over the heads and feet of pages and
	// returns the best of each document.
	MatchEdges(ctx context.Context, expr string, docs []DocumentID, limit int) ([]Chunk, error)
	// NearestVectors ranks by cosine.
	NearestVectors(ctx context.Context, v []float32, docs []DocumentID, limit int) ([]ScoredChunk, error)
	// Vectors returns the stored vectors of chunks that have one.
	Vectors(ctx context.Context, ids []ChunkID) (map[ChunkID][]float32, error)
	// Chunks returns the passages asked for, in that order.
	Chunks(ctx context.Context, ids []ChunkID) ([]Chunk, error)
	// Neighbours returns the passages before and behind each of those asked for,
	// in its document; 0 where there is none.
	Neighbours(ctx context.Context, ids []ChunkID) (map[ChunkID][2]ChunkID, error)
	// ChunksOf returns a document's passages in reading order.
	ChunksOf(ctx context.Context, id DocumentID) ([]Chunk, error)
	// Unembedded returns up to limit passages without a vector of this model,
	// of one document or (id empty) of all.
	Unembedded(ctx context.Context, id DocumentID, model string, limit int) ([]Chunk, error)
	// PutVectors stores the vectors of passages, by this model.
	PutVectors(ctx context.Context, model string, ids []ChunkID, vectors [][]float32) error
	// WordFrequency counts in how many passages each word stands, in any of its
	// forms, header and text together. Counting of a word ends at most passages.
	WordFrequency(ctx context.Context, words []string, most int) (map[string]Frequency, error)
	// SpelledLike returns up to limit words of the matter's documents that are
	// spelled like word but for a slip or two, the likeliest first.
	SpelledLike(ctx context.Context, word string, limit int) ([]string, error)
}

// JobStore is the durable queue.
type JobStore interface {
	PutJob(ctx context.Context, j Job) error
	Job(ctx context.Context, id JobID) (Job, error)
	// Jobs returns all jobs, newest first.
	Jobs(ctx context.Context) ([]Job, error)
	// JobPage returns the jobs in these states (none: in any), newest first, up
	// to limit from offset on, and how many there are.
	JobPage(ctx context.Context, states []JobState, offset, limit int) (jobs []Job, total int, err error)
	// MoveJobs puts all jobs in one state, or those of ids that are in it, into
	// another, and returns how many.
	MoveJobs(ctx context.Context, from, to JobState, ids []JobID) (int, error)
	// NextJob takes the queued job whose turn it is, by priority, then age, and
	// marks it running in one transaction, or NotFound. Jobs whose NotBefore is
	// to come wait.
	NextJob(ctx context.Context) (Job, error)
	// JobsIn returns up to limit jobs in a state, those first whose turn comes first.
	JobsIn(ctx context.Context, state JobState, limit int) ([]Job, error)
	// Waiting returns the work that waits.
	Waiting(ctx context.Context) (Waiting, error)
	// JobCounts returns how many jobs are in each state.
	JobCounts(ctx context.Context) (map[JobState]int, error)
	// PreferDocument lets the waiting jobs of a document come before all others
	// and reports whether there is one.
	PreferDocument(ctx context.Context, id DocumentID) (bool, error)
	// RequeueRunning puts jobs that a dead process left running back to queued
	// and returns how many.
	RequeueRunning(ctx context.Context) (int, error)
}

// ConversationStore keeps questions and answers.
type ConversationStore interface {
	PutConversation(ctx context.Context, c Conversation) error
	Conversations(ctx context.Context) ([]Conversation, error)
	AddMessage(ctx context.Context, id ConversationID, m Message) error
	Messages(ctx context.Context, id ConversationID) ([]Message, error)
	DeleteConversation(ctx context.Context, id ConversationID) error
}

// Registry is the vault's own small encrypted store: matters with their
// wrapped keys, settings, the audit trail.
type Registry interface {
	PutMatter(ctx context.Context, m Matter, wrappedKey []byte) error
	// Matters returns all, by name.
	Matters(ctx context.Context) ([]Matter, error)
	// MatterKey returns the wrapped key, or NotFound.
	MatterKey(ctx context.Context, id MatterID) ([]byte, error)
	// EraseMatter forgets a matter with its settings (see MatterSetting) and its
	// part of the ledger of experts, and overwrites its wrapped key.
	EraseMatter(ctx context.Context, id MatterID) error
	Setting(ctx context.Context, key string) (string, error) // "" when unset
	PutSetting(ctx context.Context, key, value string) error
	// Audit appends an entry to the hash chain; Seq, Time and Hash are set here.
	Audit(ctx context.Context, e AuditEntry) error
	// AuditTrail returns entries after seq, oldest first.
	AuditTrail(ctx context.Context, after int64, limit int) ([]AuditEntry, error)
	ExpertLedger
	Close() error
}

// MatterSetting is the key of a setting that is forgotten with its matter.
func MatterSetting(id MatterID, name string) string { return "matter/" + string(id) + "/" + name }

// Stores opens encrypted store files. key has 32 bytes. Errors: WrongKey (the
// key does not fit or the file is damaged; the two cannot be told apart),
// Damaged (not encrypted, not ours).
type Stores interface {
	OpenRegistry(ctx context.Context, path string, key []byte) (Registry, error)
	OpenMatter(ctx context.Context, path string, key []byte) (MatterStore, error)
}
