package worker

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"

	mark "markai/backend"
)

// vectorsReply goes before the numbers of a reply of vectors.
type vectorsReply struct {
	Dim int `json:"dim"`
}

// Vectors asks for one vector of dim numbers per text, so many texts in one
// call: a cancelled batch stops soon, and a worker that dies repeats one batch.
// req is asked before each call for what goes with it. Errors: Unsupported for
// vectors of another length, and those of Retry.
func (k *Keeper) Vectors(ctx context.Context, method string, req func() any, texts []string, batch, dim int) ([][]float32, error) {
	out := make([][]float32, 0, len(texts))
	for len(texts) > 0 {
		n := min(batch, len(texts))
		vectors, err := k.vectors(ctx, method, req, texts[:n], dim)
		if err != nil {
			return nil, err
		}
		out = append(out, vectors...)
		texts = texts[n:]
	}
	return out, nil
}

func (k *Keeper) vectors(ctx context.Context, method string, req func() any, texts []string, dim int) ([][]float32, error) {
	body, err := json.Marshal(texts)
	if err != nil {
		return nil, fmt.Errorf("embed: %w", err)
	}
	var vectors [][]float32
	err = k.Retry(ctx, func(p *Process) (bool, error) {
		var got vectorsReply
		raw, err := p.Call(ctx, method, req(), body, &got)
		if err != nil {
			return true, err
		}
		vectors, err = unpack(raw, len(texts), got.Dim)
		return false, err
	})
	if err != nil {
		return nil, fmt.Errorf("embed %d texts: %w", len(texts), err)
	}
	if d := len(vectors[0]); d != dim {
		return nil, mark.Errorf(mark.Unsupported, "The embedding model gives vectors of %d numbers where %d were expected. Choose it again in Settings.", d, dim)
	}
	return vectors, nil
}

// ReplyVectors replies with vectors of dim numbers to a call of Vectors.
func (c *Call) ReplyVectors(vectors [][]float32, dim int) error {
	return c.Reply(vectorsReply{dim}, pack(vectors))
}

// pack lays vectors out as little-endian numbers, one after the other.
func pack(vectors [][]float32) []byte {
	var out []byte
	for _, v := range vectors {
		for _, x := range v {
			out = binary.LittleEndian.AppendUint32(out, math.Float32bits(x))
		}
	}
	return out
}

// unpack undoes pack for n vectors of dim numbers.
func unpack(raw []byte, n, dim int) ([][]float32, error) {
	if dim <= 0 || n <= 0 || len(raw) != 4*n*dim {
		return nil, fmt.Errorf("the worker sent %d bytes for %d vectors of %d", len(raw), n, dim)
	}
	flat := make([]float32, n*dim)
	for i := range flat {
		flat[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	out := make([][]float32, n)
	for i := range out {
		out[i] = flat[i*dim : (i+1)*dim : (i+1)*dim]
	}
	return out, nil
}
