//go:build unix

package encoder

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"markai/kernels"
)

// products is how many multiplications a batch takes in each stage.
func (c Config) products(passages [][]int32) (stages [Stages]float64, all float64) {
	w, feed := float64(c.Width), float64(c.Feed)
	for _, p := range passages {
		n := float64(len(p)) * float64(c.Layers)
		stages[StageQKV] += 3 * n * w * w
		stages[StageAttend] += 2 * n * float64(len(p)) * w
		stages[StageOutput] += n * w * w
		stages[StageUp] += n * w * feed
		stages[StageDown] += n * w * feed
	}
	for _, s := range stages {
		all += s
	}
	return stages, all
}

func count(passages [][]int32) (n int) {
	for _, p := range passages {
		n += len(p)
	}
	return n
}

// sets are the batches that are measured: long passages all of one length, and
// real ones as they come.
func sets(t testing.TB) map[string][][]int32 {
	var long [][]int32
	flat := []int32{}
	for _, p := range tokens(t, 512) {
		flat = append(flat, p...)
	}
	for ; len(flat) >= 256 && len(long) < 32; flat = flat[256:] {
		long = append(long, flat[:256])
	}
	return map[string][][]int32{"long": long, "mixed": tokens(t, 400)}
}

// TestMeasurement writes what build/bench/encoder.sh compares with others: the
// tokens, our vectors of them and our speed, into the folder that
// ENCODER_MEASURE names. ENCODER_PEAK is what the processor could do.
func TestMeasurement(t *testing.T) {
	dir := os.Getenv("ENCODER_MEASURE")
	if dir == "" {
		t.Skip("ENCODER_MEASURE names no folder: this is for build/bench/encoder.sh")
	}
	peak, _ := strconv.ParseFloat(os.Getenv("ENCODER_PEAK"), 64) // 0 where it is not known
	w := readModel(t)
	began := cpuTime()
	e := load(t, w, kernels.Auto)
	fmt.Printf("packed in %.2f s\n", (cpuTime() - began).Seconds())
	for _, name := range []string{"long", "mixed"} {
		fmt.Println(name + ":")
		some := sets(t)[name]
		vectors := embed(t, e, some)
		put(t, filepath.Join(dir, name+".json"), some)
		raw := make([]byte, 0, 4*e.Width*len(vectors))
		for _, v := range vectors {
			raw, _ = binary.Append(raw, binary.LittleEndian, v)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".f32"), raw, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, path := range kernels.Paths()[1:] {
			on, some := e, some
			if path != kernels.Best() {
				if name != "long" {
					continue
				}
				on, some = load(t, w, path), some[:4]
			}
			stages, all := e.products(some)
			var times Times
			cpu := fastest(t, on, Request{Passages: some, Threads: 1, Times: &times}, cpuTime)
			line := map[string]any{"set": name, "path": path.String(), "passages": float64(len(some)) / cpu, "tokens": float64(count(some)) / cpu, "products": all / cpu / 1e9}
			if path == kernels.Best() {
				began := time.Now()
				wall := fastest(t, on, Request{Passages: some, Threads: runtime.NumCPU()}, func() time.Duration { return time.Since(began) })
				line["together"] = float64(len(some)) / wall
				if name == "long" {
					shared(t, on, some, wall)
				}
				share(times, stages, peak)
			}
			put(t, filepath.Join(dir, fmt.Sprintf("speed-%s-%s.json", name, path)), line)
		}
	}
}

// shared prints what is left of the speed, by the clock, beside one process
// that is always busy, and what a fair division of the processors would leave.
func shared(t *testing.T, e *Encoder, some [][]int32, alone float64) {
	busy := exec.CommandContext(t.Context(), "sh", "-c", "while :; do :; done")
	if err := busy.Start(); err != nil {
		fmt.Printf("  beside a busy process: not run, %v\n", err)
		return
	}
	began, n := time.Now(), runtime.NumCPU()
	wall := fastest(t, e, Request{Passages: some, Threads: n}, func() time.Duration { return time.Since(began) })
	_ = busy.Process.Kill()
	_ = busy.Wait() // it was killed
	fmt.Printf("  beside a busy process: %.0f %% of the speed is left, a fair share is %.0f %%\n", 100*alone/wall, 100*float64(n)/float64(n+1))
}

func put(t *testing.T, path string, v any) {
	t.Helper()
	raw, err := json.Marshal(v)
	if err == nil {
		err = os.WriteFile(path, raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// fastest returns the seconds of the best of some turns, and leaves the times
// of its stages in r.
func fastest(t *testing.T, e *Encoder, r Request, clock func() time.Duration) float64 {
	best, keep := time.Duration(1<<62), r.Times
	for range 5 {
		var times Times
		if keep != nil {
			r.Times = &times
		}
		began := clock()
		if _, err := e.Embed(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if took := clock() - began; took < best {
			best = took
			if keep != nil {
				*keep = times
			}
		}
	}
	return best.Seconds()
}

// share prints where the time went, and how much of the processor was used.
func share(times Times, stages [Stages]float64, peak float64) {
	sum := 0.0
	for _, d := range times {
		sum += d.Seconds()
	}
	for s, d := range times {
		rate := stages[s] / d.Seconds() / 1e9
		switch {
		case rate == 0:
			fmt.Printf("  %-20s %5.1f %% of the time\n", Stage(s), 100*d.Seconds()/sum)
		case peak == 0:
			fmt.Printf("  %-20s %5.1f %% of the time, %4.0f GMAC/s\n", Stage(s), 100*d.Seconds()/sum, rate)
		default:
			fmt.Printf("  %-20s %5.1f %% of the time, %4.0f GMAC/s, %3.0f %% of the peak\n", Stage(s), 100*d.Seconds()/sum, rate, 100*rate/peak)
		}
	}
}
