package llama

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	native "github.com/hybridgroup/yzma/pkg/llama"

	mark "markai/backend"
	"markai/backend/schedule"
)

// A snapshot is what the model holds of one sequence: a mark, the fingerprint
// of what made it, the number of tokens, the tokens, then llama.cpp's own
// bytes. All numbers are little-endian, of four bytes.
const snapshotMark = "MKST0001"

const (
	snapshotHead = len(snapshotMark) + sha256.Size + 4
	// leastSnapshot is how many tokens are worth a snapshot.
	leastSnapshot = 32
)

var (
	errNothingHeld = mark.Errorf(mark.NotFound, "The model holds nothing of this conversation any more. It is read again.")
	errNotOurs     = mark.Errorf(mark.Unsupported, "What was kept of this conversation was made by another model or version. It is read again.")
	errSnapshot    = mark.Errorf(mark.Damaged, "What was kept of this conversation is damaged. It is read again.")
	errNoRoom      = mark.Errorf(mark.TooBusy, "The model has no room for what was kept of this conversation. It is read again.")
)

// fingerprint tells models and versions of llama.cpp apart: by the size, the
// beginning and the end of the model's file, the name and size of the library,
// and the kind of numbers that memory holds.
func fingerprint(s setup) ([sha256.Size]byte, error) {
	h := sha256.New()
	f, err := os.Open(s.Model)
	if err != nil {
		return [sha256.Size]byte{}, fmt.Errorf("open the model: %w", err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	info, err := f.Stat()
	if err != nil {
		return [sha256.Size]byte{}, fmt.Errorf("open the model: %w", err)
	}
	const part = 1 << 20
	for _, at := range []int64{0, max(info.Size()-part, 0)} {
		if _, err := io.Copy(h, io.NewSectionReader(f, at, part)); err != nil {
			return [sha256.Size]byte{}, fmt.Errorf("read the model: %w", err)
		}
	}
	fmt.Fprintf(h, "%d %s", info.Size(), cmp.Or(s.Cache, "f16"))
	libraries, err := filepath.Glob(filepath.Join(s.Runtime, "*llama.*"))
	if err != nil {
		return [sha256.Size]byte{}, fmt.Errorf("find the runtime: %w", err)
	}
	for _, path := range libraries {
		if info, err := os.Stat(path); err == nil {
			fmt.Fprintf(h, "|%s %d", filepath.Base(path), info.Size())
		}
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}

// packSnapshot lays a snapshot out and leaves size bytes for llama.cpp's own.
func packSnapshot(by [sha256.Size]byte, tokens []schedule.Token, size int) (all, state []byte) {
	all = make([]byte, 0, snapshotHead+4*len(tokens)+size)
	all = append(all, snapshotMark...)
	all = append(all, by[:]...)
	all = binary.LittleEndian.AppendUint32(all, uint32(len(tokens)))
	for _, t := range tokens {
		all = binary.LittleEndian.AppendUint32(all, uint32(t))
	}
	at := len(all)
	all = all[:at+size]
	return all, all[at:]
}

// readSnapshot takes a snapshot apart. Errors: Damaged, Unsupported where
// something else than by made it.
func readSnapshot(all []byte, by [sha256.Size]byte) (tokens []schedule.Token, state []byte, err error) {
	if len(all) < snapshotHead || !bytes.HasPrefix(all, []byte(snapshotMark)) {
		return nil, nil, errSnapshot
	}
	rest := all[len(snapshotMark):]
	if [sha256.Size]byte(rest[:sha256.Size]) != by {
		return nil, nil, errNotOurs
	}
	n := uint64(binary.LittleEndian.Uint32(rest[sha256.Size:]))
	rest = rest[sha256.Size+4:]
	if n == 0 || 4*n >= uint64(len(rest)) {
		return nil, nil, errSnapshot
	}
	tokens = make([]schedule.Token, n)
	for i := range tokens {
		tokens[i] = schedule.Token(binary.LittleEndian.Uint32(rest[4*i:]))
	}
	return tokens, rest[4*n:], nil
}

// save returns a snapshot of what memory holds of a prompt that begins with
// tokens, of at most limit bytes.
func (l *loop) save(ctx context.Context, tokens []schedule.Token, limit int) (all []byte, err error) {
	failed := l.do(ctx, func() {
		if err = l.apply(l.plans.Flush()); err != nil {
			l.fail(err)
			return
		}
		seq, n := l.plans.Longest(tokens)
		if n < leastSnapshot || n < len(tokens)-1 {
			err = errNothingHeld
			return
		}
		held := l.plans.Held(seq)
		size := int(native.StateSeqGetSize(l.ctx, native.SeqId(seq)))
		if snapshotHead+4*len(held)+size > limit {
			err = mark.Errorf(mark.TooBig, "This conversation is too long to be kept by the model.")
			return
		}
		var state []byte
		all, state = packSnapshot(l.made, held, size)
		if got := int(native.StateSeqGetData(l.ctx, state, native.SeqId(seq))); got != size {
			all, err = nil, fmt.Errorf("keep a conversation: llama.cpp gave %d of %d bytes", got, size)
		}
	})
	if failed != nil {
		return nil, failed
	}
	return all, err
}

// restore gives a snapshot back to memory.
func (l *loop) restore(ctx context.Context, all []byte) (err error) {
	tokens, state, err := readSnapshot(all, l.made)
	if err != nil {
		return err
	}
	for _, t := range tokens {
		if t < 0 || int(t) >= l.words {
			return errSnapshot
		}
	}
	failed := l.do(ctx, func() {
		if _, n := l.plans.Longest(tokens); n == len(tokens) {
			return // it is there still
		}
		seq, ops, ok := l.plans.Adopt(tokens, time.Now())
		if !ok {
			err = errNoRoom
			return
		}
		if err = l.apply(ops); err != nil {
			l.fail(err)
			return
		}
		if err = l.put(state, native.SeqId(seq), len(tokens)); err != nil {
			l.plans.Drop(seq)
		}
	})
	if failed != nil {
		return failed
	}
	return err
}

// put lets llama.cpp read state into an empty sequence, which must hold as many
// tokens afterwards: what is planned counts on that, and llama.cpp believes
// whatever number the state names.
func (l *loop) put(state []byte, seq native.SeqId, tokens int) error {
	switch read := native.StateSeqSetData(l.ctx, state, seq); {
	case read == 0:
		return errNoRoom // or damaged; it cannot be told, and either is read again
	case read != uint64(len(state)):
		return errSnapshot
	}
	last, err := native.MemorySeqPosMax(l.memory, seq)
	if err != nil {
		return fmt.Errorf("look at the model's memory: %w", err)
	}
	if int(last) != tokens-1 {
		return errSnapshot
	}
	return nil
}
