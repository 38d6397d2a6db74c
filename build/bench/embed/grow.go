package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
)

const width = 384

// grow writes n vectors made of those in files, which come first as they are.
func grow(out, n string, files []string) error {
	count, err := strconv.Atoi(n)
	if err != nil {
		return fmt.Errorf("how many vectors: %w", err)
	}
	var base []float32
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for i := 0; i+4 <= len(data); i += 4 {
			base = append(base, math.Float32frombits(binary.LittleEndian.Uint32(data[i:])))
		}
	}
	have := len(base) / width
	if have < 3 {
		return fmt.Errorf("there are %d vectors in %v, which is too few", have, files)
	}
	at := func(i int) []float32 { return base[i*width:][:width] }
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	r, v, raw := rand.New(rand.NewPCG(1, 2)), make([]float32, width), make([]byte, 4*width)
	for i := range count {
		copy(v, at(i%have))
		if i >= have {
			move(v, at(r.IntN(have)), at(r.IntN(have)))
		}
		for d, x := range v {
			binary.LittleEndian.PutUint32(raw[4*d:], math.Float32bits(x))
		}
		if _, err := w.Write(raw); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// move adds half of a-b to v and makes it a unit vector.
func move(v, a, b []float32) {
	var sum float64
	for d := range v {
		v[d] += (a[d] - b[d]) / 2
		sum += float64(v[d]) * float64(v[d])
	}
	for d := range v {
		v[d] /= float32(math.Sqrt(sum))
	}
}
