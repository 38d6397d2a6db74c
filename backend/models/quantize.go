package models

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	mark "markai/backend"
	"markai/backend/gguf"
	"markai/backend/recipe"
)

// calibration and heldOut are public legal texts; text/SOURCES.md names them.
var (
	//go:embed text/calibration.txt
	calibration string
	//go:embed text/heldout.txt
	heldOut string
)

// Quantizer writes the model at from in another type to the file at to, rounding
// by what matters in text where that is not empty.
type Quantizer func(ctx context.Context, from, to string, fileType int, text string) error

// Quantized says what was written.
type Quantized struct {
	Path  string
	Bytes int64
	Type  recipe.Recipe
	Notes []string // whole sentences
}

// Quantize writes the model file from as a new file to in the type named, or,
// for "auto", in the one that suits free bytes of memory. Unless plain is set,
// rounding is calibrated on public legal text. The result is checked and gets a
// checksum; a failure leaves nothing behind. Errors: those of Check and of
// recipe.Parse, Exists.
func Quantize(ctx context.Context, from, to, kind string, plain bool, free int64, run Quantizer) (q Quantized, err error) {
	head, err := readHead(from)
	if err != nil {
		return q, err
	}
	if _, err := os.Stat(to); err == nil {
		return q, mark.Errorf(mark.Exists, "There is a file named %s already. Remove it first, or choose another name.", filepath.Base(to))
	}
	if kind == "auto" {
		var why string
		if q.Type, why, err = recipe.Auto(head, defaultContext, free); err == nil {
			q.Notes = append(q.Notes, why)
		}
	} else {
		q.Type, err = recipe.Parse(kind, head)
	}
	if err != nil {
		return q, err
	}
	if a, err := head.Architecture(); err == nil && a.Quantised != gguf.F32 && a.Quantised != gguf.F16 && a.Quantised != gguf.BF16 {
		q.Notes = append(q.Notes, fmt.Sprintf("%s is in %v already: what it lost then stays lost. The original in 16 bits gives a better result.", filepath.Base(from), a.Quantised))
	}
	text := ""
	if q.Type.Weighs && !plain {
		text = calibration
	}
	dir, err := os.MkdirTemp(filepath.Dir(to), incoming+"*")
	if err != nil {
		return q, mark.Errorf(mark.Unavailable, "Nothing can be written in the folder of %s. Choose another.", filepath.Base(to)).Because(err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	made := filepath.Join(dir, filepath.Base(to))
	if err := run(ctx, from, made, q.Type.FileType, text); err != nil {
		return q, err
	}
	info, err := inspect(made)
	if err != nil {
		return q, err
	}
	hash, err := sum(ctx, made)
	if err != nil {
		return q, err
	}
	if err := settle(made, to, hash); err != nil {
		return q, err
	}
	q.Path, q.Bytes = to, info.size
	return q, nil
}

// Plan is the FP8 export plan of the model at path.
func Plan(path string) (string, error) {
	head, err := readHead(path)
	if err != nil {
		return "", err
	}
	return recipe.Plan(head, strings.TrimSuffix(filepath.Base(path), ".gguf")), nil
}

// readHead reads the header of the model at path.
func readHead(path string) (*gguf.File, error) {
	if _, err := inspect(path); err != nil {
		return nil, err
	}
	return headOf(path)
}

// headOf reads the header of a file that need be no model.
func headOf(path string) (*gguf.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", filepath.Base(path), err)
	}
	defer f.Close() //nolint:errcheck // read only
	st, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("look at %s: %w", filepath.Base(path), err)
	}
	head, err := gguf.Read(f, st.Size())
	if err != nil {
		return nil, explain(filepath.Base(path), err)
	}
	return head, nil
}

// Measure fills in what a model does: row has its name, type and size.
type Measure func(ctx context.Context, path, original, text string, row *recipe.Row) error

// Report is what was measured of copies of one model, the first being the
// original, and which of them suits this machine.
type Report struct {
	Rows   []recipe.Row `json:"rows"`
	Choice int          `json:"choice"` // index into Rows; -1: none
	Why    string       `json:"why"`

	Machine string    `json:"machine,omitempty"` // on which it was measured
	At      time.Time `json:"at,omitzero"`
}

func (l *Library) reportPath() string { return filepath.Join(l.own, "report.json") }

// Report is the last one that was kept; one without rows where there is none.
// Errors: Damaged.
func (l *Library) Report() (Report, error) {
	r := Report{Choice: -1}
	raw, err := readSmall(l.reportPath())
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &r)
	}
	if err != nil {
		return Report{Choice: -1}, mark.Errorf(mark.Damaged, "The report on models cannot be read. Measure again with 'markai models report'.").Because(err)
	}
	return r, nil
}

// KeepReport keeps r as the last one.
func (l *Library) KeepReport(r Report) error {
	if err := os.MkdirAll(l.own, 0o700); err != nil {
		return fmt.Errorf("make the models folder: %w", err)
	}
	return writeJSON(l.reportPath(), r)
}

// Compare measures the models at paths on legal text that no calibration has
// seen, at most length bytes of it (0: all), and recommends one for a machine
// with free bytes of memory. Errors: those of Check; Invalid where vocabularies differ.
func Compare(ctx context.Context, paths []string, length int, free int64, measure Measure) (Report, error) {
	text := heldOut
	if length > 0 && length < len(text) {
		text = strings.ToValidUTF8(text[:length], "")
	}
	var r Report
	for i, path := range paths {
		info, err := inspect(path)
		if err != nil {
			return r, err
		}
		head, err := readHead(path)
		if err != nil {
			return r, err
		}
		row := recipe.Row{Name: strings.TrimSuffix(filepath.Base(path), ".gguf"), Type: recipe.Stated(head), Bytes: info.size, SameFirst: 1}
		if row.Type == "" {
			row.Type = strings.ToLower(info.arch.Quantised.String())
		}
		original := paths[0]
		if i == 0 {
			original = ""
		}
		if err := measure(ctx, path, original, text, &row); err != nil {
			return r, err
		}
		r.Rows = append(r.Rows, row)
	}
	r.Choice, r.Why = recipe.Recommend(r.Rows, free)
	return r, nil
}
