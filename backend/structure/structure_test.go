package structure

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	mark "markai/backend"
)

// scan reads texts as the pages of a document.
func scan(doc mark.Document, texts ...string) Result {
	s := New(doc)
	for i, t := range texts {
		s.Page(mark.Page{Number: i + 1, Text: t})
	}
	return s.Result()
}

// told returns the values of the features of a kind, or their texts where they
// have none.
func told(r Result, kind mark.FeatureKind) []string {
	var out []string
	for _, f := range r.Features {
		if f.Kind != kind {
			continue
		}
		if f.Value != "" {
			out = append(out, f.Value)
		} else {
			out = append(out, f.Text)
		}
	}
	return out
}

func TestDatesAreReadInEveryWriting(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"on March 5, 2021, the parties", []string{"2021-03-05"}},
		{"on Mar. 5 2021", []string{"2021-03-05"}},
		{"this 5th day of March, 2021", []string{"2021-03-05"}},
		{"the Fifth day of March 2021", []string{"2021-03-05"}},
		{"am 5. März 2021, le 5 mars 2021, el 5 de marzo de 2021, il 5 marzo 2021", []string{"2021-03-05", "2021-03-05", "2021-03-05", "2021-03-05"}},
		{"3/5/2021, 03/05/21 and 2021-03-05", []string{"2021-03-05", "2021-03-05", "2021-03-05"}},
		{"25/12/2021", []string{"2021-12-25"}},
		{"05.03.2021", []string{"2021-03-05"}},
		{"in March 2021 and in May of 2020", []string{"2021-03", "2020-05"}},
		{"March\n5, 2021", []string{"2021-03-05"}},
		{"February 29, 2020", []string{"2020-02-29"}},
		// None of these is a date.
		{"February 29, 2021 and 2/30/2021 and June 31, 2020", nil},
		{"he may 5, 2021 times; a march 2019 long", nil},
		{"Section 1.2.10, No. 8:16-cv-01261, 10-12-20, 1/2/3, version 10.4.2021.7", nil},
		{"Roe v. Wade, 410 U.S. 113 (Jan. 22, 1973)", nil},
		{"13/32/2021 and 2021-13-01", nil},
	}
	for _, tt := range tests {
		if got := told(scan(mark.Document{}, tt.text), mark.FeatureDate); !slices.Equal(got, tt.want) {
			t.Errorf("dates of %q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestAmountsAreReadInEveryWriting(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"$1,250.00 and US$ 5 million", []string{"USD 1250.00", "USD 5000000.00"}},
		{"$1.25 billion, $500k, $25MM", []string{"USD 1250000000.00", "USD 500000.00", "USD 25000000.00"}},
		{"$.0001 per share; $0.0125", []string{"USD 0.0125"}},
		{"C$20, HK$1,000", []string{"CAD 20.00", "HKD 1000.00"}},
		{"EUR 5.000,50 and €5.000 and 5.000,00 €", []string{"EUR 5000.50", "EUR 5000.00", "EUR 5000.00"}},
		{"£20, USD 1,000, 1,000 USD, 250 dollars, 2 million euros", []string{"GBP 20.00", "USD 1000.00", "USD 1000.00", "USD 250.00", "EUR 2000000.00"}},
		{"five thousand dollars ($5,000)", []string{"USD 5000.00"}},
		{"20 pounds of flour, 5 miles, $ ____, $1,23", nil},
	}
	for _, tt := range tests {
		if got := told(scan(mark.Document{}, tt.text), mark.FeatureAmount); !slices.Equal(got, tt.want) {
			t.Errorf("amounts of %q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestTermsAreDefinedInBracketsAndByVerbs(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{`all papers (the “Confidential Information”) stay secret`, []string{"Confidential Information"}},
		{`Acme, Inc. (hereinafter referred to as "Seller")`, []string{"Seller"}},
		{`Acme and Beta (each a “Party” and collectively, the “Parties”)`, []string{"Party", "Parties"}},
		{`“Affiliate” means any person that controls another.`, []string{"Affiliate"}},
		{`"Net Sales" shall mean the gross amount; and more.`, []string{"Net Sales"}},
		{`“Claim” or “Claims” has the meaning set forth in Section 4.`, []string{"Claim", "Claims"}},
		{"1.4 Business Day means a day on which banks are open.", []string{"Business Day"}},
		{`he said "No" and left (see “Notes” on page 4)`, nil},
		{`(“emphasis added”) and ("the parties agree that this is so")`, nil},
		{"This means that nothing is owed.", nil},
		{`Type ${ word("Add another") } and action_argument("Error").`, nil},
	}
	for _, tt := range tests {
		if got := told(scan(mark.Document{}, tt.text), mark.FeatureDefinedTerm); !slices.Equal(got, tt.want) {
			t.Errorf("terms of %q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestClausesGetTheNumbersOfThoseAroundThem(t *testing.T) {
	text := `ARTICLE I
DEFINITIONS

1.1 Scope. This Agreement covers the goods.

(a) the goods that are listed;

(b) the goods that follow, as:

(i) spare parts; and

(ii) tools.

1.2 Price. The price is fixed.

ARTICLE II
TERM

2.1 Start. The term starts on signing, subject to Section
12 of the Act and to paragraph
(b) of that section.

12. Dismissal. The action may be dismissed.

(b) Motions. A party may assert by motion:

(6) failure to state a claim.`
	got := told(scan(mark.Document{}, text), mark.FeatureClause)
	want := []string{"I", "1.1", "1.1(a)", "1.1(b)", "1.1(b)(i)", "1.1(b)(ii)", "1.2", "II", "2.1", "12"}
	if !slices.Equal(got, want) {
		t.Errorf("clauses %q, want %q", got, want)
	}
	rule := "12. Dismissal.\n\n(a) In general. As follows:\n\n(1) first;\n\n(2) second.\n\n(b) Motions. A party may assert:\n\n(1) one thing;\n\n(2) another.\n"
	got = told(scan(mark.Document{}, rule), mark.FeatureClause)
	want = []string{"12", "12(a)", "12(a)(1)", "12(a)(2)", "12(b)", "12(b)(1)", "12(b)(2)"}
	if !slices.Equal(got, want) {
		t.Errorf("clauses %q, want %q", got, want)
	}
}

func TestNumberingGoesOnWhateverStandsBetween(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"a list of names", "3. GOODS\n\n3.5 Experts. The experts are:\n\n1. Dr Ann Poe\n\n2. Mr Ed Roe\n\n3.6 Sale. The goods are sold.\n\n4. PRICE\n\n4.1 Payment. It is paid.", []string{"3", "3.5", "3.5(1)", "3.5(2)", "3.6", "4", "4.1"}},
		{"recitals", "1. The buyer wants the goods.\n\n2. The seller has them.\n\n1. Scope of Services\n\nThe seller serves.\n\n2. Price\n\nIt is paid.", []string{"1", "2", "1", "2"}},
		{"a section that is named", "2.1 Goods. The goods are sold.\n\n2.2 Price. The price is as in\nSECTION 2.1. NOTWITHSTANDING THAT, it is paid.\n\n2.3 Law. None.", []string{"2.1", "2.2", "2.3"}},
		{"letters past (h)", strings.Join([]string{"1. Goods.", "(a) one;", "(b) two;", "(c) three;", "(d) four;", "(e) five;", "(f) six;", "(g) seven;", "(h) eight;", "(i) nine;", "(j) ten."}, "\n\n"),
			[]string{"1", "1(a)", "1(b)", "1(c)", "1(d)", "1(e)", "1(f)", "1(g)", "1(h)", "1(i)", "1(j)"}},
	}
	for _, tt := range tests {
		if got := told(scan(mark.Document{}, tt.text), mark.FeatureClause); !slices.Equal(got, tt.want) {
			t.Errorf("%s: clauses %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestAListInsideAClauseDoesNotEndIt(t *testing.T) {
	text := "4. PAY\n\n4.2 Compensation for Services. The buyer pays:\n\n1) 25,000 shares,\n\n2) a royalty.\n\n4.3 Expenses. Each side bears its own.\n\n5. AUDIT\n\nThe books are open."
	got := told(scan(mark.Document{}, text), mark.FeatureClause)
	want := []string{"4", "4.2", "4.2(1)", "4.2(2)", "4.3", "5"}
	if !slices.Equal(got, want) {
		t.Errorf("clauses %q, want %q", got, want)
	}
}

func TestHeadingsAreToldFromWhatLooksLikeThem(t *testing.T) {
	const text = "who sold the goods to the defendant in the spring of that year and was never paid for them."
	tests := []struct {
		name, text string
		want       []string // level, number and text
	}{
		{"over running text", "STATEMENT OF FACTS\n\nThe plaintiff is a company " + text, []string{"1  STATEMENT OF FACTS"}},
		{"over two lines", "A. The Campaign’s Response to Reports About Russian\nSupport for Trump\n\nThe plaintiff is a company " + text, []string{"1 A A. The Campaign’s Response to Reports About Russian Support for Trump"}},
		{"with a clause that runs on", "1. Term. The term is a year, and the plaintiff is a company " + text, []string{"1 1 1. Term"}},
		{"an article and its title", "ARTICLE II\nTHE TERM\n\n2.1 Start. It starts with the plaintiff, " + text, []string{"1 II ARTICLE II THE TERM", "2 2.1 2.1 Start"}},
		{"after (h) comes (i)", "(g) Goods. None " + text + "\n\n(h) Houses. None " + text, nil},
		{"a list of contents", "1. Term ........ 1\n2. Price ....... 2\n3. Goods 3\n4. Notices 4\n5. Law 5\n6. General 6\n", nil},
		{"a caption, an address and a table", "UNITED STATES DISTRICT COURT\nNORTHERN DISTRICT\n\n12 Main Street\nSpringfield, Ohio\n\nItem\tPrice\nPump\t4\n", nil},
		{"names that fill their lines", "Jane R. Roe and Liberty Counsel were on brief, for appellant.\nStephen M. Crane and Society of the North on brief for the\nChurch of Riverton, New Hope Church, Athens Church of the West\nBible, Faith Church, Cherry Church of the Old Bible, amici curiae.", nil},
		{"capitals in a sentence", "It spread.\nThe United States Department of Health and Human\nServices declared the matter a national emergency, and the plaintiff\nis a company " + text, nil},
		{"a citation", "It is so held.\nMass. Air Pollution Comm. v. Brinegar, 499 F.2d\n125, 126, where the plaintiff is a company " + text, nil},
		{"a numbered paragraph of a complaint", "20. In Question 10 of the Representations to the Medical Examiner signed on\nthe second day of May she said nothing, and the plaintiff is a company " + text, nil},
		{"a title that fills its line", "It ended there.\n\nPress Reports Allege Links Between the Campaign and the Company\n\nThe plaintiff is a company " + text, []string{"2  Press Reports Allege Links Between the Campaign and the Company"}},
		{"a title close above its text", "It ended there.\nRestoration of Protection\nThe plaintiff is a company " + text, []string{"2  Restoration of Protection"}},
		{"a title that wraps after a small word", "It ended there.\n\nThe Copyright Treaty and the Performances and\nPhonograms Treaty\n\nThe plaintiff is a company " + text, []string{"2  The Copyright Treaty and the Performances and Phonograms Treaty"}},
		{"a title that wraps inside a word", "3. The Legislative History of the Act Does Not Justify Nar-\nrowing Its Text\n\nThe plaintiff is a company " + text, []string{"1 3 3. The Legislative History of the Act Does Not Justify Nar- rowing Its Text"}},
		{"an initial that begins a line of names", "Jr., Sarah R. Goetz, David A. Soley, Amy E. Feinman, Jeffrey\nI. Pasek, and Cozen O’Connor on brief for the Americans of the North,\namici curiae, and the plaintiff is a company " + text, nil},
		{"a sentence", "Petitioner Tarrant Regional Water District is a Texas\nagency, " + text, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range scan(mark.Document{}, tt.text).Features {
				if f.Kind == mark.FeatureHeading {
					got = append(got, fmt.Sprintf("%d %s %s", f.Level, f.Value, strings.Join(strings.Fields(f.Text), " ")))
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("headings %q, want %q", got, tt.want)
			}
		})
	}
}

func TestExhibitsAreNamedAndBegin(t *testing.T) {
	r := scan(mark.Document{Kind: mark.KindPDF}, "The form is attached as Exhibit A. See Exhibits B, C and D-1, and Schedule 2.1.", "EXHIBIT A\n\nFORM OF NOTE\n\nThe borrower promises to pay what is owed on the day on which it is due.")
	var named, begun []string
	for _, f := range r.Features {
		switch {
		case f.Kind == mark.FeatureExhibit && f.Level == 1:
			begun = append(begun, f.Value)
		case f.Kind == mark.FeatureExhibit:
			named = append(named, f.Value)
		}
	}
	if want := []string{"Exhibit A", "Exhibit B", "Exhibit C", "Exhibit D-1", "Schedule 2.1"}; !slices.Equal(named, want) {
		t.Errorf("named %q, want %q", named, want)
	}
	if want := []string{"Exhibit A"}; !slices.Equal(begun, want) {
		t.Errorf("begun %q, want %q", begun, want)
	}
}

func TestSignaturesTellWhoSigns(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"ACME WIDGETS, INC.\nBy: /s/ Jane Roe\nName: Jane Roe\nTitle: President\n\nBETA LLC\nBy: ______________\nName: John Q. Doe\nTitle: Manager", []string{"Jane Roe", "John Q. Doe"}},
		{"By: /s/ John Ward By: /s/ Rick Smith", []string{"John Ward", "Rick Smith"}},
		{"/s/ Chris McKee /s/ Helen Taylor", []string{"Chris McKee", "Helen Taylor"}},
		{"Respectfully submitted,\n\n/s/ Maria Lopez\nMaria Lopez\nAttorney for Plaintiff", []string{"Maria Lopez"}},
		{"________________________\nDAVID O. CARTER\nUNITED STATES DISTRICT JUDGE", []string{"DAVID O. CARTER"}},
		{"By: this rule nobody signs, and the text goes on as if it were nothing.", nil},
	}
	for _, tt := range tests {
		if got := told(scan(mark.Document{}, tt.text), mark.FeatureSignature); !slices.Equal(got, tt.want) {
			t.Errorf("signatures of %q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestPagesInAnotherLanguageAreTold(t *testing.T) {
	en := "The parties agree that the price shall be paid in the currency of the United States and that it is not to be reduced for any reason whatsoever."
	es := "Las partes acuerdan que el precio se pagará en la moneda de los Estados Unidos y que no podrá ser reducido por ningún motivo, salvo lo dispuesto en este contrato."
	r := scan(mark.Document{}, en, en, es)
	if r.Meta.Language != "en" || !slices.Equal(told(r, mark.FeatureLanguage), []string{"es"}) {
		t.Errorf("language %q, pages %q", r.Meta.Language, told(r, mark.FeatureLanguage))
	}
	for want, text := range map[string]string{
		"fr": "Les parties conviennent que le prix sera payé dans la monnaie des États-Unis et qu'il ne pourra pas être réduit pour une raison quelconque.",
		"de": "Die Parteien vereinbaren, dass der Preis in der Währung der Vereinigten Staaten zu zahlen ist und nicht aus irgendeinem Grund gemindert werden darf.",
		"it": "Le parti convengono che il prezzo sarà pagato nella valuta degli Stati Uniti e che non potrà essere ridotto per nessun motivo, salvo quanto previsto.",
		"nl": "De partijen komen overeen dat de prijs wordt betaald in de munt van de Verenigde Staten en dat deze om geen enkele reden kan worden verlaagd.",
		"pt": "As partes acordam que o preço será pago na moeda dos Estados Unidos e que não poderá ser reduzido por qualquer motivo, salvo o disposto neste contrato.",
		"pl": "Strony zgadzają się, że cena zostanie zapłacona w walucie Stanów Zjednoczonych i że nie może być obniżona z żadnego powodu, chyba że strony postanowią inaczej w umowie.",
		"ru": "Стороны соглашаются, что цена уплачивается в валюте Соединённых Штатов.",
		"zh": "双方同意价格应以美元支付，除非本合同另有规定，否则不得以任何理由降低价格。",
		"":   "4711 4712 4713",
	} {
		if got := LanguageOf(text); got != want {
			t.Errorf("LanguageOf(%q) = %q, want %q", text, got, want)
		}
	}
}

// legalText draws text with what the rules look for.
func legalText(t *rapid.T, label string) string {
	piece := rapid.SampledFrom([]string{"ARTICLE IV\n", "4.2 Notice. ", "(a) ", "(i) ", "12. ", "The party pays $5,000.00. ", "Smith v. Jones, 12 U.S. 3 (1999); ", "\n", "\n\n", " ", "word ", "TERM\n",
		"Exhibit A\n", "(the “Buyer”) ", `"Term" means `, "March 5, 2021", "5/6/21 ", "€ 3 ", "“", "”", "é", "\r\n", "\t", "\u00a0", "·1· ", "Q. Why?\n", "A. No.\n", "By: /s/ Jane Roe\n", "Name: ",
		"ABC 000123\n", "____________\n", "On Monday Jane wrote:\n", "> old\n", "From: x\nSent: y\nTo: z\n", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n", "UNITED STATES DISTRICT COURT\n", "v.\n", "Plaintiff,\n", "双方同意"})
	return strings.Join(rapid.SliceOfN(piece, 0, 80).Draw(t, label), "")
}

// Whatever the text, features lie within their pages, their text is what
// stands there, they are in order, and a second reading gives the same.
func TestFeaturesFitTheirPages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]mark.Kind{mark.KindPDF, mark.KindMail, mark.KindText}).Draw(t, "kind")
		var texts []string
		for range rapid.IntRange(0, 5).Draw(t, "pages") {
			text := legalText(t, "text")
			if rapid.Bool().Draw(t, "wild") {
				text += rapid.String().Draw(t, "wild text")
			}
			texts = append(texts, text)
		}
		doc := mark.Document{Name: "a.pdf", Kind: kind}
		r := scan(doc, texts...)
		if bad := misfit(r, texts); bad != "" {
			t.Fatal(bad)
		}
		if again := scan(doc, texts...); !slices.Equal(r.Features, again.Features) || !slices.Equal(r.Notes, again.Notes) {
			t.Fatal("a second reading gives something else")
		}
	})
}

// misfit says which feature does not fit its page, and how.
func misfit(r Result, texts []string) string {
	for i, f := range r.Features {
		if f.Page < 1 || f.Page > len(texts) {
			return "page " + f.Text
		}
		text := texts[f.Page-1]
		if f.Start < 0 || f.End > len(text) || f.Start >= f.End || !strings.HasPrefix(text[f.Start:f.End], f.Text) || f.Text == "" {
			return string(f.Kind) + " does not stand where it says: " + f.Text
		}
		if i > 0 && (f.Page < r.Features[i-1].Page || f.Page == r.Features[i-1].Page && f.Start < r.Features[i-1].Start) {
			return string(f.Kind) + " is out of order"
		}
	}
	return ""
}

func FuzzScanner(f *testing.F) {
	f.Add("pdf", "ARTICLE I\n\n1.1 Scope. (the “Goods”) $5 on March 5, 2021.\fEXHIBIT A\nBy: /s/ Jane Roe")
	f.Add("mail", "From: a\n\nOn Monday Jane wrote:\n> x\f> y")
	f.Add("pdf", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n·1· Q. A\n(((“\xff")
	f.Add("text", "A v. B\nDISTRICT COURT\nv.\n,")
	f.Fuzz(func(t *testing.T, kind, text string) {
		texts := strings.Split(strings.ToValidUTF8(text, "?"), "\f")
		if bad := misfit(scan(mark.Document{Name: "x", Kind: mark.Kind(kind)}, texts...), texts); bad != "" {
			t.Fatal(bad)
		}
	})
}

// contract and opinion are written for the benchmark: what a contract and an
// opinion mostly hold.
const contract = `ARTICLE 2
TERM AND TERMINATION

2.1 Initial Term. The term of this Agreement (the “Term”) begins on June 1, 2021 and ends on May 31, 2024, unless it
ends earlier under Section 2.2. The Licensee may use the Licensed Products after the end of the Term only with the
written consent of the Licensor, which may be withheld for any reason or for no reason.

2.2 Termination. Either party may terminate this Agreement for cause upon thirty (30) days’ written notice to the other
party, which must state the cause. A breach that is cured within that time is no cause. The Licensee pays $25,000 for
each month in which it goes on to use the Licensed Products, as set forth in Exhibit B.

(a) “Licensed Products” means the products that are listed in Schedule 1 and those that take their place;

(b) the rights that are granted here end with this Agreement, but for those that have been paid for in full.

`

const opinion = `The district court denied the motion. See Roe v. Wade, 410 U.S. 113, 120 (1973). The parties agree that the contract
is governed by the laws of the State of New York, and that it was made there on the day on which it was signed by
the last of them. The appellant argues that the court should have looked at the letters that went before it, and
that it would then have found what the parties meant. Under 18 U.S.C. § 4241, the court may order a hearing on its
own motion at any time after the commencement of a prosecution. We review such a decision for abuse of discretion.

`

func BenchmarkScanner(b *testing.B) {
	for name, piece := range map[string]string{"contract": contract, "opinion": opinion} {
		b.Run(name, func(b *testing.B) {
			page := strings.Repeat(piece, 3)
			const pages = 200
			b.SetBytes(int64(pages * len(page)))
			for b.Loop() {
				s := New(mark.Document{Name: "a.pdf", Kind: mark.KindPDF})
				for i := range pages {
					s.Page(mark.Page{Number: i + 1, Text: page})
				}
				s.Result()
			}
		})
	}
}

// A page that is made to be slow is read in time that grows with its length.
func TestHostilePagesAreReadInTime(t *testing.T) {
	const n = 3_000
	for _, piece := range []string{"1 Abc defg hijkl\n", "1\n", "Exhibit A ", "EXHIBIT A\n", "“", `("A" `, "(((", "(a) ", "i.", "By: By: ", "$1,", "5 de ", "May ", "A v.\n", "Q. A.\n", "> x\n", "On Monday x wrote:\n", "____", "1.1.1.1.1\n", "From: x\n", "§", "·1· "} {
		short, long := strings.Repeat(piece, n/16), strings.Repeat(piece, n)
		for _, kind := range []mark.Kind{mark.KindPDF, mark.KindMail} {
			one := measure(func() { scan(mark.Document{Kind: kind}, short) })
			all := measure(func() { scan(mark.Document{Kind: kind}, long) })
			// Sixteen times the text; squares would cost 256 times as much. A
			// busy machine may stop one reading, but not several.
			for range 4 {
				if all > 80*max(one, 5*time.Millisecond) {
					all = min(all, measure(func() { scan(mark.Document{Kind: kind}, long) }))
				}
			}
			if all > 80*max(one, 5*time.Millisecond) {
				t.Errorf("%q as %s: %v for %d bytes, %v for %d", piece, kind, one, len(short), all, len(long))
			}
		}
	}
}

func measure(f func()) time.Duration {
	began := time.Now()
	f()
	return time.Since(began)
}
