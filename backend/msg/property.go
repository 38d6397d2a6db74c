package msg

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"markai/backend/compound"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// propertyStream holds the values of fixed length of a message, a recipient or
// an attachment (MS-OXMSG 2.4).
const propertyStream = "__properties_version1.0"

// The properties that are read (MS-OXPROPS), by their numbers.
const (
	tagClass         = 0x001a
	tagSubject       = 0x0037
	tagSent          = 0x0039
	tagSenderOfName  = 0x0042 // whom the sender acted for
	tagSenderOf      = 0x0065
	tagSenderOfSMTP  = 0x5d02
	tagHeaders       = 0x007d
	tagSenderName    = 0x0c1a
	tagSender        = 0x0c1f
	tagSenderSMTP    = 0x5d01
	tagRecipientType = 0x0c15
	tagShownBcc      = 0x0e02
	tagShownCc       = 0x0e03
	tagShownTo       = 0x0e04
	tagDelivered     = 0x0e06
	tagBody          = 0x1000
	tagMessageID     = 0x1035
	tagReferences    = 0x1039
	tagInReplyTo     = 0x1042
	tagRTF           = 0x1009
	tagHTML          = 0x1013
	tagName          = 0x3001
	tagAddress       = 0x3003
	tagCreated       = 0x3007
	tagData          = 0x3701
	tagShortName     = 0x3704
	tagLongName      = 0x3707
	tagMIME          = 0x370e
	tagContentID     = 0x3712
	tagSMTP          = 0x39fe
	tagInternetCode  = 0x3fde // code page of the web page form
	tagMessageCode   = 0x3ffd // code page of strings that are not Unicode
	tagHidden        = 0x7ffe
)

// The types of properties, as the names of their streams end.
const (
	typeBytes   = "0102"
	typeANSI    = "001E"
	typeUnicode = "001F"
	typeObject  = "000D"
)

// bag is the properties of one thing in the file.
type bag struct {
	dir   *compound.Storage
	fixed map[uint16]uint64 // values of at most eight bytes
	enc   encoding.Encoding // of strings that are not Unicode
}

// newBag reads the fixed properties of dir, which follow header bytes.
func newBag(dir *compound.Storage, header int, enc encoding.Encoding) bag {
	b := bag{dir: dir, fixed: map[uint16]uint64{}, enc: enc}
	// Without this stream only the times, the code pages and the roles are
	// missing; the rest of the message is as good.
	raw, _ := dir.Stream(propertyStream)
	for at := header; at+16 <= len(raw); at += 16 {
		tag := binary.LittleEndian.Uint32(raw[at:])
		if len(b.fixed) < 10_000 {
			b.fixed[uint16(tag>>16)] = binary.LittleEndian.Uint64(raw[at+8:])
		}
	}
	if page, ok := b.fixed[tagMessageCode]; ok {
		b.enc = codePage(uint32(page), b.enc)
	}
	return b
}

// codePage returns the encoding of a Windows code page, or otherwise where
// there is none of that number.
func codePage(n uint32, otherwise encoding.Encoding) encoding.Encoding {
	label := "windows-" + strconv.Itoa(int(n))
	switch n {
	case 65001:
		return encoding.Nop
	case 932:
		label = "shift_jis"
	case 936:
		label = "gbk"
	case 949:
		label = "euc-kr"
	case 950:
		label = "big5"
	case 20866:
		label = "koi8-r"
	case 28591:
		label = "iso-8859-1"
	case 50220:
		label = "iso-2022-jp"
	}
	if enc, _ := charset.Lookup(label); enc != nil {
		return enc
	}
	return otherwise
}

// binary returns a property of bytes. Errors are those of Stream.
func (b bag) binary(tag uint16) ([]byte, error) { return b.dir.Stream(stream(tag, typeBytes)) }

// stream names the stream of a property.
func stream(tag uint16, kind string) string { return fmt.Sprintf("__substg1.0_%04X%s", tag, kind) }

// string returns a property that is text, as far as it can be read, or "".
func (b bag) string(tag uint16) string {
	raw, err := b.dir.Stream(stream(tag, typeUnicode))
	if !errors.Is(err, compound.ErrMissing) {
		s, err := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder().Bytes(raw)
		if err != nil {
			return ""
		}
		return strings.TrimRight(string(s), "\x00")
	}
	raw, _ = b.dir.Stream(stream(tag, typeANSI))
	return strings.TrimRight(decode(raw, b.enc), "\x00")
}

// line returns a property that is text, on one line.
func (b bag) line(tag uint16) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(b.string(tag), "\x00", " ")), " ")
}

// first returns the first of the properties that says something.
func (b bag) first(tags ...uint16) string {
	for _, t := range tags {
		if s := b.line(t); s != "" {
			return s
		}
	}
	return ""
}

// time returns the first of the properties that is a time, in UTC.
func (b bag) time(tags ...uint16) time.Time {
	// FILETIME counts 100 ns from 1601.
	const toUnix = 116_444_736_000_000_000
	for _, t := range tags {
		v, ok := b.fixed[t]
		if at := int64(v) - toUnix; ok && v > 0 && at > -toUnix/2 && at < 4*toUnix {
			return time.Unix(at/1e7, at%1e7*100).UTC()
		}
	}
	return time.Time{}
}

// decode makes UTF-8 of bytes in enc.
func decode(raw []byte, enc encoding.Encoding) string {
	if enc == nil {
		enc = charmap.Windows1252
	}
	s, err := enc.NewDecoder().Bytes(raw)
	if err != nil {
		s = raw
	}
	return strings.ToValidUTF8(string(s), "\ufffd")
}
