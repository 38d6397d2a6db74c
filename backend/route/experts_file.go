package route

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"regexp"
	"slices"

	mark "markai/backend"
)

// listed is an expert in a file. Fields that are left out are as in the expert
// of the same id that is there already.
type listed struct {
	ID       string    `json:"id"`
	Off      bool      `json:"off"` // there is no such expert
	Name     *string   `json:"name"`
	About    *string   `json:"about"`
	Kinds    *[]Kind   `json:"kinds"`
	Model    *string   `json:"model"`
	Adapter  *string   `json:"adapter"`
	Prompt   *string   `json:"prompt"`
	Mode     *Mode     `json:"retrieval"`
	Sampling *Sampling `json:"sampling"`
}

// mostFile is how many bytes a file of experts may have.
const mostFile = 1 << 20

var expertID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// Change returns experts as a person's file has them: {"experts": [ … ]}, each
// with an id and what is different from the expert of that id, or a new one.
// New ones come before the others. Errors: Invalid, with a sentence about the
// expert that is wrong.
func Change(experts []Expert, file []byte) ([]Expert, error) {
	if len(file) > mostFile {
		return nil, mark.Errorf(mark.Invalid, "The file of experts has more than a megabyte. Make it smaller.")
	}
	var f struct {
		Experts []listed `json:"experts"`
	}
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	err := d.Decode(&f)
	if err == nil && d.More() {
		err = errors.New("more than one value")
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, mark.Errorf(mark.Invalid, "The file of experts is not as it must be: %v.", err)
	}
	if len(f.Experts) > mostExperts {
		return nil, mark.Errorf(mark.Invalid, "The file names %d experts. There can be %d.", len(f.Experts), mostExperts)
	}
	out := slices.Clone(experts)
	var added []Expert
	seen := map[string]bool{}
	for _, l := range f.Experts {
		if !expertID.MatchString(l.ID) {
			return nil, mark.Errorf(mark.Invalid, "%q is no id of an expert. Use small letters, digits and hyphens.", l.ID)
		}
		if seen[l.ID] {
			return nil, mark.Errorf(mark.Invalid, "The expert %s is there twice. Leave one of them.", l.ID)
		}
		seen[l.ID] = true
		at := slices.IndexFunc(out, func(e Expert) bool { return e.ID == l.ID })
		switch {
		case l.Off && l.ID == fallbackID:
			return nil, mark.Errorf(mark.Invalid, "The expert %s cannot be switched off: it answers when no other can.", l.ID)
		case l.Off && at >= 0:
			out = slices.Delete(out, at, at+1)
			continue
		case l.Off:
			continue
		}
		e := Expert{ID: l.ID, Name: l.ID, Mode: Passages}
		if at >= 0 {
			e = out[at]
		}
		l.change(&e)
		if err := e.check(); err != nil {
			return nil, err
		}
		if at >= 0 {
			out[at] = e
		} else {
			added = append(added, e)
		}
	}
	return append(added, out...), nil
}

func (l listed) change(e *Expert) {
	set(&e.Name, l.Name)
	set(&e.About, l.About)
	set(&e.Kinds, l.Kinds)
	set(&e.Model, l.Model)
	set(&e.Adapter, l.Adapter)
	set(&e.Prompt, l.Prompt)
	set(&e.Mode, l.Mode)
	set(&e.Sampling, l.Sampling)
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// check reports what of an expert makes no sense.
func (e Expert) check() error {
	t, p := float64(e.Sampling.Temperature), float64(e.Sampling.TopP)
	switch {
	case e.Name == "" || len(e.Name) > 80 || len(e.About) > 400:
		return mark.Errorf(mark.Invalid, "The expert %s needs a name of up to 80 bytes, and a sentence about it has up to 400.", e.ID)
	case len(e.Prompt) > mostPrompt:
		return mark.Errorf(mark.Invalid, "The prompt of the expert %s has %d bytes. It can have %d.", e.ID, len(e.Prompt), mostPrompt)
	case !slices.Contains(Modes, e.Mode):
		return mark.Errorf(mark.Invalid, "The expert %s finds passages by %q. It can be one of %v.", e.ID, e.Mode, Modes)
	case e.Adapter != "" && e.Model == "":
		return mark.Errorf(mark.Invalid, "The expert %s has an adapter but no model to put it on. Name its model.", e.ID)
	case e.ID == fallbackID && (e.Model != "" || e.Mode != NoPassages):
		return mark.Errorf(mark.Invalid, "The expert %s quotes without a model: it answers when no other can. Give a new expert the model instead.", e.ID)
	case math.IsNaN(t) || t < 0 || t > 2 || math.IsNaN(p) || p < 0 || p > 1:
		return mark.Errorf(mark.Invalid, "The expert %s draws with a temperature from 0 to 2 and a top-p from 0 to 1.", e.ID)
	case e.Sampling.TopK < 0 || e.Sampling.MaxTokens < 0 || e.Sampling.MaxTokens > mostAnswer:
		return mark.Errorf(mark.Invalid, "The expert %s can write up to %d tokens, drawn from any number of them.", e.ID, mostAnswer)
	}
	for _, k := range e.Kinds {
		if !slices.Contains(Kinds, k) {
			return mark.Errorf(mark.Invalid, "The expert %s is for %q, which is no kind of question. There are %v.", e.ID, k, Kinds)
		}
	}
	return nil
}
