// Package recipe decides in which type a model's weights are best stored: what
// types there are, what the local runtime lacks, which one suits a machine's
// memory, and what measured copies of a model say about each other.
package recipe

import (
	"fmt"
	"strings"

	mark "markai/backend"
	"markai/backend/gguf"
)

// Recipe is a type that the local runtime can write.
type Recipe struct {
	Name     string  // as it is asked for
	FileType int     // llama.cpp's number of it
	Bits     float64 // a weight, about; vectors stay in 32 bits
	Weighs   bool    // whether calibration changes what is written
	About    string
}

// recipes go from the nearest to the original to the smallest.
var recipes = []Recipe{
	{"bf16", 32, 16, false, "16 bits, the range of 32: what most models are published in"},
	{"f16", 1, 16, false, "16 bits"},
	{"q8_0", 7, 8.5, false, "8 bits: half the memory, hardly told from the original; fast on processors"},
	{"q6_k", 18, 6.6, true, "6 bits"},
	{"q4_k_m", 15, 4.9, true, "4 bits, 6 where it matters: the usual choice where memory is short"},
	{"q4_0", 2, 4.6, true, "4 bits of one kind: fastest on processors, the least exact"},
	{"iq4", 30, 4.4, true, "4 bits on a curve: small; slower on processors"},
}

// names are other spellings of a recipe's name.
var names = map[string]string{"iq4_xs": "iq4", "q8": "q8_0", "q6": "q6_k", "q4": "q4_k_m", "q4_k": "q4_k_m", "fp16": "f16"}

// lacking are types that are often asked for and cannot be written here.
var lacking = map[string]string{
	"fp8":   "The local engine has no FP8. Use q8_0 here, or write an export plan for a server that has it: 'markai models plan MODEL'.",
	"nvfp4": "The local engine cannot write NVFP4. Use q4_k_m here.",
}

// All returns the types that can be written here.
func All() []Recipe { return append([]Recipe{}, recipes...) }

// Bits is what a weight takes in the type of that name, about; 16 for a name that
// nobody knows, which is the safe guess for memory.
func Bits(name string) float64 {
	if name == mixture.Name {
		return mixture.Bits
	}
	for _, r := range recipes {
		if r.Name == name {
			return r.Bits
		}
	}
	return 16
}

// mixture is for the experts of mixture models alone.
var mixture = Recipe{Name: "mxfp4", FileType: 38, Bits: 4.6, About: "4 bits for the experts, 8 for the rest"}

// Parse finds the recipe of that name for a model of this shape. Errors:
// Unsupported for what the local runtime cannot write, with what to take
// instead; Invalid for what nobody knows.
func Parse(name string, f *gguf.File) (Recipe, error) {
	name = strings.ToLower(strings.TrimSpace(name))
	if other, ok := names[name]; ok {
		name = other
	}
	if why, ok := lacking[name]; ok {
		return Recipe{}, mark.Errorf(mark.Unsupported, "%s", why)
	}
	if name == mixture.Name {
		if experts(f) < 2 {
			return Recipe{}, mark.Errorf(mark.Unsupported, "MXFP4 is only for the experts of a mixture model, and this one has none: the engine would write Q8_0 and call it MXFP4. Use q4_k_m or q8_0.")
		}
		return mixture, nil
	}
	for _, r := range recipes {
		if r.Name == name {
			return r, nil
		}
	}
	known := make([]string, 0, len(recipes))
	for _, r := range recipes {
		known = append(known, r.Name)
	}
	return Recipe{}, mark.Errorf(mark.Invalid, "There is no type %q. Choose auto, mxfp4 or one of %s.", name, strings.Join(known, ", "))
}

// Stated is the type that f says it is stored in, "" where it says none that can
// be written here. The engine may have stored single matrices otherwise: those
// whose rows do not divide into the type's blocks.
func Stated(f *gguf.File) string {
	n, ok := f.Uint("general.file_type")
	for _, r := range recipes {
		if ok && n == uint64(r.FileType) {
			return r.Name
		}
	}
	return ""
}

// experts is how many experts a mixture model has; 0 for a dense one.
func experts(f *gguf.File) uint64 {
	n, _ := f.Uint(f.Text("general.architecture") + ".expert_count")
	return n
}

// Bytes estimates the size of f's weights in this type.
func (r Recipe) Bytes(f *gguf.File) (uint64, error) {
	total := 0.0
	for _, t := range f.Tensors {
		n, err := t.Numbers()
		if err != nil {
			return 0, err
		}
		if len(t.Dims) < 2 {
			total += 4 * float64(n)
			continue
		}
		total += float64(n) * r.Bits / 8
	}
	return uint64(total), nil
}

// Headroom is the share of the free memory that a model may take: the documents,
// the window and the system want theirs.
const Headroom = 0.7

// small is the number of weights below which four bits cost too much: the
// divergence of a 135M model at Q4_0 is many times that at Q8_0.
const small = 1_000_000_000

// Auto chooses a type for f on a machine with free bytes of memory (0: not
// known) and says why: 8 bits where they fit, else the largest that does.
// Errors: TooBig where none fits.
func Auto(f *gguf.File, context int, free int64) (Recipe, string, error) {
	a, err := f.Architecture()
	if err != nil {
		return Recipe{}, "", err
	}
	rest := a.Memory(context) - min(a.Weights, a.Memory(context))
	room := uint64(float64(max(free, 0)) * Headroom)
	for _, name := range []string{"q8_0", "q6_k", "q4_k_m", "iq4"} {
		r, err := Parse(name, f)
		if err != nil {
			return Recipe{}, "", err
		}
		n, err := r.Bytes(f)
		if err != nil {
			return Recipe{}, "", err
		}
		if free > 0 && n+rest > room {
			continue
		}
		why := fmt.Sprintf("%s needs about %d MB with a context of %d tokens and fits", r.Name, (n+rest)>>20, context)
		if r.Bits < 6 && a.Parameters < small {
			why += "; for a model as small as this the loss is considerable"
		}
		return r, why + ".", nil
	}
	return Recipe{}, "", mark.Errorf(mark.TooBig, "This model does not fit the %d MB that are free, in any type. Take a model with fewer parameters, or close other programs.", free>>20)
}
