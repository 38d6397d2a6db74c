package structure

import (
	"slices"
	"strings"
	"testing"

	mark "markai/backend"
)

const caption = "UNITED STATES DISTRICT COURT\nFOR THE NORTHERN DISTRICT OF OHIO\n\nJANE ROE,\n\nPlaintiff,\n\nv.\n\nACME WIDGETS, INC.,\n\nDefendant.\n\nCase No. 1:20-cv-00012\n\n"

func TestDocumentsAreToldByTheirHeads(t *testing.T) {
	tests := []struct {
		want       mark.DocumentType
		name, text string
	}{
		{mark.TypePleading, "complaint", caption + "COMPLAINT FOR BREACH OF CONTRACT\n\nPlaintiff Jane Roe, by her attorneys, states as follows for her complaint."},
		{mark.TypePleading, "answer", caption + "ANSWER AND AFFIRMATIVE DEFENSES TO FIRST AMENDED COMPLAINT\n\nDefendant denies the allegations of paragraph 1."},
		{mark.TypePleading, "indictment", "UNITED STATES DISTRICT COURT\nDISTRICT OF UTAH\n\nUNITED STATES OF AMERICA,\nPlaintiff,\nv.\nJOHN DOE,\nDefendant.\n\nINDICTMENT\n\nThe Grand Jury charges:"},
		{mark.TypeMotion, "motion", caption + "DEFENDANT’S MOTION TO DISMISS\n\nDefendant moves under Rule 12(b)(6) for an order that dismisses the complaint."},
		{mark.TypeMotion, "memorandum", caption + "MEMORANDUM OF LAW IN SUPPORT OF MOTION FOR SUMMARY JUDGMENT\n\nThere is no dispute of fact."},
		{mark.TypeMotion, "brief", "No. 20-1234\n\nIN THE UNITED STATES COURT OF APPEALS\nFOR THE SIXTH CIRCUIT\n\nJane Roe,\nPlaintiff-Appellant,\nv.\nAcme Widgets, Inc.,\nDefendant-Appellee.\n\nBRIEF OF APPELLANT\n\nThe district court erred."},
		{mark.TypeMotion, "opposition", caption + "PLAINTIFF’S OPPOSITION TO DEFENDANT’S MOTION TO COMPEL\n\nThe motion is late."},
		{mark.TypeOrder, "order", caption + "ORDER GRANTING MOTION TO DISMISS\n\nThe motion is granted. IT IS SO ORDERED."},
		{mark.TypeOrder, "opinion", caption + "MEMORANDUM OPINION AND ORDER\n\nThe court finds for the plaintiff."},
		{mark.TypeOrder, "judgment", caption + "FINAL JUDGMENT\n\nJudgment is entered for the plaintiff."},
		{mark.TypeDiscovery, "interrogatories", caption + "PLAINTIFF’S FIRST SET OF INTERROGATORIES TO DEFENDANT\n\nState the name of each person who knew."},
		{mark.TypeDiscovery, "requests", caption + "DEFENDANT’S FIRST REQUEST FOR PRODUCTION OF DOCUMENTS\n\nProduce all letters."},
		{mark.TypeDiscovery, "subpoena", caption + "SUBPOENA TO TESTIFY AT A DEPOSITION IN A CIVIL ACTION\n\nYou are commanded to appear."},
		{mark.TypeDeclaration, "declaration", caption + "DECLARATION OF JOHN SMITH IN SUPPORT OF MOTION TO DISMISS\n\nI, John Smith, declare:"},
		{mark.TypeDeclaration, "affidavit", "AFFIDAVIT OF MARY POE\n\nSTATE OF OHIO\nCOUNTY OF LUCAS\n\nMary Poe, being duly sworn, says:"},
		{mark.TypeNotice, "notice", caption + "NOTICE OF APPEAL\n\nNotice is given that Jane Roe appeals."},
		{mark.TypeContract, "lease", "COMMERCIAL LEASE\n\nThis Lease is made as of May 1, 2021 between Acme, LLC (“Landlord”) and Jane Roe (“Tenant”)."},
		{mark.TypeContract, "restated", "AMENDED AND RESTATED CREDIT AGREEMENT\n\ndated as of May 1, 2021\n\namong\n\nACME, INC.\n\nand\n\nTHE LENDERS"},
		{mark.TypeContract, "settlement", "CONFIDENTIAL SETTLEMENT AGREEMENT AND RELEASE\n\nThis Settlement Agreement is entered into between Jane Roe and Acme, Inc."},
		{mark.TypeAmendment, "amendment", "FIRST AMENDMENT TO LEASE AGREEMENT\n\nThis First Amendment is made as of May 1, 2022 between Acme, LLC and Jane Roe."},
		{mark.TypeAmendment, "numbered amendment", "AMENDMENT NO. 2 TO MASTER SERVICES AGREEMENT\n\nThis amendment is made between the parties."},
		{mark.TypePolicy, "privacy", "Privacy Policy\n\nLast updated: May 1, 2021\n\nThis Privacy Policy explains how we collect personal information."},
		{mark.TypePolicy, "terms", "Terms of Service\n\nBy using our site you agree to these terms."},
		{mark.TypeCorporate, "bylaws", "BYLAWS\nOF\nACME WIDGETS, INC.\n\nARTICLE I\nOFFICES\n\nThe offices are in Ohio."},
		{mark.TypeCorporate, "minutes", "MINUTES OF A MEETING OF THE BOARD OF DIRECTORS\nOF ACME WIDGETS, INC.\n\nThe meeting was called to order."},
		{mark.TypeCorporate, "certificate", "CERTIFICATE OF INCORPORATION\nOF\nACME WIDGETS, INC.\n\nFIRST: The name is Acme."},
		{mark.TypeLetter, "letter", "SMITH & DOE LLP\n12 Main Street\nToledo, Ohio\n\nMay 5, 2021\n\nDear Ms. Roe:\n\nWe write about the lease agreement.\n\nVery truly yours,\n\nJohn Smith"},
		{mark.TypeMemo, "memo", "MEMORANDUM\n\nTO: File\nFROM: J. Smith\nDATE: May 5, 2021\nRE: Acme lease\n\nThe tenant called."},
		{mark.TypeMemo, "a memo on a case", "Memorandum to file\n\nTo: Ann Lee\n\nFrom: Dan Poe\n\nRe: Acme, Inc. and Birch, LLC, Supply Agreement\n\n1. What we were asked\n\nIn Tarrant Water v. Herrmann the Supreme Court affirmed the judgment of the Court of Appeals. Circuit judges before had so ordered."},
		{mark.TypeInvoice, "invoice", "SMITH & DOE LLP\n\nINVOICE\n\nInvoice No. 1234\nDate: May 5, 2021\n\nServices rendered $5,000.00\nTotal due $5,000.00"},
		{mark.TypeReport, "report", "EXPERT REPORT OF DR. ANN POE\n\nI have been asked to look at the pump."},
		{mark.TypeStatute, "statute", "Public Law 105–304\n105th Congress\n\nAn Act to amend title 17, United States Code.\n\n§ 101. Definitions"},
		{mark.TypeStatute, "rule", "47698\n\nProposed Rules\n\nThis section of the FEDERAL REGISTER holds notices.\n\nDEPARTMENT OF TRANSPORTATION\n14 CFR Part 39\nRIN 2120–AA64\n\nAirworthiness Directives"},
		{mark.TypeForm, "form", "Form 1040 (Rev. 2021)\nOMB No. 1545-0074\n\nName: ________\nAddress: ________\nCity: ________\nPhone: ________"},
		{mark.TypeExhibit, "cover", "EXHIBIT B\n"},
		{"", "prose", "It was late in the year, and the rain had not stopped for days. Nobody came to the house."},
		{"", "list", "milk\nbread\nbutter\n"},
	}
	right := 0
	for _, tt := range tests {
		got := scan(mark.Document{Name: "a.pdf", Kind: mark.KindPDF}, tt.text).Meta.Type
		if got != tt.want {
			t.Errorf("%s is a %q, want %q", tt.name, got, tt.want)
			continue
		}
		right++
	}
	t.Logf("%d of %d", right, len(tests))
}

func TestFilesOfSomeKindsAreToldByTheirEndings(t *testing.T) {
	for name, want := range map[string]mark.DocumentType{"a.XLSX": mark.TypeSpreadsheet, "b.pptx": mark.TypePresentation, "c.ics": mark.TypeCalendarRecord, "d.zip": mark.TypeContainer} {
		if got := scan(mark.Document{Name: name, Kind: mark.KindText}, "LEASE AGREEMENT").Meta.Type; got != want {
			t.Errorf("%s is a %q, want %q", name, got, want)
		}
	}
	if got := scan(mark.Document{Name: "x.eml", Kind: mark.KindMail}, "Subject: LEASE AGREEMENT").Meta.Type; got != mark.TypeMail {
		t.Errorf("a message is a %q", got)
	}
}

func TestADocumentHasTheDateThatItGivesItself(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"a contract", "LEASE AGREEMENT\n\nThis Lease is made as of May 1, 2021 between Acme, LLC and Jane Roe, and ends on May 31, 2024.", "2021-05-01"},
		{"a contract about another", "SUPPLY AGREEMENT\n\nThe parties to the License Agreement dated March 10, 2016 agree as follows.", ""},
		{"a paper that was filed", "Case 1:20-cv-12 Document 4 Filed 01/02/20 Page 1\n\n" + caption + "ORDER\n\nOn May 1, 2019 the plaintiff sued.", "2020-01-02"},
		{"an order that is dated at its end", caption + "ORDER\n\nThe motion is denied.\n\nIT IS SO ORDERED.\n\nDated: August 5, 2016\n\nDAVID CARTER\nUnited States District Judge", "2016-08-05"},
		{"a letter", "Smith & Doe\n\nMay 5, 2021\n\nDear Ms. Roe:\n\nOn April 1, 2020 you wrote.\n\nSincerely,\n\nJohn", "2021-05-05"},
		{"nothing that dates it", "Notes\n\nThe term ends on May 31, 2024.", ""},
	}
	for _, tt := range tests {
		if got := scan(mark.Document{Kind: mark.KindPDF}, tt.text).Meta.Date; got != tt.want {
			t.Errorf("%s: date %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestRulesAcrossAnOpinionAreNoBlanks(t *testing.T) {
	rule := strings.Repeat("_", 78) + "\n\n"
	text := "In the\nIndiana Supreme Court\n" + rule + "No. 49S00\n\nState of Indiana,\nAppellant (Plaintiff below),\n\nv.\n\nCharles Barker,\nAppellee (Defendant below).\n" +
		rule + "On Petition For Rehearing\n" + rule + "May 4, 2005\n\nDickson, Justice.\n\nThe appellee seeks rehearing following our decision. We decline it as to all issues but one, and affirm the judgment of the trial court.\n"
	if r := scan(mark.Document{Kind: mark.KindWord, Name: "opinion.doc"}, text); r.Meta.Type != mark.TypeOrder {
		t.Errorf("it is a %q", r.Meta.Type)
	}
}

func TestLabelsOfAFormAreNoHeadings(t *testing.T) {
	const line = "Write the name of the person whom this petition is about and the place where they live now."
	text := "Form 12\nApproved by the Supreme Court\n\n[ ] Petitioner  [ ] Respondent\n\nPhone\n\n" + line + "\n\nIf Form If Form If Form\n\n" + line +
		"\n\nCertificate of Service\n\n" + line + "\n\nDate: ____________  Signature: ____________\n\n[ ] Yes [ ] No ____________\n"
	r := scan(mark.Document{Kind: mark.KindPDF, Name: "form.pdf"}, text)
	if r.Meta.Type != mark.TypeForm {
		t.Fatalf("it is a %q", r.Meta.Type)
	}
	if got := told(r, mark.FeatureHeading); !slices.Equal(got, []string{"Certificate of Service"}) {
		t.Errorf("headings %q", got)
	}
}
