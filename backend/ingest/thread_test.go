package ingest

import (
	"slices"
	"testing"

	mark "markai/backend"
)

func TestThreadKeysLeaveOutWhatMailProgramsAdd(t *testing.T) {
	for _, c := range []struct {
		subject, want string
		reply         bool
	}{
		{"Lease", "lease", false},
		{"RE: Lease", "lease", true},
		{"Re: AW: Fwd: FW:  Lease  renewal", "lease renewal", true},
		{"Re[2]: Lease", "lease", true},
		{"[EXTERNAL] Re: Lease", "lease", true},
		{"[EXTERNAL] Lease", "lease", false},
		{"Regarding: Lease", "regarding: lease", false},
		{"Reference: 12", "reference: 12", false},
		{"", "", false},
	} {
		k := threadKeys(&mark.MailHead{Subject: c.subject})
		if k.Subject != c.want || k.Reply != c.reply || len(k.Messages) != 0 {
			t.Errorf("%q gives %+v", c.subject, k)
		}
	}
	k := threadKeys(&mark.MailHead{MessageID: "3", InReplyTo: "2", References: []string{"1", "2"}})
	if !slices.Equal(k.Messages, []string{"1", "2", "3"}) {
		t.Errorf("messages %v", k.Messages)
	}
}
