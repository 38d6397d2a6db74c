package models

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	mark "markai/backend"
	converter "markai/backend/convert"
	"markai/backend/gguf"
)

// maxText bounds what is read of the files beside the weights, in bytes.
const maxText = 64 << 20

// Convert writes the published model in the folder dir (safetensors, config.json,
// tokenizer.json, tokenizer_config.json; of BERT 1_Pooling/config.json) as the GGUF
// file to, matrices in f32,
// f16 or q8_0. Errors: NotFound, Exists, Invalid for another kind, Unsupported
// for families that are not known, Damaged.
func Convert(ctx context.Context, dir, to, kind string) (Card, error) {
	as, ok := map[string]gguf.Type{"f32": gguf.F32, "f16": gguf.F16, "q8_0": gguf.Q8_0}[strings.ToLower(kind)]
	if !ok {
		return Card{}, mark.Errorf(mark.Invalid, "A model is converted to f32, f16 or q8_0. Quantize the result for other types.")
	}
	if _, err := os.Stat(to); err == nil {
		return Card{}, mark.Errorf(mark.Exists, "There is a file named %s already. Remove it first, or choose another name.", filepath.Base(to))
	}
	p, closing, err := published(dir)
	if err != nil {
		return Card{}, err
	}
	defer closing()
	if err := install(ctx, to, func(w io.Writer) error { return converter.Write(w, p, as) }); err != nil {
		return Card{}, explainSource(filepath.Base(dir), err)
	}
	return Inspect(to, 0)
}

// published opens the files of a published model.
func published(dir string) (p converter.Parts, closing func(), err error) {
	var open []*os.File
	closing = func() {
		for _, f := range open {
			f.Close() //nolint:errcheck // read only
		}
	}
	defer func() {
		if err != nil {
			closing()
		}
	}()
	p = converter.Parts{Name: filepath.Base(filepath.Clean(dir)), Tensors: map[string]gguf.Stored{}}
	for _, part := range []struct {
		name   string
		to     *[]byte
		needed bool
	}{{"config.json", &p.Config, true}, {"tokenizer.json", &p.Tokenizer, true}, {"tokenizer_config.json", &p.TokenizerConfig, false}} {
		if *part.to, err = readSmall(filepath.Join(dir, part.name)); err != nil && (part.needed || !errors.Is(err, fs.ErrNotExist)) {
			return p, closing, lacks(dir, part.name, err)
		}
	}
	template, err := readSmall(filepath.Join(dir, "chat_template.jinja"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return p, closing, lacks(dir, "chat_template.jinja", err)
	}
	p.Template = string(template)
	if p.Pooling, err = pooling(dir); err != nil {
		return p, closing, err
	}
	paths, err := weightFiles(dir)
	if err != nil {
		return p, closing, err
	}
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return p, closing, lacks(dir, filepath.Base(path), err)
		}
		open = append(open, f)
		st, err := f.Stat()
		if err != nil {
			return p, closing, fmt.Errorf("look at %s: %w", filepath.Base(path), err)
		}
		tensors, err := gguf.ReadSafetensors(f, st.Size())
		if err != nil {
			return p, closing, explainSource(filepath.Base(path), err)
		}
		for name, t := range tensors {
			p.Tensors[name] = t
		}
	}
	return p, closing, nil
}

// pooling reads how an encoder makes one vector of all; "" where the folder does
// not tell.
func pooling(dir string) (converter.Pooling, error) {
	name := filepath.Join("1_Pooling", "config.json")
	text, err := readSmall(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	var c struct {
		Mean  bool `json:"pooling_mode_mean_tokens"`
		First bool `json:"pooling_mode_cls_token"`
	}
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	switch {
	case err != nil:
		return "", lacks(dir, name, err)
	case c.Mean && !c.First:
		return converter.Mean, nil
	case c.First && !c.Mean:
		return converter.First, nil
	}
	return "", nil
}

// weightFiles lists the safetensors files: those that the index names, else the
// only one.
func weightFiles(dir string) ([]string, error) {
	text, err := readSmall(filepath.Join(dir, "model.safetensors.index.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return []string{filepath.Join(dir, "model.safetensors")}, nil
	}
	if err != nil {
		return nil, lacks(dir, "model.safetensors.index.json", err)
	}
	var index struct {
		Where map[string]string `json:"weight_map"`
	}
	if err := json.Unmarshal(text, &index); err != nil {
		return nil, mark.Errorf(mark.Damaged, "The index of the weights in %s is damaged. Copy the folder again.", filepath.Base(dir)).Because(err)
	}
	seen := map[string]bool{}
	var out []string
	for _, name := range index.Where {
		if !filepath.IsLocal(name) {
			return nil, mark.Errorf(mark.Damaged, "The index of the weights in %s names a file outside the folder.", filepath.Base(dir))
		}
		if !seen[name] {
			seen[name] = true
			out = append(out, filepath.Join(dir, name))
		}
	}
	return out, nil
}

// readSmall reads a file of text that is not absurdly large.
func readSmall(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // read only
	b, err := io.ReadAll(io.LimitReader(f, maxText+1))
	if err == nil && len(b) > maxText {
		err = gguf.ErrTooLarge
	}
	return b, err
}

func lacks(dir, name string, err error) error {
	return mark.Errorf(mark.NotFound, "The folder %s has no %s that can be read. Copy the whole folder as its makers publish it.", filepath.Base(dir), name).Because(err)
}

// explainSource turns a converter's error into a sentence for people. What it
// says of names and types comes from the model's public files.
func explainSource(name string, err error) error {
	var known *mark.Error
	switch {
	case errors.As(err, &known) || errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, converter.ErrUnknown), errors.Is(err, gguf.ErrType):
		return mark.Errorf(mark.Unsupported, "The model %s cannot be converted here (%v). Llama, Mistral, Mixtral, Qwen 2 and 3, Gemma 1 to 3 and BERT are known; look for a GGUF file of this model.", name, err).Because(err)
	case errors.Is(err, gguf.ErrTruncated), errors.Is(err, gguf.ErrBounds):
		return mark.Errorf(mark.Damaged, "The weights of %s are cut off. Copy them again.", name).Because(err)
	case errors.Is(err, gguf.ErrMalformed), errors.Is(err, gguf.ErrTooLarge):
		return mark.Errorf(mark.Damaged, "The model %s is damaged or its files do not belong together (%v). Copy the whole folder again.", name, err).Because(err)
	}
	return err
}
