package device

import "fmt"

// Way is one way of computing embeddings.
type Way string

// The ways.
const (
	Native  Way = "native"  // the built-in encoder, on the processor
	Runtime Way = "llama"   // llama.cpp, on the processor
	Graphic Way = "graphic" // llama.cpp, on a graphics processor
)

// Trial is what was measured on this machine: passages a second. It holds for
// one graphics processor, runtime and model.
type Trial struct {
	Device    string  `json:"device"`    // the graphics processor; "" where the runtime finds none
	Graphic   float64 `json:"graphic"`   // 0 where it failed
	Processor float64 `json:"processor"` // by the way that is used without a graphics processor
}

// worth is how many times as fast a graphics processor must be to be used. To
// change the way costs that all passages are embedded again, and a chat model
// may want that processor.
const worth = 1.5

// Options are what is known before embeddings are computed.
type Options struct {
	Engine  string // the setting: "native", "llama", or else the fastest
	Known   bool   // the built-in encoder computes the model
	Loops   bool   // and has loops for this processor
	Runtime bool   // llama.cpp is installed
	Trial   *Trial // nil: not measured yet, or there is nothing to measure
}

// Embedder chooses how embeddings are computed, "" where they cannot be. What
// was not measured is not used.
func (o Options) Embedder() Way {
	switch {
	case o.Engine == string(Native):
		return given(o.Known, Native)
	case o.Engine == string(Runtime):
		// The setting names a program; that program chooses where.
		return given(o.Runtime, given(o.graphic(1), Graphic, Runtime))
	case o.graphic(worth):
		return Graphic
	case o.Known && (o.Loops || !o.Runtime):
		return Native
	}
	return given(o.Runtime, Runtime)
}

// graphic reports whether a graphics processor was so many times as fast.
func (o Options) graphic(times float64) bool {
	return o.Runtime && o.Trial != nil && o.Trial.Graphic > 0 && o.Trial.Graphic >= times*o.Trial.Processor
}

// given returns the way if it is there, else the other, if any.
func given(there bool, way Way, other ...Way) Way {
	switch {
	case there:
		return way
	case len(other) > 0:
		return other[0]
	}
	return ""
}

// String says what was measured, for people.
func (t *Trial) String() string {
	switch {
	case t == nil:
		return "graphics processor: not measured yet"
	case t.Device == "":
		return "graphics processor: not run, llama.cpp finds none"
	case t.Graphic == 0:
		return fmt.Sprintf("graphics processor: %s failed", t.Device)
	}
	return fmt.Sprintf("graphics processor: %s, %.0f long passages a second against %.0f on the processor", t.Device, t.Graphic, t.Processor)
}
