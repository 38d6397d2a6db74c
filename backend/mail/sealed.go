package mail

import (
	"bytes"
	"io"
	"regexp"
	"strings"

	mark "markai/backend"
	"markai/backend/letters"
	"markai/backend/typeset"

	"github.com/emersion/go-message"
)

// sealed goes through a part that S/MIME signed or encrypted. What is only
// signed is read; the signature is not checked.
func (w *walker) sealed(e *message.Entity, kind string, depth int) (body, error) {
	raw, err := io.ReadAll(io.LimitReader(e.Body, maxAttachment+1))
	if cause := stopCause(err); cause != nil {
		return body{}, cause
	}
	content, as := letters.Unseal(raw)
	switch {
	case as == letters.Signed:
		inner, err := message.Read(bytes.NewReader(content))
		if inner != nil {
			return w.part(inner, depth+1)
		}
		w.note(damagedNote)
		return body{plain: decode(content)}, stopCause(err)
	case as == letters.Encrypted, as == letters.NotSealed && kind != "signed-data":
		w.encrypted = true
	default:
		w.note("A signed part of the message could not be read.")
	}
	return body{}, nil
}

// winmail goes through the attachment that Outlook packs others into.
func (w *walker) winmail(e *message.Entity, name string) (body, error) {
	raw, err := io.ReadAll(io.LimitReader(e.Body, maxAttachment+1))
	if cause := stopCause(err); cause != nil {
		return body{}, cause
	}
	t, bad := letters.ParseTNEF(raw)
	if bad != nil || len(raw) > maxAttachment {
		if name == "" {
			name = "winmail.dat"
		}
		w.hand(name, raw, err)
		return body{}, nil
	}
	w.files(t)
	text := packed(t)
	if w.bytes += len(text); w.bytes > maxBody {
		return body{}, mark.Errorf(mark.TooBig, "This message has more than %d MB of text; it was not read.", maxBody>>20)
	}
	return body{packed: text}, nil
}

// files takes in what Outlook packed.
func (w *walker) files(t letters.TNEF) {
	if t.Partial {
		w.note("What Outlook packed into this is damaged; it was read as far as it goes.")
	}
	for i, f := range t.Files {
		if w.stopped {
			return
		}
		if f.Name == "" {
			f.Name = invent("", f.Data, i+1)
		}
		w.hand(f.Name, f.Data, nil)
	}
}

// packed returns the text of a message that Outlook packed.
func packed(t letters.TNEF) string {
	switch {
	case strings.TrimSpace(t.Plain) != "":
		return t.Plain
	case len(t.HTML) > 0:
		text, _ := typeset.HTML(strings.NewReader(decode(t.HTML)))
		return text
	case len(t.RTF) > 0:
		raw, _ := letters.UnpackRTF(t.RTF, maxBody) // what there is of it
		text, _, _ := typeset.RTF(raw)
		return text
	}
	return ""
}

// The marks that OpenPGP puts around text (RFC 9580, sections 6 and 7).
var (
	cipherText = regexp.MustCompile(`(?s)-----BEGIN PGP MESSAGE-----.*?(-----END PGP MESSAGE-----|\z)`)
	signature  = regexp.MustCompile(`(?s)\r?\n-----BEGIN PGP SIGNATURE-----.*?(-----END PGP SIGNATURE-----|\z)`)
	signedHead = regexp.MustCompile(`-----BEGIN PGP SIGNED MESSAGE-----\r?\n((Hash|Charset): [^\r\n]*\r?\n)*\r?\n?`)
)

// armored takes the marks of OpenPGP off a text. What is encrypted goes.
func (w *walker) armored(text string) string {
	if !strings.Contains(text, "-----BEGIN PGP ") {
		return text
	}
	if cipherText.MatchString(text) {
		w.encrypted = true
		text = cipherText.ReplaceAllString(text, "")
	}
	if signedHead.MatchString(text) {
		text = signature.ReplaceAllString(signedHead.ReplaceAllString(text, ""), "")
		text = strings.ReplaceAll(strings.ReplaceAll("\n"+text, "\n- -", "\n-"), "\n- From ", "\nFrom ")[1:]
	}
	return text
}
