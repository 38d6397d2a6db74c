package authority

import (
	"strings"
	"testing"
)

func TestFindsEachKindOfCitation(t *testing.T) {
	for _, c := range []struct {
		text string
		want Citation // the fields that are set
	}{
		{"See Marbury v. Madison, 5 U.S. 137, 177 (1803).",
			Citation{Kind: FullCase, Volume: "5", Reporter: "U.S.", Canonical: "U.S.", Page: "137", PinCite: "177", Plaintiff: "Marbury", Defendant: "Madison", Court: "scotus", Year: 1803}},
		{"In re Snyder, 472 U. S. 634 (1985) (reversing)",
			Citation{Kind: FullCase, Volume: "472", Reporter: "U. S.", Canonical: "U.S.", Page: "634", Defendant: "Snyder", Year: 1985, Parenthetical: "reversing"}},
		{"Ace Co. v. Bell Inc., 700 F.3d 12 (9th Cir. 2012)",
			Citation{Kind: FullCase, Volume: "700", Canonical: "F.3d", Page: "12", Plaintiff: "Ace Co.", Defendant: "Bell Inc.", Court: "ca9", Year: 2012}},
		{"Ace Co. v. Bell Inc., 2015 WL 2375225 (S.D.N.Y. May 4, 2015)",
			Citation{Kind: FullCase, Volume: "2015", Canonical: "WL", Page: "2375225", Court: "nysd", Month: "May", Day: "4", Year: 2015}},
		{"700 F.3d\n12 (9th Cir.\n2012)", Citation{Kind: FullCase, Canonical: "F.3d", Page: "12", Court: "ca9", Year: 2012}},
		{"2013-Ohio-1234", Citation{Kind: FullCase, Volume: "2013", Canonical: "Ohio", Page: "1234"}},
		{"123 U,S, 456", Citation{Kind: FullCase, Reporter: "U,S,", Canonical: "U.S.", Page: "456"}},
		{"590 U.S. ___ (2020)", Citation{Kind: FullCase, Volume: "590", Canonical: "U.S.", Year: 2020}},
		{"as Marbury, 5 U.S., at 178, holds", Citation{Kind: ShortCase, Volume: "5", Page: "178", PinCite: "178", Antecedent: "Marbury"}},
		{"Under 18 U.S.C. § 4241 the", Citation{Kind: Law, Title: "18", Section: "4241", Canonical: "U.S.C."}},
		{"Ohio Rev. Code Ann. § 2941.25(A) (West 2010)", Citation{Kind: Law, Section: "2941.25", PinCite: "(A)", Publisher: "West", Year: 2010}},
		{"77 Marq. L. Rev. 475, 480 (1994)", Citation{Kind: Journal, Volume: "77", Canonical: "Marq. L. Rev.", Page: "475", PinCite: "480", Year: 1994}},
		{"Marbury, supra, at 180", Citation{Kind: Supra, PinCite: "at 180", Antecedent: "Marbury"}},
		{"Id. at 12-13.", Citation{Kind: Idem, PinCite: "at 12-13"}},
		{"under § 12 of the Lease", Citation{Kind: Unknown}},
	} {
		found := Find(c.text)
		if len(found) != 1 {
			t.Errorf("%q has %d citations, want one: %+v", c.text, len(found), found)
			continue
		}
		got, w := found[0], c.want
		for _, f := range []struct{ name, got, want string }{
			{"kind", got.Kind.String(), w.Kind.String()}, {"volume", got.Volume, w.Volume}, {"reporter", got.Reporter, w.Reporter},
			{"canonical", got.Canonical, w.Canonical}, {"page", got.Page, w.Page}, {"title", got.Title, w.Title},
			{"section", got.Section, w.Section}, {"pin", got.PinCite, w.PinCite}, {"plaintiff", got.Plaintiff, w.Plaintiff},
			{"defendant", got.Defendant, w.Defendant}, {"antecedent", got.Antecedent, w.Antecedent}, {"court", got.Court, w.Court},
			{"month", got.Month, w.Month}, {"day", got.Day, w.Day}, {"publisher", got.Publisher, w.Publisher},
			{"parenthetical", got.Parenthetical, w.Parenthetical},
		} {
			if f.want != "" && f.got != f.want {
				t.Errorf("%q: %s is %q, want %q", c.text, f.name, f.got, f.want)
			}
		}
		if w.Year != 0 && got.Year != w.Year {
			t.Errorf("%q: year is %d, want %d", c.text, got.Year, w.Year)
		}
	}
}

func TestOrdinaryWordsAreNoCitations(t *testing.T) {
	for _, text := range []string{
		"", "The 12 Tenants shall pay 1,000 U.S. dollars within 30 days.",
		"Suite 111 N. W. 12th St.", "Section 4.2 of Exhibit A, 5 or 6 copies", "1 U.S. f24601",
		"Paid in 10 instalments. Id est, monthly.", "12\n\nU.S.\n\n34",
		"Identification of the supranational body",
		"17  Taxes    42", "11    U.S.    37", "Bank of 11 Chase.   10",
	} {
		if found := Find(text); len(found) != 0 {
			t.Errorf("%q has citations: %+v", text, found)
		}
	}
}

func TestNamedCaseIsFoundAgain(t *testing.T) {
	text := "Nobelman v. American Bank, 508 U.S. 324 (1993). As Nobelman at 332, and Nobelman elsewhere."
	found := Find(text)
	if len(found) != 2 || found[1].Kind != Reference || found[1].Plaintiff != "Nobelman" || found[1].PinCite != "at 332" {
		t.Fatalf("found %+v", found)
	}
	last := strings.LastIndex(text, "Nobelman")
	found = FindIn(text, Options{Emphasis: []Span{{last, last + len("Nobelman")}}})
	if len(found) != 3 || found[2].Start != last {
		t.Errorf("the name in italics is not found: %+v", found)
	}
}

func TestNameStopsAtTheCitationBeforeIt(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"A v. B, 3 U.S. 4 [1799] and Smith, 353 F.2d 22", "Smith"},
		{"Roe v. Doe, 3 U.S. 4 (1799)). Estate of Kim, 353 F.2d 22", "Estate of Kim"},
		{"Id. City of Rome, 353 F.2d 22", "City of Rome"},
		{"Pub. L. No. 111-148. Acme Corp. v. City of Rome, 353 F.2d 22", "City of Rome"},
		{"Roe VS. Doe, 3 U.S. 4, 6 n. 2, 353 F.2d 22", "Doe"},
	} {
		found := Find(c.text)
		if last := found[len(found)-1]; last.Defendant != c.want {
			t.Errorf("%q: the defendant is %q, want %q", c.text, last.Defendant, c.want)
		}
	}
}

func TestStateIsNoNameOfACase(t *testing.T) {
	if found := Find("State v. Poe, 1 Ga. 1 (1846). The State at 12 says"); len(found) != 1 {
		t.Errorf("found %+v", found)
	}
}

func TestParallelReportsShareTheParties(t *testing.T) {
	found := Find("Newbold v Arvidson, 105 Idaho 663, 672 P2d 231 [1983]")
	if len(found) != 2 || found[1].Plaintiff != "Newbold" || found[1].Defendant != "Arvidson" || found[0].Extra != "672 P2d 231" {
		t.Errorf("found %+v", found)
	}
}

func TestYearTellsReportersApart(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"1 P.R. 1 (1831)", "Pen. & W."},
		{"1 Johns. 1 (1806)", "Johns."},
	} {
		found := FindIn(c.text, Options{CertainOnly: true})
		if len(found) != 1 || found[0].Canonical != c.want {
			t.Errorf("%q: found %+v, want %s", c.text, found, c.want)
		}
	}
	if found := FindIn("1 P.R. 1", Options{CertainOnly: true}); len(found) != 0 {
		t.Errorf("a reporter that may be several is taken for certain: %+v", found)
	}
}

func TestPageThatIsAVolumeLeavesTheVolume(t *testing.T) {
	found := Find("as held in 1 Cooke, 5 U.S. 137")
	if len(found) != 1 || found[0].Reporter != "U.S." {
		t.Errorf("found %+v", found)
	}
}

func TestNumberGoesToTheCitationThatItBegins(t *testing.T) {
	found := Find("Pub. L. No. 100-506, 102 Stat. 2538 (1988)")
	if len(found) != 2 || found[0].Section != "" || found[1].Volume != "102" || found[1].Year != 1988 {
		t.Errorf("found %+v", found)
	}
}

func TestCourtIsKnownByItsAbbreviationAndItsName(t *testing.T) {
	for name, want := range map[string]string{
		"9th Cir.": "ca9", "S.D.N.Y.": "nysd", "D Kan": "ksd", "Pa.Super.": "pasuperct",
		"Alabama Court of Appeals": "alactapp", "": "", "Moot Court of Nowhere": "",
	} {
		if got := Court(name); got != want {
			t.Errorf("Court(%q) is %q, want %q", name, got, want)
		}
	}
}

func TestEveryEditionOfTheDataIsFoundByItsName(t *testing.T) {
	seen := map[string]bool{}
	for _, titles := range load().titles {
		for _, e := range titles {
			if seen[e.name] || e.form >= 0 || !load().forms[e.forms[0]].plain {
				continue
			}
			seen[e.name] = true
			text := "7 " + e.name + " 11"
			found := Find(text)
			if len(found) != 1 || found[0].Volume != "7" || found[0].Page != "11" {
				t.Errorf("%q: found %+v", text, found)
			}
		}
	}
	if len(seen) < 1500 {
		t.Errorf("the data has %d editions of the plain form only", len(seen))
	}
}
