package pdfium

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	pdf "github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/tetratelabs/wazero/api"
)

// native calls PDFium's own functions, for what has to be asked of every
// character and of every thing on a page: the wrapper around them gives each
// thing a random name and allocates each number that it returns, which costs
// more than PDFium does. It belongs to one engine.
//
// The first call that fails ends all that follow: they do nothing and return 0.
type native struct {
	wrapper reflect.Value // the wrapper's struct
	lookup  func(name string) api.Function
	memory  api.Memory
	known   map[string]api.Function
	stack   [8]uint64 // of one call: what goes in and what comes out
	results uint32    // where functions write what they return, resultBytes of the engine's memory
	err     error
}

// resultBytes hold the most that one function writes: a matrix, or four float64.
const resultBytes = 32

// errWrapper says that the wrapper's insides are others than this was written
// for, which a test finds when a new version is taken.
var errWrapper = errors.New("the PDF library differs from the one this program was made for")

// newNative returns the functions of the engine behind lib.
func newNative(ctx context.Context, lib pdf.Pdfium) (*native, error) {
	inside := lib.GetImplementation()
	functions, ok := inside.(interface {
		Fn(name string) api.Function
	})
	if !ok {
		return nil, errWrapper
	}
	v := &native{wrapper: reflect.ValueOf(inside).Elem(), lookup: functions.Fn, known: map[string]api.Function{}}
	module := v.wrapper.FieldByName("Module")
	if !module.IsValid() || !module.CanInterface() {
		return nil, errWrapper
	}
	instance, ok := module.Interface().(api.Module)
	if !ok || instance == nil {
		return nil, errWrapper
	}
	v.memory = instance.Memory()
	v.results = uint32(v.call(ctx, "malloc", resultBytes))
	if v.err == nil && v.results == 0 {
		v.err = errors.New("could not allocate")
	}
	return v, v.err
}

// function finds a function by its name.
func (v *native) function(name string) api.Function {
	f := v.known[name]
	if f == nil && v.err == nil {
		if f = v.lookup(name); f == nil {
			v.err = fmt.Errorf("%w: it has no %s", errWrapper, name)
		}
		v.known[name] = f
	}
	return f
}

// do calls a function and returns its result, if it has one.
func (v *native) do(ctx context.Context, f api.Function, params ...uint64) uint64 {
	if v.err != nil {
		return 0
	}
	copy(v.stack[:], params)
	if v.err = f.CallWithStack(ctx, v.stack[:]); v.err != nil {
		return 0
	}
	return v.stack[0]
}

// call is do for a function that is called now and then.
func (v *native) call(ctx context.Context, name string, params ...uint64) uint64 {
	return v.do(ctx, v.function(name), params...)
}

// number is call for functions that return an int.
func (v *native) number(ctx context.Context, name string, params ...uint64) int {
	return int(api.DecodeI32(v.call(ctx, name, params...)))
}

// is is call for functions that return whether there is what they were asked for.
func (v *native) is(ctx context.Context, name string, params ...uint64) bool {
	return uint32(v.call(ctx, name, params...)) != 0
}

// result is the address of the nth number of four bytes that a function writes.
func (v *native) result(n uint32) uint64 { return uint64(v.results + 4*n) }

// float64s returns the first four numbers that a function has written.
func (v *native) float64s() (out [4]float64) {
	for i := range out {
		out[i], _ = v.memory.ReadFloat64Le(v.results + uint32(8*i)) // within what was allocated
	}
	return out
}

// float32s returns the first six numbers that a function has written.
func (v *native) float32s() (out [6]float64) {
	for i := range out {
		f, _ := v.memory.ReadFloat32Le(v.results + uint32(4*i)) // within what was allocated
		out[i] = float64(f)
	}
	return out
}

// uint32s returns the first four numbers that a function has written.
func (v *native) uint32s() (out [4]uint32) {
	for i := range out {
		out[i], _ = v.memory.ReadUint32Le(v.results + uint32(4*i)) // within what was allocated
	}
	return out
}

// page returns the address of a page that the wrapper has loaded.
func (v *native) page(ref references.FPDF_PAGE) (uint64, error) {
	pages := v.wrapper.FieldByName("pageRefs")
	if !pages.IsValid() || pages.Kind() != reflect.Map || pages.Type().Key() != reflect.TypeOf(ref) {
		return 0, errWrapper
	}
	handle := pages.MapIndex(reflect.ValueOf(ref))
	if !handle.IsValid() || handle.Kind() != reflect.Pointer || handle.IsNil() {
		return 0, errors.New("this page is not loaded")
	}
	at := handle.Elem().FieldByName("handle")
	if !at.IsValid() || at.Kind() != reflect.Pointer || at.IsNil() || at.Elem().Kind() != reflect.Uint64 {
		return 0, errWrapper
	}
	return at.Elem().Uint(), nil
}
