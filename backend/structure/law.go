package structure

import (
	"regexp"
	"slices"
	"strings"

	mark "markai/backend"
)

// The forms of citing law that name neither a volume nor a page: statutes and
// rules by section, constitutions, and the neutral citations of courts that
// number their own judgments. They are written as the Bluebook, OSCOLA and the
// McGill Guide have it, with the spaces that print adds and drops.
const (
	sectionSign = `(?:§{1,2}\s?|[Ss]ections?\s|[Ss]ecs?\.\s)`
	sectionNo   = `\d+(?:[a-z]{1,4}|[A-Z])?(?:[.:/–-]\d+(?:[a-z]{1,4}|[A-Z])?)*\b(?:\(\w{1,5}\))*`
	furtherNo   = `(?:\s?(?:,|,? and|,? or|&|–|-|to|through)\s?` + sectionNo + `)*`
)

// laws are those forms. Each must hold its first string, which is looked for
// before the expression is tried.
var laws = []struct {
	hint string // in small letters
	form *regexp.Regexp
}{
	{"u", regexp.MustCompile(`\b\d{1,2}\s?U\.?\s?S\.?\s?C\.?(?:\s?[AS]\.)?,?\s?` + sectionSign + `?` + sectionNo + furtherNo)},
	{"c", regexp.MustCompile(`\b\d{1,2}\s?C\.?\s?F\.?\s?R\.?,?\s?(?:(?:§{1,2}|[Pp]ts?\.|[Pp]arts?)\s?)?` + sectionNo + furtherNo)},
	{"fed", regexp.MustCompile(`\bFed\.\s?R\.\s?(?:Civ\.\s?P\.|Crim\.\s?P\.|App\.\s?P\.|Bankr\.\s?P\.|Evid\.)\s?` + sectionNo + furtherNo)},
	{"const", regexp.MustCompile(`\b(?:U\.\s?S\.|[A-Z][a-z]+\.|N\.\s?[CDHJMY]\.|S\.\s?[CD]\.|W\.\s?Va\.) Const\.,? (?:amend|art|pmbl|Amend|Art)\.(?: [IVXLC]+| \d+)?(?:,? (?:§{1,2} ?\d+[\w.]*|cl\. ?\d+))*`)},
	{"ilcs", regexp.MustCompile(`\b\d{1,3} ILCS \d+/\d[\w-]*(?:\.\d+)?(?:\(\w{1,5}\))*`)},
	{"c.p.l.r", regexp.MustCompile(`\b(?:N\.\s?Y\.\s?)?C\.P\.L\.R\.,? ?(?:§ ?|[Rr]ule )?` + sectionNo + furtherNo)},
	{"cplr", regexp.MustCompile(`\bCPLR (?:§ ?)?` + sectionNo + furtherNo)},
	{"laws", regexp.MustCompile(`\b[A-Z][a-z]+\. (?:Gen\. )?Laws(?: Ann\.)?,? [Cc]h?\. ?\d+[A-Z]{0,2}(?:, ?§{1,2} ?` + sectionNo + furtherNo + `)?`)},
	{"g.l", regexp.MustCompile(`\b(?:M\. ?)?G\. ?L\. ?c\. ?\d+[A-Z]{0,2}(?:, ?§{1,2} ?` + sectionNo + furtherNo + `)?`)},
	{"u.c.c", regexp.MustCompile(`\bU\.C\.C\. (?:§{1,2} ?)?\d[A-Z]?-\d+(?:\(\w{1,5}\))*`)},
	{"restatement", regexp.MustCompile(`\bRestatement \((?:First|Second|Third|Fourth)\) (?:of )?(?:the )?(?:Law of )?[A-Z][A-Za-z]+(?:(?: of| and|,)? (?:[A-Z][A-Za-z]+|the))*:?,? §{1,2} ?` + sectionNo + furtherNo + `(?: cmt\. ?[a-z]+)?`)},
	// Courts that number their own judgments.
	{"[", regexp.MustCompile(`\[(?:19|20)\d\d\]\s(?:UKSC|UKPC|UKHL|EWCA\s(?:Civ|Crim)|EWHC|EWFC|EWCOP|UKUT|UKFTT|CSIH|CSOH|NICA|NIQB|IESC|IECA|IEHC|HCA|FCAFC|FCA|NSWCA|NSWSC|VSCA|VSC|QCA|QSC|WASCA|SASC|NZSC|NZCA|NZHC|SGCA|SGHC|HKCFA|HKCA|CAT|EUECJ|ECHR)\s\d{1,5}(?:\s\((?:[A-Z][A-Za-z]+|QB|KB|IPEC|TCC)\))?(?:\s(?:at\s)?\[\d+\](?:[–-]\[\d+\])?)?`)},
	{"[", regexp.MustCompile(`\[(?:1[89]|20)\d\d\]\s(?:\d\s)?(?:AC|QB|KB|Ch|Fam|WLR|All\sER(?:\s\(Comm\))?|Lloyd['’]s\sRep|BCLC|FSR|RPC|ICR|IRLR|SCR|ECR|NZLR)\s\d{1,4}`)},
	{"sc", regexp.MustCompile(`\b(?:19|20)\d\d\s(?:SCC|FCA|FC|TCC|ONCA|ONSC|BCCA|BCSC|ABCA|ABQB|ABKB|QCCA|QCCS|SKCA|SKQB|MBCA|MBQB|NSCA|NSSC|NBCA|NLCA|CSC)\s\d{1,5}\b`)},
	{"nm", regexp.MustCompile(`\b(?:19|20)\d\d-?\s?NM(?:SC|CA)-?\s?\d{1,3}\b`)},
	{"case c", regexp.MustCompile(`\b(?:Joined Cases|Cases?) [CTF][-‑–]\d{1,4}/\d\d(?:(?: (?:and|to|&) |, )[CTF][-‑–]\d{1,4}/\d\d)*`)},
}

var (
	volume = regexp.MustCompile(`^\s?(?:U\.?\s?S\.?\s?C|C\.?\s?F\.?\s?R|ILCS|[A-Z][\w.]* ?\d)`)
	lastNo = regexp.MustCompile(`(?:,|,? and|,? or|&|to|through)\s?\d+$`)
)

// readLaws adds the law that a page cites in forms that the tables of reporters
// do not have, and returns where it stands. Where they have a part of it, the
// whole takes its place; found are their features on this page.
func (s *Scanner) readLaws(g *page, found int) []span {
	var out []span
	low := strings.ToLower(g.Text)
	for _, law := range laws {
		if !strings.Contains(low, law.hint) {
			continue
		}
		for from := 0; ; {
			m := law.form.FindStringIndex(g.Text[from:])
			if m == nil {
				break
			}
			start, end := from+m[0], from+m[1]
			cited := g.Text[start:end]
			if volume.MatchString(g.Text[end:min(len(g.Text), end+12)]) { // its last number begins the next citation
				cited = cited[:len(cited)-len(lastNo.FindString(cited))]
			}
			at := span{start, start + len(strings.TrimRight(cited, " ,.;-–"))}
			if s.addLaw(g, found, at) {
				out = append(out, at)
			}
			from = at.end
		}
	}
	return out
}

// addLaw reports whether what stands at a place was not known.
func (s *Scanner) addLaw(g *page, found int, at span) bool {
	written := oneLine(g.Text[at.start:at.end])
	for _, f := range s.features[found:] {
		if f.Kind == mark.FeatureCitation && f.Start <= at.start && f.End >= at.end && strings.Contains(f.Value, written) {
			return false
		}
	}
	n := len(s.features)
	s.features = append(s.features[:found], slices.DeleteFunc(s.features[found:], func(f mark.Feature) bool {
		return f.Kind == mark.FeatureCitation && f.Start >= at.start && f.End <= at.end
	})...)
	s.count[mark.FeatureCitation] -= n - len(s.features)
	s.add(g, mark.FeatureCitation, at.start, at.end, written, 0)
	return true
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
