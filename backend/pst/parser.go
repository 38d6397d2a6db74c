// Package pst opens stores of Outlook (.pst, .ost): their text is the list of
// the messages in them, which come out one by one as mail (.eml). Nothing is
// written to disk, and the store's size does not matter: one message at a time
// is held. Stores are opened in worker processes.
//
// The format is [MS-PST]; it is read in its three shapes (32 bits, 64 bits, and
// 64 bits with large pages). Deleted messages that Outlook has not yet
// overwritten are not searched for.
package pst

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	mark "markai/backend"
	"markai/backend/typeset"
	"markai/backend/worker"
)

const (
	name        = "pst"
	maxListed   = 1_000 // messages named in the store's own text
	maxMessages = 1_000_000
	patience    = 5 * time.Minute // for listing a store, and for one message
)

// Parser opens stores in this process; New opens them in workers.
type Parser struct{}

var _ mark.Parser = Parser{}

// New makes a parser over a pool whose workers serve Handlers.
func New(pool *worker.Pool) *worker.Parser {
	return worker.NewParser(pool, worker.ParserOptions{Name: name, Score: Parser{}.Score, OpenTimeout: patience, PageTimeout: patience, What: "Outlook data file"})
}

// Handlers are what the worker serves.
func Handlers() worker.Handlers { return worker.ParserHandlers(name, Parser{}.Open) }

// Score knows a store by its first bytes.
func (Parser) Score(_ string, head []byte) int {
	if bytes.HasPrefix(head, []byte("!BDN")) {
		return 100
	}
	return 0
}

// Open counts the messages and lists the first.
func (Parser) Open(ctx context.Context, f mark.File) (mark.Source, error) {
	damaged := mark.Errorf(mark.Damaged, "This Outlook data file is damaged: its list of messages cannot be read. Repair it with Outlook's ScanPST program and add it again.")
	s, err := openStore(contextReader{ctx, f.Data}, f.Size)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, errCipher):
		return nil, mark.Errorf(mark.Unsupported, "This Outlook data file is encoded in a way that cannot be read here. In Outlook, export it to a new .pst file, and add that.")
	case err != nil:
		return nil, damaged.Because(err)
	}
	var out strings.Builder
	n := 0
	whole := s.eachNode(func(m node) bool {
		if m.id&lowestOfNodeKind != nodeMessage {
			return ctx.Err() == nil
		}
		if n++; n <= maxListed {
			out.WriteString(s.entry(m))
		}
		return ctx.Err() == nil && n < maxMessages
	})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case n == 0 && !whole:
		return nil, damaged
	case n > maxListed:
		fmt.Fprintf(&out, "and %d more\n", n-maxListed)
	}
	info := mark.SourceInfo{Kind: mark.KindText, Meta: mark.Meta{Type: mark.TypeContainer}}
	if !whole {
		info.Notes = []string{"The Outlook data file is damaged: a part of its list of messages could not be read. Repair it with Outlook's ScanPST program and add it again."}
	}
	files := func(ctx context.Context) iter.Seq2[mark.Attachment, error] {
		return func(yield func(mark.Attachment, error) bool) { handOut(ctx, f, yield) }
	}
	head := fmt.Sprintf("Outlook data file with %d messages:\n\n", n)
	return typeset.NewSource(head+strings.ReplaceAll(out.String(), "\x00", ""), info, files), nil
}

// entry lists one message.
func (s *store) entry(m node) string {
	o, err := s.open(m)
	if err != nil {
		return "            a message that cannot be read\n"
	}
	l, _ := read(o)
	day := "          "
	if !l.head.Sent.IsZero() {
		day = l.head.Sent.Format(time.DateOnly)
	}
	return fmt.Sprintf("%s  %s: %s\n", day, l.head.From, l.head.Subject)
}

// handOut yields the messages as mail.
func handOut(ctx context.Context, f mark.File, yield func(mark.Attachment, error) bool) {
	s, err := openStore(contextReader{ctx, f.Data}, f.Size)
	if err != nil {
		yield(mark.Attachment{}, err)
		return
	}
	n := 0
	folders := map[uint32]string{}
	s.eachNode(func(m node) bool {
		if ctx.Err() != nil {
			yield(mark.Attachment{}, ctx.Err())
			return false
		}
		if m.id&lowestOfNodeKind != nodeMessage {
			return true
		}
		n++
		name, data, err := s.mail(m, n)
		if ctx.Err() != nil {
			yield(mark.Attachment{}, ctx.Err())
			return false
		}
		if err != nil {
			err = mark.Errorf(mark.Damaged, "Message %d of the Outlook data file could not be read. Save it in Outlook as a file of its own and add that.", n).Because(err)
		}
		return yield(mark.Attachment{Name: name, Folder: s.folder(m.parent, folders), Data: data}, err) && n < maxMessages
	})
}

// above are the folders that every store keeps the others in.
var above = []string{"IPM_SUBTREE", "Root - Mailbox", "Top of Personal Folders", "Top of Outlook data file"}

// folder returns the way to a folder, with slashes, from below those above.
func (s *store) folder(id uint32, known map[uint32]string) string {
	const deepest, root = 20, 0x122
	var names []string
	for at := id; len(names) < deepest && at != root; {
		e, err := s.find(s.nbt, s.shape.nodes, uint64(at))
		if err != nil {
			break
		}
		n := s.leaf(e)
		name, ok := known[at]
		if !ok {
			if o, err := s.open(n); err == nil && o.properties() {
				name = mark.FileName(strings.ReplaceAll(o.line(propName), "/", "-"))
			}
			known[at] = name
		}
		if name != "" && !slices.Contains(above, name) {
			names = append(names, name)
		}
		if n.parent == at {
			break
		}
		at = n.parent
	}
	slices.Reverse(names)
	return strings.Join(names, "/")
}

// mail makes a file of one message.
func (s *store) mail(m node, n int) (name string, data []byte, err error) {
	name = fmt.Sprintf("Message %d.eml", n)
	o, err := s.open(m)
	if err != nil {
		return name, nil, err
	}
	l, ok := read(o)
	if !ok {
		return name, nil, errDamaged
	}
	if s := mark.FileName(strings.ReplaceAll(l.head.Subject, "/", "-")); s != "" {
		name = s + ".eml"
	}
	data, err = l.eml(0)
	return name, data, err
}

// contextReader stops reading when its context ends.
type contextReader struct {
	ctx context.Context
	r   io.ReaderAt
}

func (r contextReader) ReadAt(p []byte, at int64) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.ReadAt(p, at)
}
