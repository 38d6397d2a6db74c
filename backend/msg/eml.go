package msg

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/textproto"
	"strings"

	mark "markai/backend"
)

// eml writes the message as other mail programs save it, attachments and all.
func (m *message) eml() ([]byte, error) {
	var out bytes.Buffer
	if m.id != "" {
		fmt.Fprintf(&out, "Message-ID: <%s>\r\n", m.id)
	}
	if m.answers != "" {
		fmt.Fprintf(&out, "In-Reply-To: <%s>\r\n", m.answers)
	}
	if len(m.thread) > 0 {
		fmt.Fprintf(&out, "References: <%s>\r\n", strings.Join(m.thread, ">\r\n <"))
	}
	for _, l := range m.header() {
		fmt.Fprintf(&out, "%s: %s\r\n", l.name, mime.QEncoding.Encode("utf-8", l.value))
	}
	parts := multipart.NewWriter(&out)
	// The same message is always written in the same bytes, so that it is known
	// again. Parts are in base64, which has no "=_" within.
	if err := parts.SetBoundary("=_message"); err != nil {
		return nil, err
	}
	fmt.Fprintf(&out, "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=%q\r\n\r\n", parts.Boundary())
	kind, body := "text/plain; charset=utf-8", m.plain()
	if strings.TrimSpace(body) == "" {
		body = m.text()
	}
	if err := part(parts, kind, "", []byte(body)); err != nil {
		return nil, err
	}
	for _, f := range m.files {
		data, err := m.bytes(f)
		if err != nil {
			// The message is worth more than what cannot be read of it.
			if err := part(parts, kind, "", []byte(mark.MessageOf(err)+"\n")); err != nil {
				return nil, err
			}
			continue
		}
		as := "application/octet-stream"
		if f.inner != nil {
			as = "message/rfc822"
		}
		if err := part(parts, as, f.name, data); err != nil {
			return nil, err
		}
		if out.Len() > maxOneBytes {
			return nil, mark.Errorf(mark.TooBig, "A message inside this one has more than %d MB. Save it as a file and add that.", maxOneBytes>>20)
		}
	}
	if err := parts.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// part writes one part in base64.
func part(to *multipart.Writer, kind, name string, data []byte) error {
	h := textproto.MIMEHeader{"Content-Type": {kind}, "Content-Transfer-Encoding": {"base64"}}
	if name != "" {
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	}
	w, err := to.CreatePart(h)
	if err != nil {
		return err
	}
	return lines(w, base64.StdEncoding.EncodeToString(data))
}

// lines writes s in lines as short as mail needs them.
func lines(w io.Writer, s string) error {
	const width = 76
	for len(s) > 0 {
		n := min(width, len(s))
		if _, err := io.WriteString(w, s[:n]+"\r\n"); err != nil {
			return err
		}
		s = s[n:]
	}
	return nil
}
