package letters

import (
	"encoding/binary"
	"errors"
)

// errRTF says that the rich text form breaks off or is no rich text.
var errRTF = errors.New("letters: broken rich text")

// dictionary is what the unpacking of rich text begins with (MS-OXRTFCP 2.1.2.1).
const dictionary = "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript " +
	"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par " +
	"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"

// UnpackRTF unpacks the rich text form of a body (MS-OXRTFCP) to at most limit
// bytes. It returns what could be unpacked even with an error.
func UnpackRTF(in []byte, limit int) ([]byte, error) {
	const header = 16
	if len(in) < header {
		return nil, errRTF
	}
	size := int(binary.LittleEndian.Uint32(in[4:]))
	kind := string(in[8:12])
	in = in[header:]
	switch kind {
	case "MELA": // stored as it is
		if size > len(in) {
			return in, errRTF
		}
		return in[:size], nil
	case "LZFu":
	default:
		return nil, errRTF
	}
	const window = 4096
	var ring [window]byte
	at := copy(ring[:], dictionary)
	var out []byte
	put := func(c byte) {
		ring[at] = c
		at = (at + 1) % window
		out = append(out, c)
	}
	for i := 0; i < len(in); {
		control := in[i]
		i++
		for bit := range 8 {
			if len(out) > limit {
				return out[:limit], errRTF
			}
			if control>>bit&1 == 0 {
				if i >= len(in) {
					return out, errRTF
				}
				put(in[i])
				i++
				continue
			}
			if i+2 > len(in) {
				return out, errRTF
			}
			ref := int(in[i])<<8 | int(in[i+1])
			i += 2
			from, length := ref>>4, ref&15+2
			if from == at {
				return out, nil // the end is a reference to itself
			}
			for k := range length {
				put(ring[(from+k)%window])
			}
		}
	}
	return out, errRTF
}
