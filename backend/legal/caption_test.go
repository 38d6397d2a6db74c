package legal

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCaptionsNameBothSides(t *testing.T) {
	const district = "UNITED STATES DISTRICT COURT\nNORTHERN DISTRICT OF OHIO\n\n"
	tests := []struct {
		name, head string
		want       []Party
	}{
		{"roles on lines of their own", district + "JANE ROE,\n\nPlaintiff,\n\nv.\n\nACME WIDGETS, INC.; and DOES 1\nthrough 10, inclusive,\n\nDefendants.\n\nCase No. 1:20-cv-12\n",
			[]Party{{"JANE ROE", "Plaintiff"}, {"ACME WIDGETS, INC.", "Defendant"}}},
		{"a frame of brackets", district + "JANE ROE, ) Case No. 12\n)\nPlaintiff, ) Judge John Doe\nv. )\n)\nACME WIDGETS, )\nINC., )\nDefendant. )\n",
			[]Party{{"JANE ROE", "Plaintiff"}, {"ACME WIDGETS, INC.", "Defendant"}}},
		{"rules around it", "IN THE SUPREME COURT OF THE UNITED STATES\n- - - - - - x\nMICHAEL A. KNOWLES, :\nWARDEN, :\nPetitioner :\nv. : No. 07-1315\nALEXANDRE MIRZAYANCE. :\n- - - - - - x\nWashington, D.C.\n",
			[]Party{{"MICHAEL A. KNOWLES", "Petitioner"}, {"ALEXANDRE MIRZAYANCE", ""}}},
		{"two cells", district + "JANE ROE,\tCase No. 12\n\tPlaintiff,\tJudge John Doe\nv.\n\nACME WIDGETS, INC.,\tCOMPLAINT\n\tDefendant.\n",
			[]Party{{"JANE ROE", "Plaintiff"}, {"ACME WIDGETS, INC.", "Defendant"}}},
		{"roles in a chain, and a stamp between", "United States Court of Appeals\nfor the Fifth Circuit\n\nMaria St. Pierre,\n\nFILED\nMarch 16, 2022\nLyle W. Cayce\nClerk\n\nPlaintiff—Appellant,\n\nversus\n\nStandard Insurance Company; Dearborn National Life\nInsurance Company,\n\nDefendants—Appellees.\n",
			[]Party{{"Maria St. Pierre", "Plaintiff-Appellant"}, {"Standard Insurance Company", "Defendant-Appellee"}, {"Dearborn National Life Insurance Company", "Defendant-Appellee"}}},
		{"a state, and an office", "IN THE SUPREME COURT OF UTAH\n\nJOHN DOE, WARDEN,\nPetitioner,\nv.\nSTATE OF UTAH, ex rel. ANN POE, GOVERNOR,\nRespondent.\n",
			[]Party{{"JOHN DOE", "Petitioner"}, {"STATE OF UTAH", "Respondent"}}},
		{"one line", "SUPREME COURT OF THE UNITED STATES\n\nTARRANT WATER DISTRICT v.\nHERRMANN ET AL.\n\nCERTIORARI",
			[]Party{{"TARRANT WATER DISTRICT", ""}, {"HERRMANN", ""}}},
		{"a case that is cited", "IN THE SUPREME COURT\n\nSee Roe v. Wade, 410 U. S. 113 (1973).\n", nil},
		{"no court", "JANE ROE,\nPlaintiff,\nv.\nJOHN DOE,\nDefendant.\n", nil},
		{"a stamp and no name", district + "Clerk\nPlaintiff,\nv.\nDefendant.\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Caption(tt.head); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzCaption(f *testing.F) {
	f.Add("DISTRICT COURT\nA,\nPlaintiff,\nv.\nB,\nDefendant.")
	f.Add("COURT OF APPEALS\nA v.\nB")
	f.Add("district court\nv.\n)\n]\n,\nPlaintiff")
	f.Fuzz(func(t *testing.T, head string) {
		for _, p := range Caption(head) {
			if p.Name == "" || strings.Contains(p.Name, "\n") || len(p.Name) > partyMax+1 || utf8.ValidString(head) && !utf8.ValidString(p.Name) {
				t.Fatalf("party %q", p)
			}
		}
	})
}
