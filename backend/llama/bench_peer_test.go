package llama

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// peer is llama.cpp's own server, in a process of its own.
type peer struct {
	pid  int
	url  string
	load time.Duration // from nothing to a first token
}

// startPeer starts the server, or skips where it is not installed. It has as
// many slots as chats are to run at once; threads 0 are its own choice.
func startPeer(t *testing.T, dir string, slots, context, decode, batch int) *peer {
	t.Helper()
	python := filepath.Join(dir, "python", "bin", "python")
	if err := exec.Command(python, "-c", "import xllamacpp").Run(); err != nil {
		t.Skip("llama.cpp's server is not installed: run build/setup.sh test")
	}
	cmd := exec.Command(python, filepath.Join("..", "..", "build", "bench", "engine.py"), filepath.Join(dir, "models", "chat-q8_0.gguf"),
		strconv.Itoa(slots), strconv.Itoa(context), strconv.Itoa(decode), strconv.Itoa(batch))
	_, out := started(t, cmd)
	p := &peer{pid: cmd.Process.Pid}
	r := bufio.NewReader(out)
	for p.url == "" {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		line = strings.TrimSpace(line)
		if ms, err := strconv.Atoi(line); err == nil {
			p.load = time.Duration(ms) * time.Millisecond
		} else if strings.HasPrefix(line, "http") {
			p.url = line
		}
	}
	go func() { _, _ = io.Copy(io.Discard, r) }() // ends with the process
	return p
}

// generate asks the server for the same as chat does.
func (p *peer) generate(ctx context.Context, c chat) (m measured, err error) {
	prompt := "<|im_start|>system\n" + c.system + "<|im_end|>\n<|im_start|>user\n" + c.user + "<|im_end|>\n<|im_start|>assistant\n" + c.prefix
	body, err := json.Marshal(map[string]any{
		"prompt": prompt, "n_predict": c.tokens, "temperature": 0, "ignore_eos": true, "stream": true, "cache_prompt": true,
	})
	if err != nil {
		return m, err
	}
	began := time.Now()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+"/completion", bytes.NewReader(body))
	if err != nil {
		return m, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return m, err
	}
	defer resp.Body.Close() //nolint:errcheck // it was only read
	if resp.StatusCode != http.StatusOK {
		return m, fmt.Errorf("the server answered %s", resp.Status)
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var e struct {
			Content string `json:"content"`
			Stop    bool   `json:"stop"`
			Timings struct {
				Tokens int `json:"predicted_n"`
			} `json:"timings"`
		}
		if err := json.Unmarshal([]byte(data), &e); err != nil {
			return m, err
		}
		if e.Content != "" {
			m.tokens++ // nearly: until the server says how many there were
			if m.first == 0 {
				m.first = time.Since(began)
			}
		}
		if e.Stop {
			m.tokens = e.Timings.Tokens
		}
	}
	m.total = time.Since(began)
	return m, lines.Err()
}

// llamaBench returns the tokens that llama-bench reads and writes in a second at its
// best of some rounds, on one thread and with steps as large as ours, and false
// where it is not installed.
func llamaBench(t *testing.T, dir string, rounds int) (rates [2]float64, ok bool) {
	t.Helper()
	program := filepath.Join(dir, "llama-bench")
	if _, err := os.Stat(program); err != nil {
		t.Log("llama-bench is not installed: make bench-engine builds it")
		return rates, false
	}
	out, err := exec.CommandContext(t.Context(), program, "-m", filepath.Join(dir, "models", "chat-q8_0.gguf"), "-o", "json",
		"-p", "512", "-n", "64", "-d", "0,512", "-t", "1", "-r", strconv.Itoa(rounds), "-b", strconv.Itoa(stepTokens), "-ub", strconv.Itoa(stepTokens)).Output()
	if err != nil {
		t.Fatal(err)
	}
	var runs []struct {
		Written int       `json:"n_gen"`
		Depth   int       `json:"n_depth"`
		Rates   []float64 `json:"samples_ts"`
	}
	if err := json.Unmarshal(out, &runs); err != nil {
		t.Fatal(err)
	}
	for _, r := range runs {
		if (r.Written > 0) != (r.Depth > 0) {
			continue // ours reads at the beginning and writes after the prompt
		}
		rates[min(r.Written, 1)] = slices.Max(append(r.Rates, 0))
	}
	return rates, true
}
