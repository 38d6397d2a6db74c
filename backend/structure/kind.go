package structure

import (
	"path"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	mark "markai/backend"
)

// vocabulary counts what tells documents apart whose head says nothing.
type vocabulary struct {
	bytes    int
	blanks   int // lines and boxes to be filled in
	agree    int
	sections int // signs of sections
}

const vocabularyBytes = 300_000 // of a document that are counted in

func (v *vocabulary) read(g *page) {
	if v.bytes > vocabularyBytes {
		return
	}
	v.bytes += len(g.Text)
	v.blanks += strings.Count(g.Text, "____") / 2
	v.blanks += strings.Count(g.Text, "[ ]") + strings.Count(g.Text, "☐") + strings.Count(g.Text, "[  ]")
	v.agree += strings.Count(g.Text, "hereto") + strings.Count(g.Text, "hereunder") + strings.Count(g.Text, " shall ") + strings.Count(g.Text, "this Agreement")
	v.sections += strings.Count(g.Text, "§")
}

// title is what a line that names a document says of its type: the noun that
// comes first decides, so that an order on a motion is an order.
type title struct {
	kind mark.DocumentType
	form *regexp.Regexp
}

var titles = []title{
	{mark.TypeAmendment, regexp.MustCompile(`(?i)\b(?:amendment|addendum|supplement(?:al agreement)?|waiver|side letter)\b`)},
	{mark.TypeContract, regexp.MustCompile(`(?i)\b(?:(?:amended and restated\s+)?[\w-]*\s*agreements?|contract|lease|deed|indenture|guarant(?:y|ee)|mortgage|promissory note|statement of work|memorandum of understanding|letter of intent|term sheet|plan of merger|power of attorney|licen[cs]e|undertaking|bill of sale|purchase order|joint venture|covenant|assignment|warranty|nda|non-?disclosure)\b`)},
	{mark.TypePleading, regexp.MustCompile(`(?i)\b(?:complaint|answer (?:to|of|and)|petition(?: for| to)?|counterclaims?|cross-?claim|indictment|information and|charging document|statement of claim|particulars of claim)\b`)},
	{mark.TypeMotion, regexp.MustCompile(`(?i)\b(?:(?:notice of )?(?:\w+ )?motion|memorandum (?:of law|of points|in (?:support|opposition))|(?:opening|reply|answering|appellate|amicus|trial|pretrial) brief|brief (?:of|for|in|on|amicus)|opposition to|response (?:to|in)|reply (?:to|in|memorandum)|application for|ex parte application|stipulation|statement of (?:undisputed|uncontroverted|material)|petition for (?:a )?(?:writ|rehearing|certiorari)|objections? to)\b`)},
	{mark.TypeOrder, regexp.MustCompile(`(?i)\b(?:(?:proposed )?order(?: granting| denying| on| to| re|$)?|opinion|judgment|decree|ruling|decision|findings of fact|memorandum and order|memorandum (?:opinion|decision)|injunction|verdict|writ|per curiam|syllabus|mandate|warrant)\b|^\s*o ?r ?d ?e ?r\s*$`)},
	{mark.TypeDiscovery, regexp.MustCompile(`(?i)\b(?:interrogator(?:y|ies)|requests? for (?:production|admissions?|documents)|subpoena|notice of deposition|deposition notice|(?:initial|expert) disclosures?|privilege log|responses? to (?:plaintiff|defendant)\S* (?:first|second|third)? ?(?:set|request))\b`)},
	{mark.TypeTranscript, regexp.MustCompile(`(?i)\b(?:transcript of|(?:videotaped |oral |video )?deposition of|oral argument|reporter'?s transcript|hearing transcript)\b`)},
	{mark.TypeDeclaration, regexp.MustCompile(`(?i)\b(?:(?:declaration|affidavit|affirmation|verification|sworn statement) (?:of|in|by|under)|affidavit|declaration$)`)},
	{mark.TypePolicy, regexp.MustCompile(`(?i)\b(?:(?:privacy|cookie|acceptable use|data protection|security|refund|ethics|whistleblower|insider trading|retention|travel|employment|conduct) polic(?:y|ies)|polic(?:y|ies)$|privacy (?:notice|statement)|terms (?:of (?:use|service)|and conditions)|terms & conditions|code of (?:conduct|ethics)|handbook|user agreement)\b`)},
	{mark.TypeCorporate, regexp.MustCompile(`(?i)\b(?:by-?laws|articles of (?:incorporation|organi[sz]ation|association)|certificate of (?:incorporation|formation|amendment|good standing|designation)|(?:board |shareholders?'? |written )?(?:resolutions?|consent of)|minutes of|minutes$|proxy statement|stock certificate|memorandum of association)\b`)},
	{mark.TypeNotice, regexp.MustCompile(`(?i)\b(?:(?:docketing |public |legal )?notice(?: of| to|$)|entry of appearance|appearance of counsel|certificate of service|proof of service|summons)\b`)},
	{mark.TypeForm, regexp.MustCompile(`(?i)\b(?:application for federal|(?:tax|income tax) return|(?:claim|registration|enrollment|intake|order|request) form|form (?:\d|[A-Z]+-?\d)[\w-]*|questionnaire|checklist)\b`)},
	{mark.TypeInvoice, regexp.MustCompile(`(?i)\b(?:invoice|statement of account|bill for services|receipt|fee statement)\b`)},
	{mark.TypeReport, regexp.MustCompile(`(?i)\breport(?:[*.]?$)|\b(?:report (?:on|of|for)|(?:annual|quarterly|expert|investigation|audit|status|final|progress) report|study|analysis of|survey|white paper|fact sheet)\b`)},
	{mark.TypeMemo, regexp.MustCompile(`(?i)^(?:(?:confidential|privileged|internal|inter-?office|legal) )*memo(?:randum)?\.?$|\bmemorandum (?:to|for)\b`)},
	{mark.TypeStatute, regexp.MustCompile(`(?i)\b(?:act of (?:\d{4}|congress)|an act (?:to|for)|public law|code of federal regulations|federal register|(?:final|proposed|interim) rule|revised statutes|statutes? of|ordinance|regulations?(?: of|$)|house bill|senate bill|title \d+)\b`)},
}

var (
	court    = regexp.MustCompile(`(?i)\b(?:supreme court|courts? of appeals?|(?:u\.?s\.?|district|superior|circuit|bankruptcy|county|municipal|chancery|probate|family|juvenile|justice) court|court of (?:common pleas|chancery|claims|federal claims|international trade)|court of \w+ county)\b`)
	parties2 = regexp.MustCompile(`(?m)^[\s):\]|]*(?:v\.|vs\.?|versus|-v-|against)[\s):\]|]*$|\S\s+(?:v\.|vs\.)\s+\S|(?i)^\s*in (?:re|the matter of)\b`)
	judged   = regexp.MustCompile(`(?i)\bper curiam\b|delivered the opinion|\b(?:circuit|district|chief|associate) (?:judges?|justices?)\b[^\n]{0,40}:|\b(?:circuit|chief) (?:judges?|justices?)[.,]\s|before[^.\n]{3,80},? (?:circuit )?(?:judges|justices)|on (?:discretionary review|writ of certiorari|appeal from)|it is (?:hereby |so |therefore )?ordered|we (?:affirm|reverse|vacate|remand)\b|\baffirmed\.|\b(?:P\.|C\.)?J\., (?:and|concurr|dissent)`)
	// authored is the line with which a judge begins: "SELYA, Circuit Judge."
	authored = regexp.MustCompile(`(?m)^\s*(?:[A-Z][\w.’'-]+ ){0,2}[A-Z][\w’'-]+, (?:(?:C|P)\. ?J|J|S\. ?J|(?:(?:Chief|Presiding|Associate|Senior|Acting) )*(?:Circuit |District |Magistrate )?(?:Justice|Judge))(?:[.:]| delivered)`)
	// upon is what a court decides on, in the head of its decision.
	upon     = regexp.MustCompile(`(?i)^on (?:petition|appeal|writ|discretionary|certiorari|rehearing|review|transfer)\b`)
	dear     = regexp.MustCompile(`(?m)^\s*(?:Dear|(?i:To Whom It May Concern))\b[^\n]{0,80}[:,]?\s*$`)
	sincere  = regexp.MustCompile(`(?im)^\s*(?:(?:very )?(?:truly|sincerely|respectfully)(?: yours)?|yours (?:very )?(?:truly|sincerely|faithfully)|(?:best|kind|warm) regards|regards|cordially)\s*,?\s*$`)
	memoHead = regexp.MustCompile(`(?im)^\s*(?:to|from|re|subject|date)\s*:`)
	enacted  = regexp.MustCompile(`(?i)\bfederal register\b|\b\d+ CFR part \d|\bRIN \d{4}|\bbe it enacted\b|\bpublic law \d`)
	privacy  = regexp.MustCompile(`(?i)\b(?:privacy|personal (?:data|information)|cookies?|we (?:collect|may collect|share|do not sell)|your information|this policy)\b`)
	onBrief  = regexp.MustCompile(`(?i)\bon (?:the )?briefs?\b|\bargued\b`)
	spoken   = regexp.MustCompile(`(?i)\bcame on for (?:oral )?argument\b|\bdeposition of\b[^.]{0,300}\b(?:taken|reporter|videotaped|volume)\b|\breporter'?s (?:certificate|transcript)\b|\bcourt reporters?\b|\bindex of examination\b|\bthe above[- ]entitled (?:matter|cause)\b|\bofficial - subject to final review\b`)
	official = regexp.MustCompile(`(?i)\b(?:OMB (?:no|number|control)|official form \d|approved, SCAO|JIS CODE|form approved|\(rev\. ?\d|department of the treasury|for official use only|instructions for form|cat\. no\. \d)`)
	entered  = regexp.MustCompile(`(?i)\bthis\s+(?:[\w,&'’/()-]+\s+){0,9}?(?:agreement|contract|lease|guaranty|indenture|deed)\b[^.]{0,200}?\b(?:is|are|was|be)?\s*(?:hereby )?(?:made|entered|dated|effective|executed|by and between|between)`)
	endings  = map[string]mark.DocumentType{".xlsx": mark.TypeSpreadsheet, ".xls": mark.TypeSpreadsheet, ".csv": mark.TypeSpreadsheet, ".tsv": mark.TypeSpreadsheet, ".ods": mark.TypeSpreadsheet, ".xlsm": mark.TypeSpreadsheet,
		".pptx": mark.TypePresentation, ".ppt": mark.TypePresentation, ".odp": mark.TypePresentation, ".ics": mark.TypeCalendarRecord,
		".zip": mark.TypeContainer, ".7z": mark.TypeContainer, ".tar": mark.TypeContainer, ".gz": mark.TypeContainer, ".mbox": mark.TypeContainer, ".pst": mark.TypeContainer}
)

// documentType tells what the document is to a lawyer, "" where it does not say.
func (s *Scanner) documentType() mark.DocumentType {
	if t := endings[strings.ToLower(path.Ext(s.doc.Name))]; t != "" {
		return t
	}
	if s.doc.Kind == mark.KindMail {
		return mark.TypeMail
	}
	if s.transcript() {
		return mark.TypeTranscript
	}
	head := s.head.String()
	score := map[mark.DocumentType]float64{}
	// The head of a memorandum stands where a caption would: what follows may
	// speak of courts and cases as it likes.
	opening := head[:whole(head, min(len(head), 1500))]
	lines := memoHead.FindAllStringIndex(opening, 3)
	memo := len(lines) == 3 && !court.MatchString(opening[:lines[2][1]])
	inCourt := !memo && s.readCaption(head, score)
	s.readTitles(score, inCourt)
	if dear.MatchString(head) {
		score[mark.TypeLetter] += 1.5
		if sincere.MatchString(head) || sincere.MatchString(s.tail) {
			score[mark.TypeLetter] += 2
		}
	}
	if memo {
		score[mark.TypeMemo] += 4
	}
	if entered.MatchString(head) {
		score[mark.TypeContract] += 1.5
	}
	if s.vocab.agree*1500 > s.vocab.bytes && !inCourt {
		score[mark.TypeContract] += 0.6
	}
	if n := len(privacy.FindAllString(head, 40)); n >= 6 && !inCourt && score[mark.TypeContract] < 3 {
		score[mark.TypePolicy] += 2
	}
	if len(enacted.FindAllString(head, 2)) == 2 && !inCourt {
		score[mark.TypeStatute] += 2.5
	}
	if s.vocab.sections*400 > s.vocab.bytes && !inCourt {
		score[mark.TypeStatute] += 1
	}
	if spoken.MatchString(head) && (s.speech.numbered > 0 || s.speech.questions > 2) {
		score[mark.TypeTranscript] += 5
	}
	s.readBlanks(head, score)
	best := mark.DocumentType("")
	for t, v := range score {
		if v > score[best] || v == score[best] && t < best {
			best = t
		}
	}
	if score[best] < 1 {
		if s.attached() {
			return mark.TypeExhibit
		}
		return ""
	}
	return best
}

// attached reports whether the document begins with an exhibit's name.
func (s *Scanner) attached() bool {
	for _, f := range s.features {
		if f.Kind == mark.FeatureExhibit && f.Level == 1 && len(s.opening) > 0 && f.Page == s.opening[0].Number && f.Start < 300 {
			return true
		}
	}
	return false
}

// readCaption scores what a court's caption and the words of its papers say,
// and reports whether there is a caption.
func (s *Scanner) readCaption(head string, score map[mark.DocumentType]float64) bool {
	top := head[:whole(head, min(len(head), 3500))]
	if !court.MatchString(top) || !parties2.MatchString(top) {
		return false
	}
	if n := len(judged.FindAllString(head, 8)); n > 0 {
		score[mark.TypeOrder] += 0.6 + 0.4*float64(min(n, 4))
	}
	if authored.MatchString(head) {
		score[mark.TypeOrder] += 3
	}
	return true
}

// readTitles scores the lines that name the document: the first one counts
// most.
func (s *Scanner) readTitles(score map[mark.DocumentType]float64, inCourt bool) {
	weight := 3.0
	name := strings.NewReplacer("_", " ", "-", " ").Replace(strings.TrimSuffix(s.doc.Name, path.Ext(s.doc.Name)))
	if t := typeOfTitle(name, inCourt); t != "" && !inCourt {
		score[t] += 0.7
	}
	seen, lines := 0, 0
	for _, g := range s.opening {
		for _, l := range g.lines {
			if l.column {
				continue
			}
			lines++
			if lines > 70 || seen > 3 {
				return
			}
			text := g.of(l)
			if lines == 1 && len(text) > 140 { // a text without lines
				score[typeOfTitle(shoutedStart(text), inCourt)] += 1.8
			}
			if !titleLike(text) || onBrief.MatchString(text) || inCourt && upon.MatchString(text) {
				continue
			}
			t := typeOfTitle(text, inCourt)
			if t == "" || inCourt && (t == mark.TypeStatute || t == mark.TypeReport || t == mark.TypeContract) {
				continue
			}
			w := weight
			if shouting(text) {
				w *= 1.2
			} else if !inCourt && lines > 25 {
				w *= 0.5
			}
			if len(text) > 90 {
				w *= 0.6
			}
			score[t] += w
			weight *= 0.45
			seen++
		}
		if lines > 30 {
			return
		}
	}
}

// typeOfTitle returns the type whose noun stands first in a title.
func typeOfTitle(text string, inCourt bool) mark.DocumentType {
	best, at, length := mark.DocumentType(""), len(text), 0
	for _, t := range titles {
		m := t.form.FindStringIndex(text)
		if m == nil {
			continue
		}
		// "Answer to Complaint" begins before "Complaint"; of two that begin
		// together the longer says more.
		if m[0] < at || m[0] == at && m[1]-m[0] > length {
			best, at, length = t.kind, m[0], m[1]-m[0]
		}
	}
	if best == mark.TypeMemo && inCourt {
		return mark.TypeMotion
	}
	return best
}

// titleLike reports whether a line may be a document's title: short, set in
// capitals, and no sentence.
func titleLike(line string) bool {
	if len(line) < 4 || len(line) > 140 || contentsLine(line) || strings.HasSuffix(line, ",") || strings.HasSuffix(line, ";") {
		return false
	}
	words, caps := 0, 0
	for w := range strings.FieldsSeq(line) {
		w = strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) })
		r, _ := utf8.DecodeRuneInString(w)
		if w == "" || caseSmall.MatchString(w) {
			continue
		}
		words++
		if unicode.IsUpper(r) {
			caps++
		}
	}
	return words > 0 && words <= 16 && caps*10 >= words*8
}

// shoutedStart returns the words in capitals near the beginning of a text.
func shoutedStart(text string) string {
	var out []string
	for i, w := range strings.Fields(text[:whole(text, min(len(text), 160))]) {
		if shouting(w) || len(out) > 0 && caseSmall.MatchString(w) {
			out = append(out, w)
		} else if len(out) > 2 || i > 12 {
			break
		}
	}
	return strings.Join(out, " ")
}

func shouting(s string) bool {
	return strings.ToUpper(s) == s && strings.ToLower(s) != s
}

// readBlanks scores a form: what is to be filled in, and the marks of the
// offices that print them. A contract with blanks stays a contract, and in an
// opinion they are rules across the page.
func (s *Scanner) readBlanks(head string, score map[mark.DocumentType]float64) {
	if authored.MatchString(head) || score[mark.TypeContract] >= 3 || score[mark.TypePolicy] >= 3 || score[mark.TypeAmendment] >= 3 {
		return
	}
	if official.MatchString(head) {
		score[mark.TypeForm] += 7
	}
	if n := s.vocab.blanks; n >= 6 && n*400 > s.vocab.bytes {
		score[mark.TypeForm] += 4 + 2*float64(b2i(n*130 > s.vocab.bytes))
	}
	if s.formFields() {
		score[mark.TypeForm] += 2.5
	}
}

// formFields reports whether most lines are labels: short, and no sentences.
func (s *Scanner) formFields() bool {
	labels, lines := 0, 0
	for _, g := range s.opening {
		for _, l := range g.lines {
			lines++
			text := g.of(l)
			if len(text) < 40 && (strings.HasSuffix(text, ":") || strings.HasSuffix(text, "no.") || strings.Contains(text, "__")) {
				labels++
			}
		}
	}
	return labels >= 8 && labels*4 > lines
}
