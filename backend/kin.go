package mark

import "context"

// Sketch stands for the set of a text's word sequences: the share of places at
// which two sketches agree estimates how much of two texts is the same.
type Sketch []uint32

// Sketched is a document with its sketch.
type Sketched struct {
	Document Document
	Sketch   Sketch
}

// ThreadKeys tell which conversation a message belongs to.
type ThreadKeys struct {
	// Messages are the ids of the message itself and of those it answers or
	// names, the beginning of the conversation first. Messages that share an id
	// are of one conversation.
	Messages []string
	// Subject is the subject without reply marks, letters' case folded. It
	// links what names no other message: an answer to what it answers.
	Subject string
	// Reply says that the subject bore a reply mark.
	Reply bool
}

// KinStore keeps which documents belong together: the fields Thread, Duplicate
// and Similar of Document, which PutDocument sets on a new document only.
type KinStore interface {
	// JoinThread puts a message into its conversation, joining conversations
	// that turn out to be one, and returns the conversation; "" where nothing
	// tells it.
	JoinThread(ctx context.Context, id DocumentID, k ThreadKeys) (thread string, err error)
	// LinkDuplicate points a document to the earliest with the same bytes or
	// the same Meta.ContentHash, and returns it; "" when that is itself.
	LinkDuplicate(ctx context.Context, id DocumentID) (first DocumentID, err error)
	// LinkVersion makes a document a version of another, in that one's group,
	// and returns the group: its first document.
	LinkVersion(ctx context.Context, id, of DocumentID) (first DocumentID, err error)
	// PutSketch stores a document's sketch and the keys to find it by.
	PutSketch(ctx context.Context, id DocumentID, s Sketch, bands []int64) error
	// SketchesNear returns other documents whose sketches share a band, those
	// that were sketched last first, up to limit for each band.
	SketchesNear(ctx context.Context, id DocumentID, bands []int64, limit int) ([]Sketched, error)
}
