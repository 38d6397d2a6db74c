package worker

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"

	"pgregory.net/rapid"
)

func TestFrameComesBackAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data, err := json.Marshal(rapid.String().Draw(t, "data"))
		if err != nil {
			t.Fatal(err)
		}
		want := frame{
			Kind: rapid.SampledFrom([]string{kindCall, kindSend, kindReply, kindData}).Draw(t, "kind"),
			ID:   rapid.Uint64().Draw(t, "id"), Data: data,
			Offset: rapid.Int64().Draw(t, "offset"),
			Body:   rapid.SliceOfN(rapid.Byte(), 1, 3000).Draw(t, "body"),
		}
		var b bytes.Buffer
		if err := writeFrame(&b, want); err != nil {
			t.Fatal(err)
		}
		got, err := readFrame(&b)
		if err != nil || got.Kind != want.Kind || got.ID != want.ID || got.Offset != want.Offset ||
			!bytes.Equal(got.Data, want.Data) || !bytes.Equal(got.Body, want.Body) {
			t.Fatalf("%+v became %+v, %v", want, got, err)
		}
	})
}

func TestFrameSizesAloneCostNoMemory(t *testing.T) {
	raw := []byte{0, 0, 0, 2, 15, 255, 255, 255, '{', '}', 'x'}
	n := testing.AllocsPerRun(1, func() {
		if _, err := readFrame(bytes.NewReader(raw)); err != io.ErrUnexpectedEOF {
			t.Fatal(err)
		}
	})
	if n > 50 {
		t.Fatal(n, "allocations")
	}
	if _, err := readFrame(bytes.NewReader([]byte{255, 255, 255, 255, 0, 0, 0, 0})); err == nil {
		t.Fatal("a header of 4 GiB was accepted")
	}
}

func FuzzReadFrame(f *testing.F) {
	var b bytes.Buffer
	if err := writeFrame(&b, frame{Kind: kindCall, ID: 1, Method: "page", Data: json.RawMessage(`{"N":1}`), Body: []byte("x")}); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte{0, 0, 0, 2, 0, 0, 0, 0, '{', '}'})
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, raw []byte) {
		fr, err := readFrame(bytes.NewReader(raw))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := writeFrame(&b, fr); err != nil {
			t.Fatal("what was read cannot be written:", err)
		}
	})
}
