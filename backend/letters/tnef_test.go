package letters_test

import (
	"bytes"
	"encoding/binary"
	"testing"
	"unicode/utf16"

	"markai/backend/letters"
)

// attribute writes one attribute of TNEF.
func attribute(out *bytes.Buffer, level byte, id uint32, data []byte) {
	out.WriteByte(level)
	binary.Write(out, binary.LittleEndian, id)
	binary.Write(out, binary.LittleEndian, uint32(len(data)))
	out.Write(data)
	sum := uint16(0)
	for _, b := range data {
		sum += uint16(b)
	}
	binary.Write(out, binary.LittleEndian, sum)
}

// prop is one property of variable length.
type prop struct {
	kind, id uint16
	named    bool
	value    []byte
}

func props(list ...prop) []byte {
	var out bytes.Buffer
	binary.Write(&out, binary.LittleEndian, uint32(len(list)))
	for _, p := range list {
		binary.Write(&out, binary.LittleEndian, p.kind)
		binary.Write(&out, binary.LittleEndian, p.id)
		if p.named {
			out.Write(make([]byte, 16))
			binary.Write(&out, binary.LittleEndian, uint32(1))
			binary.Write(&out, binary.LittleEndian, uint32(6))
			out.Write(append(wide("ab\x00"), 0, 0))
		}
		binary.Write(&out, binary.LittleEndian, uint32(1))
		binary.Write(&out, binary.LittleEndian, uint32(len(p.value)))
		out.Write(p.value)
		out.Write(make([]byte, (4-len(p.value)%4)%4))
	}
	return out.Bytes()
}

func wide(s string) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return out
}

// winmail makes an attachment as Outlook does: a body and two files.
func winmail() []byte {
	var out bytes.Buffer
	out.WriteString(letters.TNEFMagic + "\x01\x00")
	attribute(&out, 1, 0x00018004, []byte("The lease\x00"))
	attribute(&out, 1, 0x00069003, props(prop{0x001e, 0x8001, true, []byte("x\x00")}, prop{0x001f, 0x1000, false, wide("Dear Ben\x00")}))
	attribute(&out, 2, 0x00069002, make([]byte, 14))
	attribute(&out, 2, 0x00018010, []byte("LEASE~1.TXT\x00"))
	attribute(&out, 2, 0x0006800f, []byte("It ends."))
	attribute(&out, 2, 0x00069005, props(prop{0x001f, 0x3707, false, wide("../lease of 2027.txt\x00")}))
	attribute(&out, 2, 0x00069002, make([]byte, 14))
	attribute(&out, 2, 0x00069005, props(prop{0x000d, 0x3701, false, append(make([]byte, 16), letters.TNEFMagic+"\x01\x00"...)}, prop{0x001e, 0x3001, false, []byte("Earlier\x00")}))
	return out.Bytes()
}

func TestWinmailGivesItsBodyAndFiles(t *testing.T) {
	raw := winmail()
	got, err := letters.ParseTNEF(raw)
	if err != nil || got.Partial || got.Subject != "The lease" || got.Plain != "Dear Ben" || len(got.Files) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	if f := got.Files[0]; f.Name != "lease of 2027.txt" || string(f.Data) != "It ends." {
		t.Errorf("%q: %q", f.Name, f.Data)
	}
	if f := got.Files[1]; string(f.Data) != letters.TNEFMagic+"\x01\x00" {
		t.Errorf("%q: %q", f.Name, f.Data)
	}
	got, err = letters.ParseTNEF(raw[:len(raw)-9])
	if err != nil || !got.Partial || len(got.Files) != 1 {
		t.Errorf("cut: %+v, %v", got, err)
	}
	if _, err := letters.ParseTNEF([]byte("no TNEF")); err == nil {
		t.Error("anything is TNEF")
	}
}

func FuzzParseTNEF(f *testing.F) {
	f.Add(winmail())
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := letters.ParseTNEF(raw)
		if err == nil && !bytes.HasPrefix(raw, []byte(letters.TNEFMagic)) {
			t.Fatal("no magic, no error")
		}
		letters.UnpackRTF(got.RTF, 1<<20)
	})
}
