package recipe

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// Row is one measured copy of a model.
type Row struct {
	Name            string  `json:"name"`
	Type            string  `json:"type"`
	Bytes           int64   `json:"bytes"`
	PeakBytes       int64   `json:"peakBytes"` // 0: not found
	PromptPerSecond float64 `json:"promptPerSecond"`
	DecodePerSecond float64 `json:"decodePerSecond"`
	Perplexity      float64 `json:"perplexity"`
	Divergence      float64 `json:"divergence"` // nats a token from the first row
	SameFirst       float64 `json:"sameFirst"`  // share
	Tokens          int     `json:"tokens"`     // judged
	Quality         float64 `json:"quality"`    // share of questions answered rightly
	Questions       int     `json:"questions"`  // 0: none were asked
}

// tolerable is the divergence, in nats a token, up to which a copy counts as
// like its original: below it the likeliest token is the same nearly always.
const tolerable = 0.05

// Recommend chooses the fastest copy that fits free bytes (0: not known) and
// stays like the first row, and says why. Where none stays like it, the nearest
// that fits. It returns -1 where none fits.
func Recommend(rows []Row, free int64) (int, string) {
	best, nearest := -1, -1
	for i, r := range rows {
		need := max(r.PeakBytes, r.Bytes)
		if free > 0 && need > free {
			continue
		}
		if nearest < 0 || r.Divergence < rows[nearest].Divergence {
			nearest = i
		}
		if r.Divergence <= tolerable && (best < 0 || r.DecodePerSecond > rows[best].DecodePerSecond) {
			best = i
		}
	}
	switch {
	case best >= 0:
		return best, fmt.Sprintf("%s: the fastest at writing of those that fit this machine and stay within %.2f nats a token of the original.", rows[best].Name, tolerable)
	case nearest >= 0:
		return nearest, fmt.Sprintf("%s: no copy that fits stays within %.2f nats a token of the original; this one is nearest.", rows[nearest].Name, tolerable)
	}
	return -1, "None of these fits the memory that is free. Take a smaller type or a smaller model."
}

// Table lays the rows out as Markdown.
func Table(rows []Row) string {
	var b strings.Builder
	b.WriteString("| model | type | size MB | memory MB | prompt tokens/s | writing tokens/s | perplexity | divergence | same first token | answers right |\n|---|---|---|---|---|---|---|---|---|---|\n")
	for _, r := range rows {
		quality, memory := "–", "–"
		if r.Questions > 0 {
			quality = fmt.Sprintf("%.0f %% of %d", 100*r.Quality, r.Questions)
		}
		if r.PeakBytes > 0 {
			memory = fmt.Sprintf("%.0f", float64(r.PeakBytes)/1e6)
		}
		fmt.Fprintf(&b, "| %s | %s | %.0f | %s | %.0f | %.1f | %.2f | %.4f | %.1f %% | %s |\n", strings.ReplaceAll(r.Name, "|", " "), r.Type,
			float64(r.Bytes)/1e6, memory, r.PromptPerSecond, r.DecodePerSecond, r.Perplexity, r.Divergence, 100*r.SameFirst, quality)
	}
	return b.String()
}

// Chart draws size against divergence as SVG, a dot for each copy, larger the
// faster it writes. Colours follow the surrounding text, so that it suits a dark
// page too.
func Chart(rows []Row) string {
	const w, h, left, bottom = 640, 360, 70, 50
	size, far, fast := 1.0, 1e-3, 1.0
	for _, r := range rows {
		size, far, fast = max(size, float64(r.Bytes)/1e6), max(far, finite(r.Divergence)), max(fast, finite(r.DecodePerSecond))
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="Size and divergence of %d copies of a model" fill="currentColor" font-family="sans-serif" font-size="12">`, w, h, len(rows))
	fmt.Fprintf(&b, `<path d="M%d 20V%dH%d" fill="none" stroke="currentColor"/>`, left, h-bottom, w-20)
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">size, to %.0f MB</text><text x="8" y="14">divergence, to %.3f nats a token; larger dots write faster</text>`, w-20, h-15, size, far)
	for _, r := range rows {
		x := left + float64(w-left-150)*float64(r.Bytes)/1e6/size
		y := float64(h-bottom) - float64(h-bottom-40)*finite(r.Divergence)/far
		fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="%.1f" fill-opacity="0.6"/><text x="%.1f" y="%.1f">%s</text>`,
			x, y, 4+8*math.Sqrt(finite(r.DecodePerSecond)/fast), x+15, y+4, html.EscapeString(r.Type))
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// finite keeps what is no number, or less than nothing, out of a drawing.
func finite(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) || x < 0 {
		return 0
	}
	return x
}
