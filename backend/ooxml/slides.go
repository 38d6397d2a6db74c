package ooxml

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"strconv"
	"strings"

	mark "markai/backend"
)

// presentation reads the slides of a presentation in their order, each on a
// page of its own, with the speaker's notes.
func (p *pack) presentation(ctx context.Context, name string) (string, mark.SourceInfo, []piece, error) {
	info := mark.SourceInfo{Kind: mark.KindText}
	var deck struct {
		Slide []struct {
			Attr []xml.Attr `xml:",any,attr"`
		} `xml:"sldIdLst>sldId"`
	}
	if err := p.decode(ctx, name, &deck); err != nil {
		return "", info, nil, err
	}
	targets := p.targets(ctx, name)
	var out strings.Builder
	s := &story{lists: &lists{}, notes: map[string]int{}}
	var hidden []string // numbers of slides that are not shown
	for i, slide := range deck.Slide {
		part := ""
		for _, a := range slide.Attr {
			if t := targets[a.Value]; a.Name.Local == "id" && t != "" {
				part = t
			}
		}
		if i > 0 {
			out.WriteByte('\f')
		}
		fmt.Fprintf(&out, "Slide %d\n\n", i+1)
		if p.hidden(ctx, part) {
			hidden = append(hidden, strconv.Itoa(i+1))
		}
		if err := s.part(ctx, p, part); err != nil && !isSyntax(err) && !errors.Is(err, errMissing) {
			return "", info, nil, err
		}
		out.WriteString(s.take())
		for _, notes := range p.relations(ctx, part)["notesSlide"] {
			if err := s.part(ctx, p, notes); err != nil && !isSyntax(err) && !errors.Is(err, errMissing) {
				return "", info, nil, err
			}
			if text := s.take(); strings.TrimSpace(text) != "" {
				out.WriteString("Notes\n\n" + text)
			}
		}
		for _, name := range p.relations(ctx, part)["comments"] {
			out.WriteString(p.slideComments(ctx, name, &s.marks))
		}
		if out.Len() > maxText {
			return "", info, nil, errTooBig
		}
	}
	if len(hidden) > 0 {
		info.Notes = append(info.Notes, "Hidden slides were read too: "+strings.Join(hidden, ", ")+".")
	}
	text, pieces := s.marks.take(strings.ToValidUTF8(out.String(), "\ufffd"))
	return text, info, pieces, nil
}

// hidden reports whether a slide is left out when the presentation is shown.
func (p *pack) hidden(ctx context.Context, part string) bool {
	var slide struct {
		Show string `xml:"show,attr"`
	}
	return p.decode(ctx, part, &slide) == nil && (slide.Show == "0" || slide.Show == "false")
}

// slideComments reads the comments on a slide, each a paragraph.
func (p *pack) slideComments(ctx context.Context, name string, m *marks) string {
	var list struct {
		Comments []struct {
			Date    string   `xml:"dt,attr"`
			Created string   `xml:"created,attr"`
			Text    string   `xml:"text"` // of the older kind
			Runs    []string `xml:"txBody>p>r>t"`
		} `xml:"cm"`
	}
	if p.decode(ctx, name, &list) != nil {
		return "" // what is broken here costs the comments
	}
	var out strings.Builder
	for _, c := range list.Comments {
		text := strings.Join(strings.Fields(unmarked(c.Text+" "+strings.Join(c.Runs, ""))), " ")
		if text == "" {
			continue
		}
		day, _, _ := strings.Cut(c.Date+c.Created, "T")
		if out.Len() == 0 {
			out.WriteString("Comments\n\n")
		}
		out.WriteString(m.paragraph(mark.FeatureComment, unmarked(day)) + "Comment: " + text + "\n\n")
	}
	return out.String()
}
