package watch

import (
	"slices"
	"testing"
	"time"

	mark "markai/backend"
)

func TestAFileThatChangesWithoutEndHoldsNothingUp(t *testing.T) {
	s := New(Config{Settle: time.Millisecond, Every: time.Hour})
	all := time.Now().Add(time.Minute)
	m := &matter{id: "m", due: map[string]*due{"/folder": {all: all}}}
	s.matters[mark.MatterID("m")] = m
	s.due(m, "/folder", "/folder/new", time.Millisecond)
	for end := time.Now().Add(2 * patience * time.Millisecond); time.Now().Before(end); {
		s.due(m, "/folder", "/folder/busy", 30*time.Second)
	}
	found, root, paths, _ := s.next()
	if found != m || root != "/folder" || !slices.Equal(paths, []string{"/folder/busy", "/folder/new"}) {
		t.Fatalf("%v of %q is due, want both files", paths, root)
	}
	if d := m.due["/folder"]; !d.all.Equal(all) || len(d.paths) > 0 {
		t.Errorf("the look at all of the folder is due at %v, want %v as before", d.all, all)
	}
	if found, _, _, wait := s.next(); found != nil || wait > time.Minute {
		t.Errorf("%v is due, and nothing for %v", found, wait)
	}
}

func TestTheLookAtAllOfAFolderIsNotPutOff(t *testing.T) {
	s := New(Config{Settle: time.Millisecond, Every: time.Hour})
	m := &matter{id: "m", due: map[string]*due{"/folder": {all: time.Now().Add(-time.Second)}}}
	s.matters[mark.MatterID("m")] = m
	s.due(m, "/folder", "/folder/new", time.Millisecond)
	if found, _, paths, _ := s.next(); found != m || paths != nil {
		t.Fatalf("%v of %v is due, want all of the folder", paths, found)
	}
	for n := range maxDue + 1 { // so many changes are looked for in all of it
		s.due(m, "/folder", "/folder/"+time.Duration(n).String(), 0)
	}
	if found, _, paths, _ := s.next(); found != m || paths != nil {
		t.Errorf("%d paths of %v are due, want all of the folder", len(paths), found)
	}
}
