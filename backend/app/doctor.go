package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	mark "markai/backend"
	"markai/backend/config"
	"markai/backend/crypt"
	"markai/backend/device"
	"markai/backend/keyring"
)

// Check is one thing that Doctor looked at.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

// Doctor tries every part for real, on data of its own, and says what works.
// It does not touch the vault.
func Doctor(ctx context.Context, home string, c *config.Loaded) []Check {
	var out []Check
	add := func(name string, check func() (string, error)) {
		detail, err := check()
		if err != nil {
			detail = mark.MessageOf(err)
		}
		out = append(out, Check{name, err == nil, detail})
	}
	add("machine", func() (string, error) {
		m := device.Read()
		return fmt.Sprintf("%s, %d cores, %.1f GB of memory, %.1f GB free", m.Processor, m.Physical, gb(m.Memory), gb(m.Free)), nil
	})
	add("encrypted store", func() (string, error) { return checkStore(ctx) })
	add("search by meaning", func() (string, error) { return checkScan(ctx) })
	add("keyring", func() (string, error) {
		// A missing keyring is no fault: a passphrase takes its place.
		if !hasKeyring(ctx, keyring.New()) {
			return "none here: the vault is opened by its passphrase", nil
		}
		return "answers", nil
	})
	add("data folder", func() (string, error) { return home, checkWritable(home) })
	r, err := NewReader(c)
	if err != nil {
		return append(out, Check{"readers", false, mark.MessageOf(err)})
	}
	defer r.Close()
	if c.Modules.PDF {
		add("PDF reader", func() (string, error) { return r.checkPDF(ctx) })
	}
	if c.Modules.OCR {
		add("OCR", func() (string, error) { return r.checkOCR(ctx) })
	}
	e, err := newEngines(home, c, func() {})
	if err != nil {
		return append(out, Check{"models", false, mark.MessageOf(err)})
	}
	defer e.close()
	if c.Modules.Embeddings {
		add("embedding model", func() (string, error) { return e.checkEmbedding(ctx) })
	}
	if c.Modules.Chat {
		add("graphics processors", func() (string, error) {
			e.chat.gpus.processors(ctx)
			return e.chat.gpus.String(), nil
		})
		add("chat model", func() (string, error) { return e.checkChat(ctx) })
		add("its answers", func() (string, error) { return e.checkAbility(ctx) })
	}
	return out
}

func gb(n int64) float64 { return float64(n) / (1 << 30) }

func checkStore(ctx context.Context) (string, error) {
	dir, err := os.MkdirTemp("", "markai-doctor-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	key := crypt.NewKey()
	store, err := stores().OpenMatter(ctx, filepath.Join(dir, "test.db"), key[:])
	if err != nil {
		return "", err
	}
	return "SQLite3 Multiple Ciphers, AEGIS-256", store.Close()
}

func checkWritable(home string) error {
	for dir := home; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if os.IsNotExist(err) && dir != filepath.Dir(dir) {
			continue // it is made when the vault is
		}
		if err != nil || !info.IsDir() {
			return mark.Errorf(mark.Unavailable, "The folder %s cannot be used.", home).Because(err)
		}
		f, err := os.CreateTemp(dir, ".markai-doctor-")
		if err != nil {
			return mark.Errorf(mark.Unavailable, "Nothing can be written in %s.", dir).Because(err)
		}
		f.Close()
		return os.Remove(f.Name())
	}
}

func (e *engines) checkEmbedding(ctx context.Context) (string, error) {
	em := e.embedder()
	if em == nil {
		return "", mark.Errorf(mark.Unavailable, "%s", e.embed.problem)
	}
	began := time.Now()
	v, err := em.Embed(ctx, []string{"The lease ends in June."})
	if err != nil {
		return "", err
	}
	first := time.Since(began)
	rate := pace(ctx, em)
	trial, err := e.embed.settle(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s by %s, %d numbers a passage, first one after %d ms, then %.0f long ones a second; %s",
		e.embed.model.Name, e.embed.engine, len(v[0]), first.Milliseconds(), rate, trial), nil
}

func (e *engines) checkChat(ctx context.Context) (string, error) {
	began := time.Now()
	for _, err := range e.chat.Generate(ctx, mark.Prompt{User: "Say hello.", MaxTokens: 8}) {
		if err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%s, first answer after %d ms", e.chat.model.Name, time.Since(began).Milliseconds()), nil
}

// checkAbility says what the chat model can do, and measures it where that was
// not done.
func (e *engines) checkAbility(ctx context.Context) (string, error) {
	key := abilityKey(e.chat.model)
	if a := e.chat.can.of(key); a != nil {
		return a.String(), nil
	}
	a, err := e.chat.can.measure(ctx, e.chat, key)
	if err != nil {
		return "", err
	}
	return a.String(), nil
}
