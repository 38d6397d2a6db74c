package ooxml

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	mark "markai/backend"
)

// maxGap is how many empty cells in a row are shown as such.
const maxGap = 20

// workbook reads the sheets of a workbook, each on pages of its own: its name
// and its rows with the values that the cells show last.
func (p *pack) workbook(ctx context.Context, name string) (string, mark.SourceInfo, []piece, error) {
	info := mark.SourceInfo{Kind: mark.KindText}
	var book struct {
		Properties struct {
			From1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheet []struct {
			Name  string     `xml:"name,attr"`
			State string     `xml:"state,attr"`
			Attr  []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := p.decode(ctx, name, &book); err != nil {
		return "", info, nil, err
	}
	kinds := p.relations(ctx, name)
	targets := p.targets(ctx, name)
	r := &rows{first: time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)}
	if v := book.Properties.From1904; v == "1" || v == "true" {
		r.first = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	for _, part := range kinds["sharedStrings"] {
		if err := r.strings(ctx, p, part); err != nil && !isSyntax(err) {
			return "", info, nil, err
		}
	}
	r.dates = p.dateStyles(ctx, first(kinds["styles"], "xl/styles.xml"))
	for i, sheet := range book.Sheet {
		if i > 0 {
			r.out.WriteByte('\f')
		}
		r.out.WriteString(sheet.Name + "\n\n")
		r.name, r.concealed = sheet.Name, false
		if sheet.State == "hidden" || sheet.State == "veryHidden" {
			info.Notes = append(info.Notes, "The sheet "+sheet.Name+" is hidden in the workbook; it was read.")
		}
		id := ""
		for _, a := range sheet.Attr {
			if a.Name.Local == "id" {
				id = a.Value
			}
		}
		switch err := r.sheet(ctx, p, targets[id]); {
		case errors.Is(err, errMissing):
			// A sheet that is a chart has no rows.
		case isSyntax(err):
			info.Notes = append(info.Notes, "The sheet "+sheet.Name+" is damaged and breaks off; what stands before the damage was read.")
		case err != nil:
			return "", info, nil, err
		}
		if r.concealed {
			info.Notes = append(info.Notes, "The sheet "+sheet.Name+" has hidden rows or columns; they were read.")
		}
	}
	return r.out.String(), info, r.pieces, nil
}

// dateStyles returns which cell styles show numbers as dates.
func (p *pack) dateStyles(ctx context.Context, name string) []bool {
	var sheet struct {
		Format []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Style []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	// Without styles, or with broken ones, dates show as numbers.
	_ = p.decode(ctx, name, &sheet)
	custom := map[int]bool{}
	for _, f := range sheet.Format {
		code, _, _ := strings.Cut(strings.ToLower(f.Code), ";")
		custom[f.ID] = !strings.Contains(code, "general") && strings.ContainsAny(code, "dy") && !strings.ContainsAny(code, "0#")
	}
	dates := make([]bool, len(sheet.Style))
	for i, s := range sheet.Style {
		dates[i] = s.Format >= 14 && s.Format <= 17 || s.Format == 22 || custom[s.Format]
	}
	return dates
}

// rows writes the rows of sheets.
type rows struct {
	out    strings.Builder
	shared []string
	dates  []bool    // by cell style
	first  time.Time // what day 0 is

	name      string // of the sheet that is read
	concealed bool   // it has rows or columns that are not shown
	pieces    []piece
}

// formula keeps where a cell stands whose value is computed, under its address
// and formula.
func (r *rows) formula(c *cell, start int) {
	if c.formula.Len() == 0 || len(r.pieces) >= marksMax {
		return
	}
	value := r.name + "!" + c.ref + " =" + strings.Join(strings.Fields(c.formula.String()), " ")
	if len(value) > formulaMax {
		value = strings.ToValidUTF8(value[:formulaMax], "") + "…"
	}
	r.pieces = append(r.pieces, piece{kind: mark.FeatureFormula, value: value, start: start, end: r.out.Len()})
}

// formulaMax bounds the bytes of a formula that are kept.
const formulaMax = 300

// strings reads the texts that cells share.
func (r *rows) strings(ctx context.Context, p *pack, name string) error {
	d, c, err := p.open(ctx, name, maxPart)
	if err != nil {
		return err
	}
	defer c.Close()
	var text strings.Builder
	inText := false
	for {
		tok, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if t.Name.Local == "rPh" { // how the text above is pronounced
				if err := skip(d); err != nil {
					return err
				}
			}
			inText = t.Name.Local == "t"
		case xml.CharData:
			if inText {
				text.Write(t)
			}
		case xml.EndElement:
			inText = false
			if t.Name.Local == "si" {
				r.shared = append(r.shared, text.String())
				text.Reset()
			}
		}
	}
}

// cell is one cell while it is read.
type cell struct {
	column      int
	kind, style string
	ref         string // its address in the sheet: B7
	value       strings.Builder
	formula     strings.Builder
}

// sheet writes the rows of one sheet.
func (r *rows) sheet(ctx context.Context, p *pack, name string) error {
	d, c, err := p.open(ctx, name, maxPart)
	if err != nil {
		return err
	}
	defer c.Close()
	var (
		at       cell
		in       bool // inside a value
		computed bool // inside a formula
		written  int  // columns of this row
	)
	for {
		tok, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "row":
				written = 0
				r.concealed = r.concealed || attr(t, "hidden") == "1" || attr(t, "hidden") == "true"
			case "col":
				r.concealed = r.concealed || attr(t, "hidden") == "1" || attr(t, "hidden") == "true"
			case "c":
				at = cell{column: max(column(attr(t, "r")), written), kind: attr(t, "t"), style: attr(t, "s"), ref: attr(t, "r")}
			}
			in = t.Name.Local == "v" || t.Name.Local == "t"
			computed = t.Name.Local == "f"
		case xml.CharData:
			switch {
			case in:
				at.value.Write(t)
			case computed && at.formula.Len() < 4*formulaMax:
				at.formula.Write(t)
			}
		case xml.EndElement:
			in, computed = false, false
			switch {
			case t.Name.Local == "c":
				if shown := r.show(&at); shown != "" {
					if written > 0 || at.column > 0 {
						r.out.WriteString(strings.Repeat("\t", min(max(at.column-max(written-1, 0), 0), maxGap)))
					}
					start := r.out.Len()
					r.out.WriteString(shown)
					r.formula(&at, start)
					written = at.column + 1
				}
			case t.Name.Local == "row" && written > 0:
				r.out.WriteByte('\n')
			}
		}
		if r.out.Len() > maxText {
			return errTooBig
		}
	}
}

// show returns what a cell shows, on one line.
func (r *rows) show(c *cell) string {
	v := strings.TrimSpace(c.value.String())
	switch c.kind {
	case "s":
		if n, err := strconv.Atoi(v); err == nil && n >= 0 && n < len(r.shared) {
			return strings.Join(strings.Fields(r.shared[n]), " ")
		}
		return ""
	case "b":
		if v == "1" {
			return "TRUE"
		}
		return "FALSE"
	case "", "n":
		n, err := strconv.Atoi(c.style)
		if err != nil || n < 0 || n >= len(r.dates) || !r.dates[n] {
			return v
		}
		if days, err := strconv.ParseFloat(v, 64); err == nil && days >= 0 && days < 3_000_000 {
			return date(r.first, days)
		}
	}
	return strings.Join(strings.Fields(v), " ")
}

// date shows the day and, where there is one, the time so many days after first.
func date(first time.Time, days float64) string {
	whole, part := math.Modf(days)
	t := first.AddDate(0, 0, int(whole)).Add(time.Duration(math.Round(part*24*60)) * time.Minute)
	if part > 0 {
		return t.Format("2006-01-02 15:04")
	}
	return t.Format("2006-01-02")
}

// column returns the number of a cell's column, from 0, by its reference such
// as "B7"; 0 where there is none.
func column(ref string) int {
	n := 0
	for _, c := range ref {
		if c < 'A' || c > 'Z' || n > 20_000 {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	return max(n-1, 0)
}
