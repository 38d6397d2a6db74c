package structure

import (
	"slices"
	"testing"

	mark "markai/backend"
)

func TestLawIsCitedInManyForms(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"Miranda v. Arizona, 384 U.S. 436, 444 (1966), and again, Miranda, 384 U.S. at 450.", []string{"384 U.S. 436", "384 U.S. at 450"}},
		{"Brown v. Board of Education, 347 U.S. 483, 74 S. Ct. 686, 98 L. Ed. 873 (1954).", []string{"347 U.S. 483", "74 S. Ct. 686", "98 L. Ed. 873"}},
		{"under 42 U.S.C. § 1983 and", []string{"42 U.S.C. § 1983"}},
		{"under 28 U.S.C. §§ 1331, 1332(a)(1), and 1367 in May", []string{"28 U.S.C. §§ 1331, 1332(a)(1), and 1367"}},
		{"Section 10(b), 15 U.S.C. § 78j(b), applies", []string{"15 U.S.C. § 78j(b)"}},
		{"Rule 10b-5, 17 C.F.R. § 240.10b-5 (2010)", []string{"17 C.F.R. § 240.10b-5"}},
		{"21CFR 314.80 and 21CFR 312.32, and 42 U.S.C. § 1320a-7b(b)", []string{"21CFR 314.80", "21CFR 312.32", "42 U.S.C. § 1320a-7b(b)"}},
		{"see 29 CFR 1910.1200 and 12 C.F.R. pt. 226", []string{"29 CFR 1910.1200", "12 C.F.R. pt. 226"}},
		{"dismissed under Fed. R. Civ. P. 12(b)(6) and Fed. R. Evid. 403.", []string{"Fed. R. Civ. P. 12(b)(6)", "Fed. R. Evid. 403"}},
		{"as U.S. Const. amend. XIV, § 1, says; U.S. Const. art. I, § 8, cl. 3", []string{"U.S. Const. amend. XIV, § 1", "U.S. Const. art. I, § 8, cl. 3"}},
		{"N.Y. C.P.L.R. 3211(a)(7), or CPLR 3212", []string{"N.Y. C.P.L.R. 3211(a)(7)", "CPLR 3212"}},
		{"Mass. Gen. Laws ch. 93A, § 9, that is G.L. c. 93A, § 9", []string{"Mass. Gen. Laws ch. 93A, § 9", "G.L. c. 93A, § 9"}},
		{"735 ILCS 5/2-615 and U.C.C. § 2-207", []string{"735 ILCS 5/2-615", "U.C.C. § 2-207"}},
		{"Restatement (Second) of Contracts § 205 (1981)", []string{"Restatement (Second) of Contracts § 205"}},
		{"R v Jogee [2016] UKSC 8 at [12], and Donoghue v Stevenson [1932] AC 562", []string{"[2016] UKSC 8 at [12]", "[1932] AC 562"}},
		{"[2019] EWCA Civ 123; [2001] 2 AC 127; 2011 SCC 12; [2020] FCA 45", []string{"[2019] EWCA Civ 123", "[2001] 2 AC 127", "2011 SCC 12", "[2020] FCA 45"}},
		{"Case C-131/12, Google Spain", []string{"Case C-131/12"}},
		{"1999-NMSC-005", []string{"1999-NMSC-005"}},
		{"the U.S.C. scholarship of 12 students; 45 C.F.R; [2019] and case c", nil},
	}
	for _, tt := range tests {
		if got := told(scan(mark.Document{}, tt.text), mark.FeatureCitation); !slices.Equal(got, tt.want) {
			t.Errorf("%q cites %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestTheYearOfALawIsNoDate(t *testing.T) {
	r := scan(mark.Document{}, "as in [2016] UKSC 8 and under 29 CFR 1910.1200 on May 3, 2019")
	if got := told(r, mark.FeatureDate); !slices.Equal(got, []string{"2019-05-03"}) {
		t.Errorf("dates %q", got)
	}
}
