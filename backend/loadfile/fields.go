package loadfile

import (
	"cmp"
	"path"
	"strings"
	"time"
	"unicode"

	mark "markai/backend"
	"markai/backend/letters"
)

// role is what a field is for.
type role int

const (
	roleNone role = iota
	roleFirst
	roleID    // a number of the system that made the file
	roleRange // the family's first and last numbers
	roleLast
	roleParent    // the parent's own number
	roleGroup     // the first number of the family
	roleGroupLast // the last number of the family
	roleCustodian
	roleNative
	roleText
	roleName
	roleTitle
	roleAuthor
	roleFrom
	roleTo
	roleCC
	roleSubject
	roleSent
	roleSentTime
	roleDate
	roleMessageID
	roleInReplyTo
	roleReferences
	roleHash
)

// roles are the names that fields have in productions, letters and digits alone.
var roles = map[string]role{}

func init() {
	for r, names := range map[role]string{
		roleFirst:      "BEGBATES BEGINBATES BEGINNINGBATES BEGDOC BEGINDOC BEGDOCNO BEGNO PRODBEG PRODBEGBATES PRODBEGDOC PRODUCTIONBEGBATES BATESBEG BATESBEGIN BATESSTART STARTBATES FIRSTBATES FIRSTPAGE BEGCONTROL BEGINCONTROL BATESNUMBER BATESNO BATES BEGPROD STARTPAGE",
		roleID:         "DOCID DOCUMENTID CONTROLNUMBER CONTROLNO CONTROLID DOCNO",
		roleRange:      "ATTACHRANGE ATTACHMENTRANGE ATTRANGE FAMILYRANGE",
		roleLast:       "ENDBATES ENDINGBATES ENDDOC ENDDOCNO ENDNO PRODEND PRODENDBATES PRODENDDOC PRODUCTIONENDBATES BATESEND ENDCONTROL LASTBATES LASTPAGE ENDPROD ENDPAGE",
		roleParent:     "PARENTID PARENTDOCID PARENTBATES PARENTBEGBATES PARENTDOCUMENTID PARENT",
		roleGroup:      "BEGATTACH BEGINATTACH BEGATT BEGATTACHMENT BEGINNINGATTACHMENT ATTACHBEG PRODBEGATTACH PRODBEGATT BATESBEGATTACH BEGBATESATTACH BEGFAMILY FAMILYBEG ATTACHSTART BEGGROUP GROUPBEG PRODUCTIONBEGATTACH",
		roleGroupLast:  "ENDATTACH ENDATT ENDATTACHMENT ENDINGATTACHMENT ATTACHEND PRODENDATTACH PRODENDATT BATESENDATTACH ENDBATESATTACH ENDFAMILY FAMILYEND ENDGROUP GROUPEND PRODUCTIONENDATTACH",
		roleCustodian:  "CUSTODIAN CUSTODIANNAME CUST PRIMARYCUSTODIAN",
		roleNative:     "NATIVELINK NATIVEFILE NATIVEPATH NATIVEFILEPATH NATIVEFILELINK NATIVE DOCLINK FILELINK ITEMPATH LINKTONATIVE NATIVELINKPATH",
		roleText:       "TEXTLINK TEXTPATH TEXTFILE TEXTFILEPATH TEXTPRECEDENCE OCRPATH OCRLINK OCRFILE OCRTEXT EXTRACTEDTEXT EXTRACTEDTEXTPATH EXTRACTEDTEXTLINK FULLTEXT FULLTEXTPATH TEXT DOCTEXT BODY",
		roleName:       "FILENAME ORIGINALFILENAME ORIGFILENAME DOCNAME NATIVEFILENAME FILE ATTACHNAME ATTACHMENTNAME",
		roleTitle:      "TITLE DOCTITLE DOCUMENTTITLE",
		roleAuthor:     "AUTHOR DOCAUTHOR CREATOR",
		roleFrom:       "FROM EMAILFROM SENDER MAILFROM",
		roleTo:         "TO EMAILTO RECIPIENT RECIPIENTS MAILTO",
		roleCC:         "CC EMAILCC MAILCC COPYEE",
		roleSubject:    "SUBJECT EMAILSUBJECT MAILSUBJECT SUBJECTLINE",
		roleSent:       "DATESENT SENTDATE SENTON EMAILDATESENT DATETIMESENT SENTDATETIME SENT MAILDATE",
		roleSentTime:   "TIMESENT SENTTIME EMAILTIMESENT",
		roleDate:       "DOCDATE DOCUMENTDATE DATE PRIMARYDATE SORTDATE MASTERDATE FAMILYDATE DATECREATED CREATEDATE CREATIONDATE DATECREATE DATELASTMOD DATEMODIFIED LASTMODIFIED LASTMODDATE MODDATE LASTMODIFIEDDATE DATERECEIVED RECEIVEDDATE DATERCVD",
		roleMessageID:  "MESSAGEID INTERNETMESSAGEID MSGID EMAILMESSAGEID",
		roleInReplyTo:  "INREPLYTO INREPLYTOID",
		roleReferences: "REFERENCES THREADREFERENCES",
		roleHash:       "MD5HASH MD5 HASH HASHVALUE FILEHASH SHA1 SHA1HASH SHA256 SHA256HASH SHAHASH",
	} {
		for name := range strings.FieldsSeq(names) {
			roles[name] = r
		}
	}
}

// roleOf says what a field of this name is for.
func roleOf(name string) role { return roles[bare(name)] }

// bare is a name without what productions write differently.
func bare(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToUpper(r)
		}
		return -1
	}, name)
}

// Record returns what a row says.
func (t *Table) Record(row int, values []string) Record {
	f := fields{}
	for i, v := range values {
		if i < len(t.Fields) {
			f.set(t.Fields[i], v)
		}
	}
	return f.record(row)
}

// fields are what a load file says of one document.
type fields struct {
	by    map[role]string
	other map[string]string
	group string
}

// set takes a field in. Of several fields for one thing the first that is not
// empty counts.
func (f *fields) set(name, value string) {
	if value = strings.TrimSpace(value); value == "" {
		return
	}
	if f.by == nil {
		f.by, f.other = map[role]string{}, map[string]string{}
	}
	r := roleOf(name)
	if r != roleNone && f.by[r] == "" {
		f.by[r] = value
		return
	}
	if len(value) > maxField {
		value = strings.ToValidUTF8(value[:maxField], "")
	}
	f.other[name] = value
}

// maxField bounds the values of fields that are kept as they are.
const maxField = 4 << 10

// record makes a record of the fields.
func (f *fields) record(row int) Record {
	by := f.by
	r := Record{
		Row: row, ID: by[roleID], First: cmp.Or(by[roleFirst], by[roleID]), Last: by[roleLast], Name: by[roleName], Title: by[roleTitle],
		Native: by[roleNative], Hash: strings.ToLower(by[roleHash]),
	}
	if t := by[roleText]; isLink(t) {
		r.Text = t
	} else {
		r.Body = t
	}
	first, _, _ := strings.Cut(by[roleRange], " - ")
	if first == by[roleRange] {
		first, _, _ = strings.Cut(first, "-")
	}
	r.Parent = cmp.Or(by[roleParent], by[roleGroup], strings.TrimSpace(first))
	if strings.EqualFold(r.Parent, r.First) || strings.EqualFold(r.Parent, r.ID) {
		r.Parent = ""
	}
	m := mark.Meta{Author: by[roleAuthor], Custodian: by[roleCustodian], BatesFirst: r.First, BatesLast: r.Last, Fields: f.other}
	if m.BatesLast == "" {
		m.BatesLast = r.First
	}
	sent := Date(strings.TrimSpace(by[roleSent] + " " + by[roleSentTime]))
	if sent.IsZero() {
		sent = Date(by[roleSent])
	}
	if by[roleFrom] != "" || by[roleMessageID] != "" || !sent.IsZero() && (by[roleTo] != "" || by[roleSubject] != "") {
		m.Type = mark.TypeMail
		m.Mail = &mark.MailHead{
			MessageID: strings.Trim(by[roleMessageID], "<> "), InReplyTo: letters.Identifier(by[roleInReplyTo]), References: letters.Identifiers(by[roleReferences]),
			From: by[roleFrom], To: people(by[roleTo]), CC: people(by[roleCC]),
			Subject: by[roleSubject], Sent: sent,
		}
		if r.Title == "" {
			r.Title = by[roleSubject]
		}
	}
	if sent.IsZero() {
		sent = Date(by[roleDate])
	}
	if !sent.IsZero() {
		m.Date = sent.Format(time.DateOnly)
	}
	r.Meta = m
	return r
}

// people splits a list of people. Where semicolons part it, commas stand inside
// names.
func people(s string) []string {
	same := func(s string) string { return s }
	if !strings.Contains(s, ";") {
		return letters.People(s, same)
	}
	var out []string
	for who := range strings.SplitSeq(s, ";") {
		if who = strings.TrimSpace(who); who != "" {
			out = append(out, who)
		}
	}
	return out
}

// isLink reports whether a value of a text field is the way to a file and not
// the text itself.
func isLink(s string) bool {
	if len(s) > 500 || strings.Contains(s, "\n") {
		return false
	}
	ext := path.Ext(strings.ReplaceAll(s, `\`, "/"))
	return len(ext) >= 4 && len(ext) <= 5 && !strings.ContainsAny(ext, " ")
}

// days and times are how load files write dates; American order, as productions
// have it.
var (
	days  = []string{"1/2/2006", "2006-01-02", "20060102", "1-2-2006", "2006/01/02", "2-Jan-2006", "Jan 2, 2006", "1/2/06", "January 2, 2006"}
	times = []string{"", " 15:04:05", " 15:04", " 3:04:05 PM", " 3:04 PM", " 3:04PM", " 15:04:05 -0700", " 15:04 MST", " 3:04 PM MST", " 15:04:05 MST", " 150405"}
)

// Date reads a date of a load file, the zero time when it cannot. Without a
// zone it is taken for UTC.
func Date(s string) time.Time {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" || strings.HasPrefix(s, "0000") || strings.HasPrefix(s, "00/00") {
		return time.Time{}
	}
	for _, l := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(l, s); err == nil && sane(t) {
			return t
		}
	}
	for _, d := range days {
		for _, c := range times {
			if t, err := time.Parse(d+c, s); err == nil && sane(t) {
				return t
			}
		}
	}
	return letters.Date(s)
}

func sane(t time.Time) bool { return t.Year() > 1900 && t.Year() < 2200 }
