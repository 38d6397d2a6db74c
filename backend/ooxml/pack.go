package ooxml

import (
	"archive/zip"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"golang.org/x/net/html/charset"

	mark "markai/backend"
)

var (
	// errTooBig ends the reading of a part that grows over a limit.
	errTooBig = errors.New("over the limit")
	// errMissing says that the container has no such part.
	errMissing = errors.New("no such part")
)

// pack is an open container.
type pack struct {
	zip  *zip.Reader
	left int64 // bytes that may still be unpacked
}

// open returns a decoder of the named part, which may unpack to limit bytes. It
// is to be closed by the second result.
func (p *pack) open(ctx context.Context, name string, limit int64) (*xml.Decoder, io.Closer, error) {
	for _, f := range p.zip.File {
		if !strings.EqualFold(f.Name, name) {
			continue
		}
		if f.UncompressedSize64 > uint64(limit) {
			return nil, nil, errTooBig // by its own word; meter holds those that lie
		}
		r, err := f.Open()
		if err != nil {
			return nil, nil, fmt.Errorf("unpack a part: %w", err)
		}
		d := xml.NewDecoder(&meter{ctx: ctx, r: r, part: limit, pack: p})
		d.CharsetReader = charset.NewReaderLabel
		return d, r, nil
	}
	return nil, nil, fmt.Errorf("%s: %w", name, errMissing)
}

// decode reads a whole small part into v.
func (p *pack) decode(ctx context.Context, name string, v any) error {
	d, c, err := p.open(ctx, name, maxSmall)
	if err != nil {
		return err
	}
	defer c.Close()
	return d.Decode(v)
}

// meter reads one part until a limit or its context ends it.
type meter struct {
	ctx  context.Context // of the call that reads the part
	r    io.Reader
	part int64
	pack *pack
}

func (m *meter) Read(b []byte) (int, error) {
	if err := m.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.r.Read(b)
	m.part -= int64(n)
	m.pack.left -= int64(n)
	if m.part < 0 || m.pack.left < 0 {
		return 0, errTooBig
	}
	return n, err
}

// relation is one pointer from a part to another.
type relation struct {
	ID         string `xml:"Id,attr"`
	Type       string `xml:",attr"`
	Target     string `xml:",attr"`
	TargetMode string `xml:",attr"`
}

// pointers returns the parts that the named part points to, their names made
// absolute. A broken list counts as none, because the usual names still find
// the text.
func (p *pack) pointers(ctx context.Context, name string) []relation {
	dir, base := path.Split(name)
	var rels struct {
		Relationship []relation
	}
	if p.decode(ctx, dir+"_rels/"+base+".rels", &rels) != nil {
		return nil
	}
	var out []relation
	for _, r := range rels.Relationship {
		if r.TargetMode == "External" {
			continue
		}
		if !strings.HasPrefix(r.Target, "/") {
			r.Target = path.Join("/", dir, r.Target)
		}
		r.Target = strings.TrimPrefix(path.Clean(r.Target), "/")
		out = append(out, r)
	}
	return out
}

// relations returns the parts that the named part points to, by the last word
// of the relation's type.
func (p *pack) relations(ctx context.Context, name string) map[string][]string {
	out := map[string][]string{}
	for _, r := range p.pointers(ctx, name) {
		kind := path.Base(r.Type)
		out[kind] = append(out[kind], r.Target)
	}
	return out
}

// targets returns the parts that the named part points to, by the relation's id.
func (p *pack) targets(ctx context.Context, name string) map[string]string {
	out := map[string]string{}
	for _, r := range p.pointers(ctx, name) {
		out[r.ID] = r.Target
	}
	return out
}

// root returns the name of the part's outermost element.
func (p *pack) root(ctx context.Context, name string) (string, error) {
	d, c, err := p.open(ctx, name, maxPart)
	if err != nil {
		return "", err
	}
	defer c.Close()
	for {
		tok, err := d.RawToken()
		if err != nil {
			return "", broken(err)
		}
		if t, ok := tok.(xml.StartElement); ok {
			return t.Name.Local, nil
		}
	}
}

// properties fills in the title and author that the document's properties name.
func (p *pack) properties(ctx context.Context, name string, info *mark.SourceInfo) {
	var core struct {
		Title  string `xml:"title"`
		Author string `xml:"creator"`
	}
	if p.decode(ctx, name, &core) != nil || len(core.Title) > 1000 || len(core.Author) > 200 {
		return
	}
	info.Title, info.Meta.Author = strings.Join(strings.Fields(core.Title), " "), strings.Join(strings.Fields(core.Author), " ")
}
