package loadfile

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// edrm is one document of EDRM XML (versions 1.0 to 2.0).
type edrm struct {
	ID   string `xml:"DocID,attr"`
	Type string `xml:"DocType,attr"`
	Tags []struct {
		Name  string `xml:"TagName,attr"`
		Value string `xml:"TagValue,attr"`
		Text  string `xml:"TagValue"`
	} `xml:"Tags>Tag"`
	Fields []struct {
		Name  string `xml:"Name,attr"`
		Value string `xml:",chardata"`
	} `xml:"FieldValues>FieldValue"`
	Files []struct {
		Type     string `xml:"FileType,attr"`
		External []struct {
			Path string `xml:"FilePath,attr"`
			Name string `xml:"FileName,attr"`
			Hash string `xml:"Hash,attr"`
		} `xml:"ExternalFile"`
	} `xml:"Files>File"`
	Locations []struct {
		Custodian string `xml:"Custodian"`
	} `xml:"Locations>Location"`
}

type relationship struct {
	Parent string `xml:"ParentDocId,attr"`
	Child  string `xml:"ChildDocId,attr"`
	Type   string `xml:"Type,attr"`
}

// ReadEDRM reads EDRM XML. It returns ErrNone for what is none, and what could
// be read with the error of a file that breaks off.
func ReadEDRM(r io.Reader) ([]Record, error) {
	d := xml.NewDecoder(r)
	d.Strict = false
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return decoded(in), nil }
	var (
		out   []Record
		at    = map[string]int{}
		inner bool // inside Root and Batch or Documents
		seen  int
	)
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) && inner {
			break
		}
		if err != nil {
			if !inner {
				return nil, ErrNone
			}
			return out, err
		}
		e, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		if seen++; seen == 1 && !strings.EqualFold(e.Name.Local, "Root") && !strings.EqualFold(e.Name.Local, "EDRM") {
			return nil, ErrNone
		}
		switch e.Name.Local {
		case "Batch", "Batches", "Documents":
			inner = true
		case "Document":
			if !inner {
				return nil, ErrNone
			}
			var doc edrm
			if err := d.DecodeElement(&doc, &e); err != nil {
				return out, err
			}
			if len(out) < maxDocs {
				at[doc.ID] = len(out)
				out = append(out, doc.record(len(out)+1))
			}
		case "Relationship":
			var rel relationship
			if err := d.DecodeElement(&rel, &e); err != nil {
				return out, err
			}
			p, known := at[rel.Parent]
			if c, ok := at[rel.Child]; ok && known && p != c && out[c].Parent == "" {
				out[c].Parent = out[p].First
			}
		}
	}
	return out, nil
}

// record makes a record of a document.
func (e edrm) record(row int) Record {
	var f fields
	for _, t := range e.Tags {
		v := t.Value
		if v == "" {
			v = t.Text
		}
		f.set(strings.TrimPrefix(t.Name, "#"), v)
	}
	for _, t := range e.Fields {
		f.set(strings.TrimPrefix(t.Name, "#"), t.Value)
	}
	for _, l := range e.Locations {
		f.set("Custodian", l.Custodian)
	}
	f.set("DocID", e.ID)
	r := f.record(row)
	for _, file := range e.Files {
		for _, x := range file.External {
			link := strings.TrimRight(strings.ReplaceAll(x.Path, `\`, "/"), "/")
			if x.Name != "" && !strings.HasSuffix(strings.ToLower(link), strings.ToLower(x.Name)) {
				link = strings.TrimLeft(link+"/"+x.Name, "/")
			}
			switch strings.ToLower(file.Type) {
			case "native":
				if r.Native == "" {
					r.Native = link
					if r.Hash == "" {
						r.Hash = strings.ToLower(x.Hash)
					}
				}
			case "text":
				if r.Text == "" {
					r.Text = link
				}
			default:
				r.Images = append(r.Images, link)
			}
		}
	}
	return r
}
