package archive

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"iter"
	"path"
	"slices"
	"strings"

	mark "markai/backend"
)

// member is one file of an archive.
type member struct {
	name   string // its path, clean
	size   int64  // unpacked, as the archive says; -1: it does not
	packed int64  // 0: not known
	locked bool   // and there is no password
	refuse error  // why it cannot be unpacked, if that is known
	sum    uint32 // CRC-32 of what is unpacked, where checked is set
	check  bool
	open   func() (io.ReadCloser, error) // valid until the next member
}

// walk yields the files of an archive in their order. An error ends it; what
// came before it is whole.
type walk func(ctx context.Context) iter.Seq2[member, error]

// listing is what an archive says of itself.
type listing struct {
	files, locked int
	linked        int // links and devices, which are not followed
	first         string
	text          strings.Builder
	over          bool // there are more than maxEntries
	ended         error
	production    bool // it may hold load files
}

// errLink marks a member that is no file.
var errLink = errors.New("a link or a device")

// list goes through an archive without unpacking its files.
func list(ctx context.Context, members walk) (*listing, error) {
	l := &listing{}
	for m, err := range members(ctx) {
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil && l.files == 0:
			return nil, err
		case err != nil:
			l.ended = err
			return l, nil
		case errors.Is(m.refuse, errLink):
			l.linked++
			continue
		case noise(m.name):
			continue
		case l.files == maxEntries:
			l.over = true
			return l, nil
		}
		l.add(m)
	}
	return l, nil
}

// add takes one file in.
func (l *listing) add(m member) {
	if l.files++; l.files == 1 {
		l.first = m.name
	}
	if m.locked {
		l.locked++
	}
	switch strings.ToLower(path.Ext(m.name)) {
	case ".opt", ".dat", ".csv", ".xml":
		l.production = true
	}
	if l.files > maxListed {
		return
	}
	if m.size < 0 {
		l.text.WriteString(m.name + "\n")
		return
	}
	fmt.Fprintf(&l.text, "%s (%d bytes)\n", m.name, m.size)
}

// String lists the files.
func (l *listing) String() string {
	head := fmt.Sprintf("Archive with %d files:\n\n", l.files)
	if l.files == 1 {
		head = "Archive with 1 file:\n\n"
	}
	if l.files > maxListed {
		return head + l.text.String() + fmt.Sprintf("and %d more\n", l.files-maxListed)
	}
	return head + l.text.String()
}

// notes says what a reader should know of the archive.
func (l *listing) notes() []string {
	var out []string
	if l.over {
		out = append(out, fmt.Sprintf("The archive has more than the %d files that are read at most. Unpack it and add the folder.", maxEntries))
	}
	if l.ended != nil {
		out = append(out, "The list of files in the archive ends early. "+mark.MessageOf(l.ended))
	}
	if l.linked > 0 {
		out = append(out, fmt.Sprintf("Links and devices in the archive were left out: %d.", l.linked))
	}
	return out
}

// noise reports whether a file is what systems put beside people's files.
func noise(name string) bool {
	base := path.Base(name)
	return strings.HasPrefix(name, "__MACOSX/") || base == ".DS_Store" || base == "Thumbs.db" || base == "desktop.ini"
}

// handOut yields the files.
func handOut(ctx context.Context, members walk, yield func(mark.Attachment, error) bool) {
	left, n := int64(maxTotal), 0
	for m, err := range members(ctx) {
		if ctx.Err() != nil {
			yield(mark.Attachment{}, ctx.Err())
			return
		}
		if err != nil {
			yield(mark.Attachment{}, err)
			return
		}
		if errors.Is(m.refuse, errLink) || noise(m.name) {
			continue
		}
		if n++; n > maxEntries {
			return
		}
		data, err := m.unpack(ctx, left)
		if ctx.Err() != nil {
			yield(mark.Attachment{}, ctx.Err())
			return
		}
		left -= int64(len(data))
		if err != nil {
			data = nil
		}
		if !yield(mark.Attachment{Name: path.Base(m.name), Folder: strings.TrimSuffix(path.Dir(m.name), "."), Data: data}, err) {
			return
		}
	}
}

// unpack returns what is in a file, of which left bytes may be read. What was
// unpacked of a file that fails comes with the error.
func (m member) unpack(ctx context.Context, left int64) ([]byte, error) {
	limit := min(left, maxEntry)
	if m.packed > 0 {
		limit = min(limit, max(freely, maxRatio*min(m.packed, maxEntry)))
	}
	tooBig := mark.Errorf(mark.TooBig, "The file %s unpacks to more than a document in an archive should. Unpack the archive and add the file.", m.name)
	switch {
	case m.refuse != nil:
		return nil, m.refuse
	case m.locked:
		return nil, mark.Errorf(mark.NeedsPassword, "The file %s is locked with a password. Unpack the archive and add the file.", m.name)
	case limit < 0 || m.size > limit:
		return nil, tooBig
	}
	damaged := mark.Errorf(mark.Damaged, "The file %s in the archive is damaged. Make the archive again and add it.", m.name)
	r, err := m.open()
	if err != nil {
		return nil, sentence(err, damaged)
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(contextReader{ctx, r}, limit+1))
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case int64(len(data)) > limit:
		return data, tooBig
	case err != nil:
		return data, sentence(err, damaged)
	case m.check && crc32.ChecksumIEEE(data) != m.sum:
		return data, damaged
	}
	return data, nil
}

// sentence returns err if it says something to people, else otherwise because
// of it.
func sentence(err error, otherwise *mark.Error) error {
	if said, ok := errors.AsType[*mark.Error](err); ok {
		return said
	}
	return otherwise.Because(err)
}

// clean returns the path of a file without steps that lead out of the archive.
func clean(name string) string {
	var out []string
	for step := range strings.SplitSeq(strings.ReplaceAll(name, `\`, "/"), "/") {
		if step = mark.FileName(step); step != "" {
			out = append(out, step)
		}
	}
	return strings.Join(slices.Clip(out[max(0, len(out)-maxPath):]), "/")
}

// contextReader stops reading when its context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
