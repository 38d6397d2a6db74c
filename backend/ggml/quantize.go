package ggml

import (
	"context"
	"regexp"
	"runtime"
	"strconv"
	"unsafe"

	"github.com/ebitengine/purego"
	native "github.com/hybridgroup/yzma/pkg/llama"

	mark "markai/backend"
	"markai/backend/yzma"
)

// importance is llama.cpp's C form of an entry of an importance matrix; a list
// of them ends with one without a name.
// https://github.com/ggml-org/llama.cpp/blob/master/include/llama.h (llama_model_imatrix_data)
type importance struct {
	name *byte
	data *float32
	size uintptr
}

// defaultBuffer bounds the rows of a tensor that llama.cpp keeps in memory.
const defaultBuffer = 256 << 20

func quantize(ctx context.Context, j Job, text string, send func(Progress) error) error {
	if err := yzma.Load(j.Runtime); err != nil {
		return err
	}
	params := native.ModelQuantizeDefaultParams()
	params.NThread = int32(max(j.Threads, 1))
	params.Ftype = native.Ftype(j.FileType)
	params.AllowRequantize = 1 // the caller warns of a model that has lost precision already
	params.MaxBufSize = j.MaxBuffer
	if params.MaxBufSize == 0 {
		params.MaxBufSize = defaultBuffer
	}
	var pin runtime.Pinner
	defer pin.Unpin()
	if text != "" {
		sums, err := calibrate(ctx, j, text, send)
		if err != nil {
			return err
		}
		list := make([]importance, 0, len(sums)+1)
		for name, values := range sums {
			c := append([]byte(name), 0)
			pin.Pin(&c[0])
			pin.Pin(&values[0])
			list = append(list, importance{&c[0], &values[0], uintptr(len(values))})
		}
		list = append(list, importance{})
		pin.Pin(&list[0])
		params.IMatrix = (*byte)(unsafe.Pointer(&list[0]))
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	native.LogSet(purego.NewCallback(func(_ int32, line *byte, _ uintptr) uintptr {
		if p, ok := tensorLine(cString(line)); ok {
			_ = send(p) // a caller who left is noticed by ctx
		}
		return 0
	}))
	defer native.LogSet(native.LogSilent())
	if rc := native.ModelQuantize(j.From, j.To, &params); rc != 0 {
		return mark.Errorf(mark.Unsupported, "The engine could not write the model in that type. Choose another type, or get the original in 16 bits.")
	}
	return nil
}

// aTensor is what llama.cpp logs of a tensor: "[  12/ 272]  blk.1.attn_k.weight …".
var aTensor = regexp.MustCompile(`^\[\s*(\d+)/\s*(\d+)\]`)

// tensorLine reads the progress out of a line of llama.cpp's log.
func tensorLine(line string) (Progress, bool) {
	m := aTensor.FindStringSubmatch(line)
	if m == nil {
		return Progress{}, false
	}
	done, _ := strconv.Atoi(m[1]) // digits
	total, _ := strconv.Atoi(m[2])
	return Progress{Phase: "quantize", Done: done, Total: total}, true
}

// cString copies a C string, at most 4 KiB of it.
func cString(p *byte) string {
	if p == nil {
		return ""
	}
	n := 0
	for n < 4096 && *(*byte)(unsafe.Add(unsafe.Pointer(p), n)) != 0 {
		n++
	}
	return string(unsafe.Slice(p, n))
}
