package letters

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"

	mark "markai/backend"
)

// TNEFMagic is how an attachment begins that Outlook packed its own properties
// and the real attachments into, usually named winmail.dat.
const TNEFMagic = "\x78\x9f\x3e\x22"

// maxTNEFFiles bounds the attachments of one.
const maxTNEFFiles = 2_000

// TNEF is what is inside such an attachment.
type TNEF struct {
	Subject string
	Plain   string // the body's forms; each may be empty
	HTML    []byte
	RTF     []byte // packed, for UnpackRTF
	Files   []TNEFFile
	Partial bool // it is damaged, and something is missing
}

// TNEFFile is one attachment. A message inside is itself TNEF.
type TNEFFile struct {
	Name string
	Data []byte // shares the memory of what was parsed
}

// The attributes that are read (MS-OXTNEF 2.1.3), by type and name.
const (
	attSubject  = 0x00018004
	attBody     = 0x0002800c
	attTitle    = 0x00018010
	attData     = 0x0006800f
	attRendData = 0x00069002
	attMsgProps = 0x00069003
	attProps    = 0x00069005
)

// The properties that are read (MS-OXPROPS), by their numbers.
const (
	propSubject  = 0x0037
	propBody     = 0x1000
	propRTF      = 0x1009
	propHTML     = 0x1013
	propName     = 0x3001
	propData     = 0x3701
	propFileName = 0x3704
	propLongName = 0x3707
)

var errTNEF = errors.New("letters: no TNEF")

// ParseTNEF reads an attachment in the transport-neutral encapsulation format
// (MS-OXTNEF). What is damaged ends it: Partial then is set. The error says
// that it is none.
func ParseTNEF(raw []byte) (TNEF, error) {
	const header, overhead = 6, 11
	if len(raw) < header || string(raw[:4]) != TNEFMagic {
		return TNEF{}, errTNEF
	}
	var t TNEF
	for b := raw[header:]; len(b) > 0; {
		if len(b) < overhead {
			t.Partial = true
			break
		}
		id, n := binary.LittleEndian.Uint32(b[1:]), binary.LittleEndian.Uint32(b[5:])
		if uint64(n) > uint64(len(b)-overhead) {
			t.Partial = true
			break
		}
		t.attribute(id, b[overhead-2:overhead-2+int(n)])
		b = b[overhead+int(n):]
	}
	t.Files = slices.DeleteFunc(t.Files, func(f TNEFFile) bool { return f.Data == nil })
	return t, nil
}

// attribute takes one attribute in.
func (t *TNEF) attribute(id uint32, data []byte) {
	switch id {
	case attSubject:
		t.Subject = ansi(data)
	case attBody:
		t.Plain = ansi(data)
	case attRendData: // an attachment begins
		if len(t.Files) < maxTNEFFiles {
			t.Files = append(t.Files, TNEFFile{})
		} else {
			t.Partial = true
		}
	case attMsgProps:
		t.Partial = !properly(data, func(id, kind uint16, v []byte) {
			switch id {
			case propSubject:
				t.Subject = stringOf(kind, v)
			case propBody:
				t.Plain = stringOf(kind, v)
			case propHTML:
				t.HTML = v
			case propRTF:
				t.RTF = v
			}
		}) || t.Partial
	}
	if len(t.Files) == 0 {
		return
	}
	f := &t.Files[len(t.Files)-1]
	switch id {
	case attTitle:
		if f.Name == "" {
			f.Name = mark.FileName(ansi(data))
		}
	case attData:
		f.Data = data
	case attProps:
		long := false
		t.Partial = !properly(data, func(id, kind uint16, v []byte) {
			switch id {
			case propLongName:
				f.Name, long = mark.FileName(stringOf(kind, v)), true
			case propFileName, propName:
				if !long && f.Name == "" {
					f.Name = mark.FileName(stringOf(kind, v))
				}
			case propData:
				const object, identifier = 0x000d, 16
				if kind == object && len(v) > identifier {
					f.Data = v[identifier:]
					if strings.HasPrefix(string(f.Data), TNEFMagic) && !strings.HasSuffix(strings.ToLower(f.Name), ".dat") {
						f.Name = strings.TrimSuffix(f.Name, ".msg") + ".tnef"
					}
				} else if f.Data == nil {
					f.Data = v
				}
			}
		}) || t.Partial
	}
}

// properly goes through a list of properties and reports whether it was whole.
// A property of several values is given with each.
func properly(b []byte, got func(id, kind uint16, value []byte)) bool {
	take := func(n int) []byte {
		if n < 0 || n > len(b) {
			b = nil
			return nil
		}
		out := b[:n]
		b = b[n:]
		return out
	}
	number := func() int {
		v := take(4)
		if v == nil {
			return -1
		}
		return int(binary.LittleEndian.Uint32(v))
	}
	count := number()
	for range max(count, 0) {
		head := take(4)
		if head == nil {
			return false
		}
		kind, id := binary.LittleEndian.Uint16(head), binary.LittleEndian.Uint16(head[2:])
		if id >= 0x8000 && !skipName(take, number) {
			return false
		}
		const several = 0x1000
		values, variable := 1, false
		size := fixedSize(kind &^ several)
		if size == 0 {
			variable = true
		}
		if kind&several != 0 || variable {
			if values = number(); values < 0 || values > len(b) {
				return false
			}
		}
		for range values {
			n := size
			if variable {
				if n = number(); n < 0 {
					return false
				}
			}
			v := take(n)
			if v == nil && n > 0 {
				return false
			}
			if pad := (4 - n%4) % 4; pad <= len(b) {
				take(pad)
			}
			got(id, kind, v)
		}
	}
	return count >= 0
}

// skipName goes over the name of a named property.
func skipName(take func(int) []byte, number func() int) bool {
	if take(16) == nil {
		return false
	}
	switch number() {
	case 0:
		return number() >= 0
	case 1:
		n := number()
		if n < 0 || take(n) == nil && n > 0 {
			return false
		}
		take((4 - n%4) % 4)
		return true
	}
	return false
}

// fixedSize returns how many bytes a value of this type has, 0 when it says so
// itself.
func fixedSize(kind uint16) int {
	switch kind {
	case 0x0002, 0x0003, 0x0004, 0x000a, 0x000b:
		return 4 // shorter ones are padded
	case 0x0005, 0x0006, 0x0007, 0x0014, 0x0040:
		return 8
	case 0x0048:
		return 16
	case 0x0001:
		return 4
	}
	return 0
}

// stringOf decodes a string property.
func stringOf(kind uint16, v []byte) string {
	const wide = 0x001f
	if kind&^0x1000 != wide {
		return ansi(v)
	}
	units := make([]uint16, len(v)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(v[2*i:])
	}
	return strings.TrimRight(string(utf16.Decode(units)), "\x00")
}

// ansi decodes a string of the sender's code page, taken for Windows-1252.
func ansi(v []byte) string {
	s, err := charmap.Windows1252.NewDecoder().Bytes(v)
	if err != nil {
		s = v
	}
	return strings.TrimRight(strings.ToValidUTF8(string(s), "\ufffd"), "\x00")
}
