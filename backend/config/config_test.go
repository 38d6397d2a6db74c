package config

import (
	"strings"
	"testing"

	mark "markai/backend"
)

func TestLaterSourcesWinAndSayWhereTheyCameFrom(t *testing.T) {
	file := "chat:\n  context: 1000\n  threads: 3\nmodules:\n  ocr: false\n"
	l, err := Load(strings.NewReader(file), []string{"MARKAI_SET_CHAT_THREADS=4", "MARKAI_HOME=/x"}, []string{"chat.max_tokens=7"})
	if err != nil {
		t.Fatal(err)
	}
	if l.Chat.Context != 1000 || l.Chat.Threads != 4 || l.Chat.MaxTokens != 7 || l.Modules.OCR {
		t.Errorf("got %+v", l.Config)
	}
	want := map[string]Origin{"chat.context": FromFile, "chat.threads": FromEnvironment, "chat.max_tokens": FromFlag, "chat.model": FromDefault, "modules.ocr": FromFile}
	for _, v := range l.Show() {
		if o, ok := want[v.Key]; ok && v.Origin != o {
			t.Errorf("%s comes from %s, want %s", v.Key, v.Origin, o)
		}
	}
}

func TestMistakesAreNamed(t *testing.T) {
	tests := []struct {
		name, file, env, flag, want string
	}{
		{"unknown key", "chat:\n  modle: x\n", "", "", "chat.modle"},
		{"unknown section", "chats:\n  model: x\n", "", "", "chats"},
		{"not yaml", "chat: [", "", "", "not valid YAML"},
		{"a list", "- a\n", "", "", "Line 1"},
		{"not a bool", "modules:\n  ocr: perhaps\n", "", "", "true or false"},
		{"not a number", "", "MARKAI_SET_CHAT_CONTEXT=many", "", "whole number"},
		{"unknown variable", "", "MARKAI_SET_CHAT_MODLE=x", "", "MARKAI_SET_CHAT_MODLE"},
		{"flag without value", "", "", "chat.model", "key=value"},
		{"not a choice", "", "", "appearance.theme=pink", "system, light, dark"},
		{"negative", "", "", "chat.context=-1", "whole number"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var env, flags []string
			if tt.env != "" {
				env = []string{tt.env}
			}
			if tt.flag != "" {
				flags = []string{tt.flag}
			}
			_, err := Load(strings.NewReader(tt.file), env, flags)
			if err == nil || !strings.Contains(err.Error(), tt.want) || mark.CodeOf(err) != mark.Invalid {
				t.Errorf("got %v, want an invalid error with %q", err, tt.want)
			}
		})
	}
}

func TestEverySettingIsExplained(t *testing.T) {
	l, err := Load(nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range l.Show() {
		if !strings.HasSuffix(v.Doc, ".") {
			t.Errorf("%s has no explanation", v.Key)
		}
		if err := l.Set(v.Key, v.Value, FromFlag); err != nil {
			t.Errorf("%s does not take its own value back: %v", v.Key, err)
		}
	}
	if len(ModuleKeys()) < 8 {
		t.Errorf("modules: %v", ModuleKeys())
	}
}

func TestWritingOneKeyKeepsTheRest(t *testing.T) {
	before := "# ours\nchat:\n  context: 1000 # small machine\n"
	after, err := WriteKey([]byte(before), "appearance.theme", "dark")
	if err != nil {
		t.Fatal(err)
	}
	after, err = WriteKey(after, "chat.context", "2000")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# ours", "small machine", "theme: dark", "context: 2000"} {
		if !strings.Contains(string(after), want) {
			t.Errorf("%q is missing in\n%s", want, after)
		}
	}
	if _, err := Load(strings.NewReader(string(after)), nil, nil); err != nil {
		t.Error(err)
	}
	if _, err := WriteKey(nil, "no.such", "x"); mark.CodeOf(err) != mark.Invalid {
		t.Errorf("got %v", err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("chat:\n  context: 1000\n")
	f.Add("a: &a [*a]\n")
	f.Fuzz(func(t *testing.T, text string) {
		if l, err := Load(strings.NewReader(text), nil, nil); err == nil && len(l.Show()) != len(Keys()) {
			t.Errorf("settings are missing after %q", text)
		}
	})
}
