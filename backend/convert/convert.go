package convert

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"markai/backend/gguf"
)

// Parts are the files of a published model.
type Parts struct {
	Name            string
	Config          []byte                 // config.json
	Tokenizer       []byte                 // tokenizer.json; of BERT, empty where Vocab is not
	TokenizerConfig []byte                 // tokenizer_config.json; may be empty
	Vocab           []byte                 // vocab.txt of BERT: one token a line
	Template        string                 // chat_template.jinja; may be empty
	Pooling         Pooling                // how BERT makes one vector of all; others ignore it
	Tensors         map[string]gguf.Stored // of all safetensors files
}

// ErrUnknown is of a family, a scaling, a tokenizer or another part of a model
// that this package does not know.
var ErrUnknown = errors.New("not known here")

// Write converts the model. Matrices are stored as to (F32, F16 or Q8_0), all
// else as F32. Errors: ErrUnknown; gguf.ErrType for another to; gguf.ErrMalformed for files that contradict each other.
func Write(w io.Writer, p Parts, to gguf.Type) error {
	if !to.Writable() {
		return fmt.Errorf("writing %v: %w", to, gguf.ErrType)
	}
	var kind struct {
		Type string `json:"model_type"`
	}
	if err := json.Unmarshal(p.Config, &kind); err != nil {
		return fmt.Errorf("config.json: %w: %w", gguf.ErrMalformed, err)
	}
	if kind.Type == "bert" {
		return writeBERT(w, p, to)
	}
	f, ok := families[kind.Type]
	if !ok {
		return fmt.Errorf("config.json: models of type %q: %w", kind.Type, ErrUnknown)
	}
	return f.write(w, p, to)
}

// write converts a model of the family.
func (f family) write(w io.Writer, p Parts, to gguf.Type) error {
	var c config
	if err := json.Unmarshal(p.Config, &c); err != nil {
		return fmt.Errorf("config.json: %w: %w", gguf.ErrMalformed, err)
	}
	if err := c.check(f); err != nil {
		return err
	}
	factors, err := c.factors()
	if err != nil {
		return err
	}
	vocab, err := vocabulary(p, int(c.Vocab))
	if err != nil {
		return err
	}
	laid, err := layOut(p.Tensors, c, f, to)
	if err != nil {
		return err
	}
	tensors := make([]gguf.Tensor, len(laid), len(laid)+1)
	for i, l := range laid {
		tensors[i] = l.Tensor
	}
	if factors != nil {
		tensors = append(tensors, gguf.Tensor{Name: "rope_freqs.weight", Dims: []uint64{uint64(len(factors))}, Type: gguf.F32})
	}
	return gguf.Write(w, append(c.meta(p.Name, f, to), vocab...), tensors, func(i int, w io.Writer) error {
		if i == len(laid) {
			return binary.Write(w, binary.LittleEndian, factors)
		}
		name := tensors[i].Name
		add := float32(0)
		if f.addOne && strings.Contains(name, "norm") {
			add = 1
		}
		for _, s := range laid[i].from {
			var order func(int) int
			if heads := headsOf(name, c); f.permute && heads > 0 {
				order = interleave(int(s.Shape[0]) / heads)
			}
			if err := s.Write(w, tensors[i].Type, order, add); err != nil {
				return err
			}
		}
		return nil
	})
}
