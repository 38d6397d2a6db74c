package legal

import (
	"slices"
	"testing"
	"unicode/utf8"

	mark "markai/backend"
)

func TestADocumentSaysWhatItIsAndWhoseItIs(t *testing.T) {
	tests := []struct {
		name, file, text, title string
		parties                 []string
	}{
		{"a contract with definitions in brackets", "ex10.pdf",
			"EXHIBIT 10.15\n\n   SPONSORSHIP AND DEVELOPMENT AGREEMENT\n\nThis Agreement is made as of August 6, 2004 (the \"Effective Date\") by and between NORTHWIND ARTS INC., a Nevada corporation with offices at 1 Long Road (\"NA\") and JOHN SMITH ENTERPRISES (\"Smith\"), c/o Example Management.",
			"SPONSORSHIP AND DEVELOPMENT AGREEMENT", []string{"NORTHWIND ARTS INC.", "JOHN SMITH ENTERPRISES"}},
		{"a company with a comma in its name", "x.docx",
			"This Supply Agreement (the \"Agreement\") is entered into by and between Acme Chemical Company, LLC, a Delaware limited liability company, and Beta Chemistry, Inc. WHEREAS, the parties agree",
			"Supply Agreement", []string{"Acme Chemical Company, LLC", "Beta Chemistry, Inc."}},
		{"a caption", "complaint.pdf",
			"UNITED STATES DISTRICT COURT\nNORTHERN DISTRICT OF CALIFORNIA\n\nJANE ROE,\n    Plaintiff,\n  v.\nACME WIDGETS, INC.,\n    Defendant.\n\nCOMPLAINT FOR DAMAGES\n",
			"COMPLAINT FOR DAMAGES", []string{"JANE ROE", "ACME WIDGETS, INC."}},
		{"a title in the file's name only", "AcmeHoldings_20050301_8-K_EX-10.1_Reseller Agreement.pdf",
			"The parties agree as follows.", "Reseller Agreement", nil},
		{"a title that goes on in the next lines", "order.pdf",
			"Case No. 1:20-cv-1\n\nORDER GRANTING\nACME WIDGETS, INC. dba\nACME CONSUMER SERVICES’\nAPPLICATION FOR A\nPRELIMINARY INJUNCTION\n\nORDER\n",
			"ORDER GRANTING ACME WIDGETS, INC. dba ACME CONSUMER SERVICES’ APPLICATION FOR A PRELIMINARY INJUNCTION", nil},
		{"a running head with the page's number", "brief.pdf", "MOTION FOR CLASS CERTIFICATION 3\n\nThe class is large.", "MOTION FOR CLASS CERTIFICATION", nil},
		{"a number that is part of the title", "a.pdf", "AMENDMENT TO LEASE AMENDMENT 2\n\nThe lease is changed.", "AMENDMENT TO LEASE AMENDMENT 2", nil},
		{"the head of a printed opinion", "op.pdf", "(Slip Opinion) OCTOBER TERM, 2012 1\n\nSyllabus\n\nThe court held so.", "", nil},
		{"companies that a bracket names", "x.pdf",
			"NON-COMPETITION AGREEMENT\n\nTHIS AGREEMENT, dated as of August 1, 2019, is entered into by Oak Chemical Corporation (“Buyer”), a Pennsylvania corporation, Bay Houghton Ltd., a company incorporated in the Cayman Islands (“Bay Houghton”), and BOCL Corporation Limited, a public limited company (“Bay Oil” and, together with Bay Houghton, the “Sellers” and each, a “Seller”).",
			"NON-COMPETITION AGREEMENT", []string{"Oak Chemical Corporation", "Bay Houghton Ltd.", "BOCL Corporation Limited"}},
		{"recitals that name the companies", "x.pdf",
			"Supply Agreement\n\nWHEREAS Hemi Pharma Inc. is a company with headquarters at One Center, Suite 500 (\"HEMI\") and Sand Products Pharmaceutical Co. LTD is a company with its offices at Tahlia Street (\" SAND”), each a “Party”, and WHEREAS",
			"Supply Agreement", []string{"Hemi Pharma Inc.", "Sand Products Pharmaceutical Co. LTD."}},
		{"companies with their registers", "x.pdf",
			"FLEET MAINTENANCE AGREEMENT\nDATED 13 October 2005\n\nDAIRY CRESCENT LIMITED (Company no 2085) whose registered office is at Claygate House\n\nSED GROUP LIMITED (company no 4463) whose registered office is at Unit 95\n",
			"FLEET MAINTENANCE AGREEMENT", []string{"DAIRY CRESCENT LIMITED", "SED GROUP LIMITED"}},
		{"a place in a name", "x.pdf",
			"SERVICE AGREEMENT\n\nThis Service Agreement is entered into in Beijing, China, by and between:\nParty A: Rise (Tianjin) Education Consulting Co., Ltd. (“Service Provider”)\nand Beta Holdings, Inc. (“Client”)",
			"SERVICE AGREEMENT", []string{"Rise (Tianjin) Education Consulting Co., Ltd.", "Beta Holdings, Inc."}},
		{"a name with a sign and one with an and", "x.pdf",
			"LICENSE AGREEMENT\n\nThis Agreement is between THE HENRY FILM AND ENTERTAINMENT CORPORATION, located at 2809 Unicornio, and PLAN_B MEDIA AG\nSchaafenstr. 25\n50676 Cologne.",
			"LICENSE AGREEMENT", []string{"THE HENRY FILM AND ENTERTAINMENT CORPORATION", "PLAN_B MEDIA AG"}},
		{"a title over its last word", "x.pdf", "Exhibit 10.10\n\nASIA CABLE NETWORK 2\nCONSTRUCTION AND MAINTENANCE\nAGREEMENT\n\nSingapore\n", "ASIA CABLE NETWORK 2 CONSTRUCTION AND MAINTENANCE AGREEMENT", nil},
		{"a title in the name of a filed paper", "BLUEINC_03_27_2002-EX-10.27-e-business Hosting Agreement.pdf", "The parties bargain as follows.", "e-business Hosting Agreement", nil},
		{"an opinion without a title", "op.doc",
			"IN THE\n\nSUPREME COURT OF INDIANA\n\nRICHARD J. JOHNSON,\t\t\t)\n\t\t\t)\n\tAppellant (Defendant Below),\t)\n\t\t\t)\n\t\tv.\t\t) Cause No. 20S00\n\t\t\t)\nSTATE OF INDIANA,\t\t)\n\t\t\t)\n\tAppellee (Plaintiff Below).\t)\n\nNovember 12, 1999\n\nStatement of Facts\n\nHe was convicted.",
			"RICHARD J. JOHNSON v. STATE OF INDIANA", []string{"RICHARD J. JOHNSON", "STATE OF INDIANA"}},
		{"a sentence is no title", "notes.txt", "The agreement was signed late, and nobody knows why.", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			title, parties := Identify(tt.file, []mark.Page{{Number: 1, Text: tt.text}})
			if title != tt.title {
				t.Errorf("title %q, want %q", title, tt.title)
			}
			if !slices.Equal(parties, tt.parties) {
				t.Errorf("parties %q, want %q", parties, tt.parties)
			}
		})
	}
}

func TestFileNamesReadAsWords(t *testing.T) {
	tests := []struct{ name, want string }{
		{"Lease_AcmeRoe.pdf", "Lease Acme Roe"},
		{"Sony_20Pictures_20NDA.txt", "Sony Pictures NDA"},
		{"Master%20Services%20Agreement.docx", "Master Services Agreement"},
		{"ABCHoldings.pdf", "ABC Holdings"},
	}
	for _, tt := range tests {
		if got := ReadableName(tt.name); got != tt.want {
			t.Errorf("ReadableName(%q) = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func FuzzIdentify(f *testing.F) {
	f.Add("a.pdf", "LEASE\nby and between A Inc. and B (\"B\").")
	f.Add("", "x v. y\n)")
	f.Add("\xff_20", "between ((((")
	f.Fuzz(func(t *testing.T, name, text string) {
		title, parties := Identify(name, []mark.Page{{Number: 1, Text: text}})
		if len(title) > titleMax+40 || len(parties) > partiesMax {
			t.Fatalf("title of %d bytes, %d parties", len(title), len(parties))
		}
		for _, p := range parties {
			if p == "" || len(p) > partyMax+10 || utf8.ValidString(text) && !utf8.ValidString(p) {
				t.Fatalf("party %q", p)
			}
		}
	})
}

func TestTitlesThatProgramsWroteAreTakenWhereTheySaySomething(t *testing.T) {
	tests := []struct{ property, want string }{
		{"Microsoft Word - Roe Opinion Draft", "Roe Opinion Draft"},
		{"Microsoft Word - Roe_Reply_Brief_final.docx", "Roe Reply Brief final"},
		{"Microsoft Word - Document1", ""},
		{"10811.exe", ""}, {"scan0001.jpg", ""}, {"Binder1.pdf", ""}, {"Binder1", ""}, {"reply-memo", ""}, {"form_with_field", ""}, {"Untitled", ""}, {"", ""},
		{"  The Act \n of 1998 ", "The Act of 1998"},
		{"Lease", "Lease"},
		{"2007 Instruction 1040-NR", "2007 Instruction 1040-NR"},
	}
	for _, tt := range tests {
		if got := TitleOfProperties(tt.property); got != tt.want {
			t.Errorf("TitleOfProperties(%q) = %q, want %q", tt.property, got, tt.want)
		}
	}
}
