package export

import (
	"archive/zip"
	"encoding/xml"
	"io"
	"strings"
)

// part is a file of an Office container.
type part struct{ name, text string }

// pack writes the container. Its parts carry no times: the same answer makes
// the same bytes.
func pack(w io.Writer, parts []part) error {
	z := zip.NewWriter(w)
	for _, p := range parts {
		f, err := z.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Deflate})
		if err != nil {
			return err
		}
		if _, err := io.WriteString(f, xml.Header+p.text); err != nil {
			return err
		}
	}
	return z.Close()
}

// escaped is text for XML. What XML cannot carry becomes U+FFFD.
func escaped(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s)) // a strings.Builder never fails
	return b.String()
}

const relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

func rels(targets ...[2]string) string {
	var b strings.Builder
	b.WriteString(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	for i, t := range targets {
		b.WriteString(`<Relationship Id="rId` + string(rune('1'+i)) + `" Type="` + relationships + "/" + t[0] + `" Target="` + t[1] + `"/>`)
	}
	b.WriteString(`</Relationships>`)
	return b.String()
}

func contentTypes(overrides ...[2]string) string {
	var b strings.Builder
	b.WriteString(`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>`)
	for _, o := range overrides {
		b.WriteString(`<Override PartName="` + o[0] + `" ContentType="application/vnd.openxmlformats-officedocument.` + o[1] + `+xml"/>`)
	}
	b.WriteString(`</Types>`)
	return b.String()
}
