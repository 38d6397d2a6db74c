package llama

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	native "github.com/hybridgroup/yzma/pkg/llama"
)

// started starts a command that ends with its input, at the latest with the
// test, and returns its input and output.
func started(t *testing.T, cmd *exec.Cmd) (io.Writer, io.Reader) {
	t.Helper()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return in, out
}

// startBare starts a process with a bare loop: llama_decode, the likeliest
// token, and nothing else. What it returns asks it for a round.
func startBare(t *testing.T, dir string) func(seed uint64) (prompt, read, write float64) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestBareLoop$")
	cmd.Env = append(os.Environ(), "MARKAI_BENCH_BARE="+dir)
	in, out := started(t, cmd)
	return func(seed uint64) (prompt, read, write float64) {
		if _, err := fmt.Fprintln(in, seed); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fscan(out, &prompt, &read, &write); err != nil {
			t.Fatal(err)
		}
		return prompt, read, write
	}
}

// TestBareLoop is that process: for every seed on its input it prints the
// tokens of the prompt and the tokens read and written a second.
func TestBareLoop(t *testing.T) {
	dir := os.Getenv("MARKAI_BENCH_BARE")
	if dir == "" {
		t.Skip("a part of TestEngineTable")
	}
	m, vocab, err := loadModel(setup{Runtime: filepath.Join(dir, "runtime"), Model: filepath.Join(dir, "models", "chat-q8_0.gguf")})
	if err != nil {
		t.Fatal(err)
	}
	params := native.ContextDefaultParams()
	params.NCtx, params.NBatch, params.NUbatch = 2048, stepTokens, stepTokens
	c, err := newContext(m, params)
	if err != nil {
		t.Fatal(err)
	}
	memory, err := native.GetMemory(c)
	if err != nil {
		t.Fatal(err)
	}
	batch := native.BatchInit(stepTokens, 0, 1)
	native.SetNThreads(c, 1, 1)
	e := &chatEngine{vocab: vocab, template: native.ModelChatTemplate(m, "")}
	next := func() native.Token {
		logits, err := native.GetLogitsIth(c, -1, int(native.VocabNTokens(vocab)))
		if err != nil {
			t.Fatal(err)
		}
		return native.Token(argmax(logits))
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var seed uint64
		if _, err := fmt.Sscan(lines.Text(), &seed); err != nil {
			t.Fatal(err)
		}
		q := longText(seed)
		if err := native.MemoryClear(memory, true); err != nil {
			t.Fatal(err)
		}
		in := e.tokens([]turn{{"system", q.system}, {"user", q.user}}, "")
		began := time.Now()
		for at := 0; at < len(in); at += stepTokens {
			if err := decodeBatch(c, &batch, in[at:min(at+stepTokens, len(in))], at, native.Decode); err != nil {
				t.Fatal(err)
			}
		}
		tok := next()
		read := float64(len(in)) / time.Since(began).Seconds()
		began = time.Now()
		n := 0
		for ; n < q.tokens-1 && !native.VocabIsEOG(vocab, tok); n++ {
			if err := decodeBatch(c, &batch, []native.Token{tok}, len(in)+n, native.Decode); err != nil {
				t.Fatal(err)
			}
			tok = next()
		}
		fmt.Println(len(in), read, float64(n)/time.Since(began).Seconds())
	}
}
