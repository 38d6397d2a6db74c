// Package config reads Mark AI's one settings file.
//
// A value comes from the defaults, the YAML file, the environment or the
// command line, the later winning. A key that does not exist is an error, so a
// typing mistake never passes as a default. Every value knows its origin.
package config

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	mark "markai/backend"
)

// Config is all that can be set. Keys are the yaml tags joined by dots.
type Config struct {
	Modules    Modules    `yaml:"modules"`
	Chat       Chat       `yaml:"chat"`
	Embedding  Embedding  `yaml:"embedding"`
	Ingest     Ingest     `yaml:"ingest"`
	Search     Search     `yaml:"search"`
	Serve      Serve      `yaml:"serve"`
	Models     Models     `yaml:"models"`
	Network    Network    `yaml:"network"`
	Appearance Appearance `yaml:"appearance"`
}

// Modules switches whole parts on and off. A part that is off answers
// "unavailable" and says what to switch on.
type Modules struct {
	Chat       bool `yaml:"chat" doc:"Let a local language model write answers. Off: answers are the passages themselves."`
	Embeddings bool `yaml:"embeddings" doc:"Search by meaning as well as by words."`
	OCR        bool `yaml:"ocr" doc:"Read scanned pages."`
	PDF        bool `yaml:"pdf" doc:"Read PDF files."`
	Word       bool `yaml:"word" doc:"Read Word files (.docx)."`
	Mail       bool `yaml:"mail" doc:"Read e-mail files (.eml, .msg) and their attachments."`
	Images     bool `yaml:"images" doc:"Read TIFF, JPEG and PNG files."`
	Second     bool `yaml:"second_opinion" doc:"Try a second PDF reader where the first finds nothing."`
	Serve      bool `yaml:"serve" doc:"Allow 'markai serve' to open the same window in a browser on this machine."`
	Audit      bool `yaml:"audit" doc:"Keep the hash-chained record of who opened, asked and erased what."`
}

// Chat is the model that writes.
type Chat struct {
	Model     string        `yaml:"model" doc:"Which chat model to use: an id from 'markai models list'." restart:"true"`
	Context   int           `yaml:"context" doc:"Tokens that the chat model holds at once." restart:"true"`
	Threads   int           `yaml:"threads" doc:"Processor threads for writing; 0 leaves one core free." restart:"true"`
	MemoryMB  int           `yaml:"memory_mb" doc:"Megabytes of memory that all chat models may take together; 0 for what is free." restart:"true"`
	MaxTokens int           `yaml:"max_tokens" doc:"Longest answer, in tokens."`
	IdleAfter time.Duration `yaml:"idle_after" doc:"Give the model's memory back after this long without a question." restart:"true"`
}

// Embedding is the model that finds by meaning.
type Embedding struct {
	Model   string `yaml:"model" doc:"Which embedding model to use: an id from 'markai models list'." restart:"true"`
	Engine  string `yaml:"engine" doc:"What computes it: native for the built-in encoder, llama for llama.cpp, auto for the built-in one where it knows the model. Passages are embedded again after a change." choices:"auto,native,llama" restart:"true"`
	Threads int    `yaml:"threads" doc:"Processor threads for embedding; 0 decides by the machine." restart:"true"`
}

// Ingest is the reading of files.
type Ingest struct {
	Documents int `yaml:"documents" doc:"Documents read at the same time; 0 decides by the machine." restart:"true"`
	OCRPages  int `yaml:"ocr_pages" doc:"Scanned pages read at the same time; 0 decides by the machine." restart:"true"`
	OCRDPI    int `yaml:"ocr_dpi" doc:"Resolution at which scans are read, in dots per inch." restart:"true"`
	// OCRLanguages is auto, or names of Tesseract's.
	OCRLanguages string `yaml:"ocr_languages" doc:"Languages of scans: auto for English and what else a page seems to be in, or names such as eng+deu. 'markai doctor' lists those installed." restart:"true"`
}

// Search is how passages are found.
type Search struct {
	Limit int `yaml:"limit" doc:"Passages shown for a search."`
}

// Serve is the server on this machine.
type Serve struct {
	Address string `yaml:"address" doc:"Loopback address and port of 'markai serve'; port 0 takes a free one." restart:"true"`
	Hosts   string `yaml:"hosts" doc:"Host names accepted besides localhost, separated by commas." restart:"true"`
}

// Models is where models come from.
type Models struct {
	// Source may say where {repository} and {file} belong in it.
	Source string `yaml:"source" doc:"Address of a hub of models, or of your firm's mirror of one, from which models of the catalogue are downloaded. Its host has to be among network.hosts. Empty: nothing is downloaded."`
}

// Network is what this program may connect to.
type Network struct {
	Hosts string `yaml:"hosts" doc:"Hosts that this program may connect to, over TLS only, separated by commas: a name, a name with a port, or *.name for all names below it. Each connection is recorded in the audit trail first. Empty: none."`
}

// Appearance is how the window looks.
type Appearance struct {
	Theme string `yaml:"theme" doc:"Colours of the window." choices:"system,light,dark"`
}

// Default returns the settings that hold where nothing else is said.
func Default() Config {
	return Config{
		Modules:    Modules{true, true, true, true, true, true, true, true, true, true},
		Chat:       Chat{Model: "smollm2-135m-instruct", Context: 4096, MaxTokens: 384, IdleAfter: 10 * time.Minute},
		Embedding:  Embedding{Model: "all-minilm-l6-v2", Engine: "auto"},
		Ingest:     Ingest{OCRDPI: 300, OCRLanguages: "auto"},
		Search:     Search{Limit: 20},
		Serve:      Serve{Address: "127.0.0.1:8737"},
		Appearance: Appearance{Theme: "system"},
	}
}

// Origin says where a value came from.
type Origin string

// The origins, weakest first.
const (
	FromDefault     Origin = "default"
	FromFile        Origin = "file"
	FromEnvironment Origin = "environment"
	FromFlag        Origin = "flag"
)

// Value is one setting, explained.
type Value struct {
	Key     string
	Value   string
	Default string
	Origin  Origin
	Doc     string
	Kind    string // "bool", "int", "string", "choice", "duration"
	Choices []string
	Restart bool // takes effect at the next start
}

// Loaded is a Config together with where each value came from.
type Loaded struct {
	Config
	origin map[string]Origin
}

// Load builds the settings. file is the YAML text (nil: no file), environ has
// the form of os.Environ, flags are "key=value". Errors are mark.Invalid and
// name the key and where it stands.
func Load(file io.Reader, environ, flags []string) (*Loaded, error) {
	l := &Loaded{Config: Default(), origin: map[string]Origin{}}
	if file != nil {
		if err := l.readFile(file); err != nil {
			return nil, err
		}
	}
	if err := l.readEnvironment(environ); err != nil {
		return nil, err
	}
	for _, f := range flags {
		key, value, ok := strings.Cut(f, "=")
		if !ok {
			return nil, mark.Errorf(mark.Invalid, "%q is not of the form key=value.", f)
		}
		if err := l.Set(key, value, FromFlag); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (l *Loaded) readFile(r io.Reader) error {
	text, err := io.ReadAll(io.LimitReader(r, 1<<20))
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	var root yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(text)).Decode(&root); err != nil {
		if err == io.EOF {
			return nil
		}
		return mark.Errorf(mark.Invalid, "The settings file is not valid YAML: %v.", err)
	}
	if len(root.Content) == 0 {
		return nil
	}
	return l.walk("", root.Content[0])
}

// walk sets the leaves under node. Only mappings and plain values occur.
func (l *Loaded) walk(prefix string, node *yaml.Node) error {
	if node.Kind != yaml.MappingNode {
		if node.Kind == yaml.ScalarNode && node.Tag == "!!null" {
			return nil
		}
		return mark.Errorf(mark.Invalid, "Line %d of the settings file: expected names with values.", node.Line)
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		name, value := node.Content[i], node.Content[i+1]
		key := prefix + name.Value
		if value.Kind == yaml.ScalarNode && value.Tag != "!!null" {
			if err := l.Set(key, value.Value, FromFile); err != nil {
				return fmt.Errorf("line %d of the settings file: %w", name.Line, err)
			}
			continue
		}
		if !isSection(key) {
			return mark.Errorf(mark.Invalid, "Line %d of the settings file: there is no section %q.", name.Line, key)
		}
		if err := l.walk(key+".", value); err != nil {
			return err
		}
	}
	return nil
}

// envPrefix begins the name of a variable that sets a key: MARKAI_SET_CHAT_MODEL
// sets chat.model. It differs from MARKAI_HOME and its like, so that a typing
// error in a setting is noticed.
const envPrefix = "MARKAI_SET_"

func (l *Loaded) readEnvironment(environ []string) error {
	names := map[string]string{}
	for _, k := range Keys() {
		names[envPrefix+strings.ToUpper(strings.ReplaceAll(k, ".", "_"))] = k
	}
	for _, e := range environ {
		name, value, _ := strings.Cut(e, "=")
		if !strings.HasPrefix(name, envPrefix) {
			continue
		}
		key, ok := names[name]
		if !ok {
			return mark.Errorf(mark.Invalid, "The environment sets %s, but there is no such setting.", name)
		}
		if err := l.Set(key, value, FromEnvironment); err != nil {
			return err
		}
	}
	return nil
}

// Set gives key a value. Errors: mark.Invalid for an unknown key or a value of
// the wrong form.
func (l *Loaded) Set(key, value string, from Origin) error {
	f, ok := find(&l.Config, key)
	if !ok {
		return mark.Errorf(mark.Invalid, "There is no setting %q. 'markai config show' lists them.", key)
	}
	if err := f.set(value); err != nil {
		return err
	}
	l.origin[key] = from
	return nil
}

// Show returns every setting, by key.
func (l *Loaded) Show() []Value {
	defaults := Default()
	var out []Value
	for _, f := range fields(&l.Config) {
		d, _ := find(&defaults, f.key)
		v := Value{Key: f.key, Value: f.text(), Default: d.text(), Origin: FromDefault, Doc: f.doc, Kind: f.kind(), Choices: f.choices, Restart: f.restart}
		if o, ok := l.origin[f.key]; ok {
			v.Origin = o
		}
		out = append(out, v)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Key < out[j].Key })
	return out
}

// Keys returns all keys.
func Keys() []string {
	c := Default()
	var out []string
	for _, f := range fields(&c) {
		out = append(out, f.key)
	}
	return out
}

// ModuleKeys returns the keys that switch whole parts off.
func ModuleKeys() []string {
	var out []string
	for _, k := range Keys() {
		if strings.HasPrefix(k, "modules.") {
			out = append(out, k)
		}
	}
	return out
}

// WriteKey returns the YAML text with key set to value and all else, comments
// included, as it was.
func WriteKey(text []byte, key, value string) ([]byte, error) {
	probe := &Loaded{Config: Default(), origin: map[string]Origin{}}
	if err := probe.Set(key, value, FromFile); err != nil {
		return nil, err
	}
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil, mark.Errorf(mark.Invalid, "The settings file is not valid YAML: %v.", err)
	}
	if len(root.Content) == 0 || root.Content[0].Kind != yaml.MappingNode {
		root = yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{{Kind: yaml.MappingNode, Tag: "!!map"}}}
	}
	section, name, _ := strings.Cut(key, ".")
	leaf := child(child(root.Content[0], section, yaml.MappingNode), name, yaml.ScalarNode)
	leaf.SetString(value)
	if f, _ := find(&probe.Config, key); f.kind() != "string" && f.kind() != "choice" {
		leaf.Tag = "" // let the reader see true and 4096 unquoted
	}
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(&root); err != nil {
		return nil, fmt.Errorf("write settings: %w", err)
	}
	return out.Bytes(), nil
}

// child returns the value of name under a mapping, adding it where missing.
func child(m *yaml.Node, name string, kind yaml.Kind) *yaml.Node {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == name {
			v := m.Content[i+1]
			if v.Kind != kind {
				*v = yaml.Node{Kind: kind}
			}
			return v
		}
	}
	k, v := &yaml.Node{Kind: yaml.ScalarNode, Value: name}, &yaml.Node{Kind: kind}
	m.Content = append(m.Content, k, v)
	return v
}

// field is one leaf of a Config.
type field struct {
	key, doc string
	choices  []string
	restart  bool
	v        reflect.Value
}

func fields(c *Config) []field {
	var out []field
	top := reflect.ValueOf(c).Elem()
	for i := range top.NumField() {
		section, st := top.Field(i), top.Type().Field(i)
		for j := range section.NumField() {
			ft := section.Type().Field(j)
			f := field{
				key:     st.Tag.Get("yaml") + "." + ft.Tag.Get("yaml"),
				doc:     ft.Tag.Get("doc"),
				restart: st.Tag.Get("yaml") == "modules" || ft.Tag.Get("restart") == "true",
				v:       section.Field(j),
			}
			if c := ft.Tag.Get("choices"); c != "" {
				f.choices = strings.Split(c, ",")
			}
			out = append(out, f)
		}
	}
	return out
}

func isSection(name string) bool {
	for _, k := range Keys() {
		if strings.HasPrefix(k, name+".") {
			return true
		}
	}
	return false
}

func find(c *Config, key string) (field, bool) {
	for _, f := range fields(c) {
		if f.key == key {
			return f, true
		}
	}
	return field{}, false
}

func (f field) kind() string {
	switch f.v.Interface().(type) {
	case bool:
		return "bool"
	case int:
		return "int"
	case time.Duration:
		return "duration"
	}
	if f.choices != nil {
		return "choice"
	}
	return "string"
}

func (f field) text() string { return fmt.Sprint(f.v.Interface()) }

func (f field) set(text string) error {
	switch f.v.Interface().(type) {
	case bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return mark.Errorf(mark.Invalid, "The setting %s is true or false, not %q.", f.key, text)
		}
		f.v.SetBool(b)
	case int:
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return mark.Errorf(mark.Invalid, "The setting %s is a whole number, 0 or more, not %q.", f.key, text)
		}
		f.v.SetInt(int64(n))
	case time.Duration:
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			return mark.Errorf(mark.Invalid, "The setting %s is a time like 10m, not %q.", f.key, text)
		}
		f.v.SetInt(int64(d))
	default:
		ok := f.choices == nil
		for _, c := range f.choices {
			ok = ok || c == text
		}
		if !ok {
			return mark.Errorf(mark.Invalid, "The setting %s is one of %s, not %q.", f.key, strings.Join(f.choices, ", "), text)
		}
		f.v.SetString(text)
	}
	return nil
}
