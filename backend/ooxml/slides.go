package ooxml

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"

	mark "markai/backend"
)

// presentation reads the slides of a presentation in their order, each on a
// page of its own, with the speaker's notes.
func (p *pack) presentation(ctx context.Context, name string) (string, mark.SourceInfo, error) {
	info := mark.SourceInfo{Kind: mark.KindText}
	var deck struct {
		Slide []struct {
			Attr []xml.Attr `xml:",any,attr"`
		} `xml:"sldIdLst>sldId"`
	}
	if err := p.decode(ctx, name, &deck); err != nil {
		return "", info, err
	}
	targets := p.targets(ctx, name)
	var out strings.Builder
	s := &story{lists: &lists{}, notes: map[string]int{}}
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
		if err := s.part(ctx, p, part); err != nil && !isSyntax(err) && !errors.Is(err, errMissing) {
			return "", info, err
		}
		out.WriteString(s.take())
		for _, notes := range p.relations(ctx, part)["notesSlide"] {
			if err := s.part(ctx, p, notes); err != nil && !isSyntax(err) && !errors.Is(err, errMissing) {
				return "", info, err
			}
			if text := s.take(); strings.TrimSpace(text) != "" {
				out.WriteString("Notes\n\n" + text)
			}
		}
		if out.Len() > maxText {
			return "", info, errTooBig
		}
	}
	return out.String(), info, nil
}
