package ingest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	mark "markai/backend"
)

const sensible = `IN THE UNITED STATES DISTRICT COURT FOR THE DISTRICT OF COLUMBIA. JOHN Q. DOE, et al., Plaintiffs, v. ACME
CO., LLC, Case No. 1:19-cv-00121-RBW (D.D.C. Mar. 4, 2020). Pursuant to Fed. R. Civ. P. 12(b)(6) and 28 U.S.C. § 1331, the
Defendant moves to dismiss Counts II–IV of the Complaint. See Bell Atl. Corp. v. Twombly, 550 U.S. 544, 570 (2007); Ashcroft v.
Iqbal, 556 U.S. 662 (2009). The parties' agreement (the "Agreement") was signed on the 12th of March by McDonald and O'Brien.`

// shifted moves the codes of letters, as fonts do whose characters are numbered
// from another first one.
func shifted(s string, by rune) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' {
			return r
		}
		return '!' + (r-'!'+by+94)%94
	}, s)
}

func TestSenselessTextIsTold(t *testing.T) {
	rest := strings.Repeat(" "+sensible, 2)
	for name, text := range map[string]string{
		"shifted by 29 down": shifted(rest, -29), "shifted by 31 up": shifted(rest, 31), "shifted by 3": shifted(rest, 3),
		"poor recognition": strings.NewReplacer("the ", "tb( ", "e", "c#", "i", "1l", "o", "0", "a", "@1").Replace(strings.ReplaceAll(rest, "@", "")),
	} {
		if n := noise(text); n <= noisy {
			t.Errorf("%s: %.2f in %.80q", name, n, text)
		}
		if !doubtful(text) {
			t.Errorf("%s is taken as it is", name)
		}
	}
}

func TestSensibleTextIsNotDoubted(t *testing.T) {
	table := strings.Repeat("Alabama 18,870 23,022 22,650 DHAW20190001 05/03/2019 CITIBANK - TRAVEL CBA CARD KANSAS CITY TO WASHINGTON DC $920.68 ", 20)
	for name, text := range map[string]string{
		"a caption and citations": strings.Repeat(sensible+" ", 2), "a table": table,
		"German":  strings.Repeat("Der Schuldner verpflichtet sich, den Kaufpreis innerhalb von vierzehn Tagen nach Rechnungsstellung zu zahlen. ", 8),
		"Polish":  strings.Repeat("Strony zobowiązują się do zachowania w tajemnicy wszystkich informacji uzyskanych w związku z wykonaniem umowy. ", 8),
		"Russian": strings.Repeat("Стороны обязуются сохранять в тайне все сведения, полученные в связи с исполнением договора. ", 8),
	} {
		if n := noise(text); n > noisy/2 {
			t.Errorf("%s: %.2f", name, n)
		}
		if doubtful(text) {
			t.Errorf("%s is doubted", name)
		}
	}
}

func TestSenselessLayerGivesWayToASensibleReading(t *testing.T) {
	good, bad := strings.Repeat(sensible+" ", 2), shifted(strings.Repeat(sensible+" ", 2), -29)
	for _, c := range []struct {
		name      string
		own, seen mark.Page
		ocr       bool
	}{
		{"a wrong encoding", mark.Page{Text: bad}, mark.Page{Text: good, Confidence: 0.9}, true},
		{"a wrong encoding that cannot be recognised", mark.Page{Text: bad}, mark.Page{Text: good, Confidence: 0.4}, false},
		{"a wrong encoding and a reading as bad", mark.Page{Text: bad}, mark.Page{Text: bad, Confidence: 0.9}, false},
		{"a good layer", mark.Page{Text: good}, mark.Page{Text: bad, Confidence: 0.9}, false},
	} {
		if got := better(c.own, c.seen); got.OCR != c.ocr {
			t.Errorf("%s: %v", c.name, got.OCR)
		}
	}
}

// TestRealTextIsHardlyDoubted measures on the text files of the folder that
// MARKAI_TEXTS names, in pieces as long as a page.
func TestRealTextIsHardlyDoubted(t *testing.T) {
	dir := os.Getenv("MARKAI_TEXTS")
	if dir == "" {
		t.Skip("MARKAI_TEXTS does not name a folder of text files")
	}
	pages, doubted, missed := 0, 0, 0
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".txt" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		const page = 2500
		for text := string(data); len(text) > page; text = text[page:] {
			pages++
			if n := noise(text[:page]); n > noisy {
				doubted++
				t.Logf("%s: %.2f %.200q", filepath.Base(path), n, text[:page])
			}
			if noise(shifted(text[:page], -29)) <= noisy {
				missed++
			}
		}
		return nil
	})
	if err != nil || pages == 0 {
		t.Fatal(err)
	}
	t.Logf("%d pages: %d doubted, %d not told when shifted", pages, doubted, missed)
	if doubted*200 > pages || missed*100 > pages {
		t.Errorf("of %d pages, %d are doubted and %d not told when shifted", pages, doubted, missed)
	}
}
