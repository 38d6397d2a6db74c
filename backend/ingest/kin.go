package ingest

import (
	"context"
	"regexp"
	"slices"
	"strings"

	mark "markai/backend"
	"markai/backend/similar"
)

const (
	// minWords is how many words a text must have to be compared with others:
	// cover sheets and notes of few words look alike without being versions.
	minWords = 50
	// nearest is how many documents of each band are looked at. Where thousands
	// are alike, any of them leads to the group.
	nearest = 8
)

// relate finds out which documents a document that was read belongs with: those
// that say the same, earlier versions, and the rest of its conversation. doc is
// stored already, with all that its content tells.
func relate(ctx context.Context, store mark.MatterStore, doc *mark.Document, text *similar.Sketcher) (err error) {
	if head := doc.Meta.Mail; head != nil {
		if doc.Thread, err = store.JoinThread(ctx, doc.ID, threadKeys(head)); err != nil {
			return err
		}
	}
	if doc.Duplicate, err = store.LinkDuplicate(ctx, doc.ID); err != nil {
		return err
	}
	if text.Words() < minWords {
		return nil
	}
	sketch := text.Sketch()
	bands := similar.Bands(sketch)
	near, err := store.SketchesNear(ctx, doc.ID, bands, nearest)
	if err != nil {
		return err
	}
	if err := store.PutSketch(ctx, doc.ID, sketch, bands); err != nil {
		return err
	}
	if doc.Duplicate != "" || doc.Similar != "" || doc.Kind == mark.KindMail {
		// A duplicate is listed under its first already; messages of one
		// conversation repeat each other without being versions.
		return nil
	}
	own := similar.Facts{Name: doc.Name, Title: doc.Title, Parties: doc.Parties, Sketch: sketch}
	best, alike := mark.DocumentID(""), 0.0
	for _, n := range near {
		d := n.Document
		if d.Duplicate != "" || d.Kind == mark.KindMail || d.Parent == doc.ID || d.ID == doc.Parent {
			continue
		}
		like := similar.Alike(sketch, n.Sketch)
		if like > alike && similar.Versions(own, similar.Facts{Name: d.Name, Title: d.Title, Parties: d.Parties, Sketch: n.Sketch}) {
			best, alike = d.ID, like
		}
	}
	if best == "" {
		return nil
	}
	first, err := store.LinkVersion(ctx, doc.ID, best)
	if mark.CodeOf(err) == mark.NotFound {
		return nil // deleted meanwhile
	}
	if first != doc.ID {
		doc.Similar = first
	}
	return err
}

// replyMarks are what mail programs put before the subject of an answer or a
// forwarded message, in the languages that are met most.
var replyMarks = regexp.MustCompile(`(?i)^\s*((re|aw|sv|antw|ref|rv|rif|fw|fwd|wg|tr|enc|vs)\s*(\[\d+\]|\(\d+\))?\s*:\s*)+`)

// outside is what mail servers put before the subject of what comes from outside.
var outside = regexp.MustCompile(`(?i)^\s*\[(external|ext)\]:?\s*`)

// threadKeys returns what a message's head tells of its conversation.
func threadKeys(h *mark.MailHead) mark.ThreadKeys {
	var k mark.ThreadKeys
	for _, id := range slices.Concat(h.References, []string{h.InReplyTo, h.MessageID}) {
		if id != "" && !slices.Contains(k.Messages, id) {
			k.Messages = append(k.Messages, id)
		}
	}
	subject := outside.ReplaceAllString(h.Subject, "")
	bare := replyMarks.ReplaceAllString(subject, "")
	k.Reply = bare != subject
	k.Subject = strings.ToLower(strings.Join(strings.Fields(bare), " "))
	return k
}
