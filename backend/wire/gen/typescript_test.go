package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

func TestCommittedTypesAreCurrent(t *testing.T) {
	want, err := generate("..")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../../frontend/src/api/types.gen.ts")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("frontend/src/api/types.gen.ts is not what the types say: run go generate ./backend/wire")
	}
}

func TestDeclarations(t *testing.T) {
	tests := []struct {
		name, src, want string
	}{
		{"an array of fixed length is a tuple", "type Box [4]float64", "export type Box = [number, number, number, number];"},
		{"a closed set of strings is a union", "type J struct {\n\tS string `json:\"s\"` // \"a\", \"b\" or \"c\"\n}", `s: "a" | "b" | "c";`},
		{"an open string stays a string", "type J struct {\n\tS string `json:\"s\"` // RFC 3339\n}", "s: string;"},
		{"omitempty is optional", "type J struct {\n\tN int `json:\"n,omitempty\"`\n}", "n?: number;"},
		{"a pointer is its target", "type J struct {\n\tP *Page `json:\"p\"`\n}", "p: Page;"},
		{"pairs in a list", "type J struct {\n\tM [][2]int `json:\"m\"`\n}", "m: [number, number][];"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := typescript("x.go", []byte("package x\n"+tt.src+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(got), tt.want) {
				t.Errorf("got\n%s\nwant it to contain %s", got, tt.want)
			}
		})
	}
}

func TestTypeWithoutTwinIsRefused(t *testing.T) {
	for _, src := range []string{
		"type T map[string]int",
		"type T struct {\n\tX chan int `json:\"x\"`\n}",
		"type T struct {\n\tX int\n}",
		"type T struct {\n\tX uintptr `json:\"x\"`\n}",
	} {
		if got, err := typescript("x.go", []byte("package x\n"+src+"\n")); err == nil {
			t.Errorf("%s became\n%s", src, got)
		}
	}
}
