package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strconv"
	"strings"
)

// typescript returns the TypeScript declarations of every exported type in
// the Go source src. It fails on a type it has no exact twin for, rather than
// write "any".
func typescript(name string, src []byte) ([]byte, error) {
	file, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for _, decl := range file.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok || gen.Tok != token.TYPE {
			continue
		}
		for _, spec := range gen.Specs {
			t := spec.(*ast.TypeSpec)
			if !t.Name.IsExported() {
				continue
			}
			doc := t.Doc
			if doc == nil {
				doc = gen.Doc
			}
			if err := declare(&out, t, doc); err != nil {
				return nil, fmt.Errorf("type %s: %w", t.Name.Name, err)
			}
		}
	}
	return out.Bytes(), nil
}

// declare writes one type.
func declare(out *bytes.Buffer, t *ast.TypeSpec, doc *ast.CommentGroup) error {
	out.WriteByte('\n')
	if text := strings.TrimSpace(doc.Text()); text != "" {
		fmt.Fprintf(out, "/** %s */\n", strings.ReplaceAll(text, "\n", " "))
	}
	s, ok := t.Type.(*ast.StructType)
	if !ok {
		ts, err := typeOf(t.Type)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "export type %s = %s;\n", t.Name.Name, ts)
		return nil
	}
	fmt.Fprintf(out, "export interface %s {\n", t.Name.Name)
	for _, f := range s.Fields.List {
		if err := field(out, f); err != nil {
			return err
		}
	}
	out.WriteString("}\n")
	return nil
}

// field writes one field under its JSON name.
func field(out *bytes.Buffer, f *ast.Field) error {
	if len(f.Names) != 1 || f.Tag == nil {
		return fmt.Errorf("a field needs one name and a json tag")
	}
	tag, err := strconv.Unquote(f.Tag.Value)
	if err != nil {
		return err
	}
	name, options, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
	if name == "" || name == "-" {
		return fmt.Errorf("field %s has no json name", f.Names[0].Name)
	}
	comment := strings.TrimSpace(f.Comment.Text())
	ts, ok := choices(comment)
	if id, isString := f.Type.(*ast.Ident); !ok || !isString || id.Name != "string" {
		if ts, err = typeOf(f.Type); err != nil {
			return fmt.Errorf("field %s: %w", f.Names[0].Name, err)
		}
	}
	optional := ""
	if options == "omitempty" {
		optional = "?"
	}
	if comment != "" {
		fmt.Fprintf(out, "  /** %s */\n", strings.ReplaceAll(comment, "\n", " "))
	}
	fmt.Fprintf(out, "  %s%s: %s;\n", name, optional, ts)
	return nil
}

// choices reads a comment such as `"none", "locked" or "open"` as a union of
// literals: wire.go lists the values of a closed set that way, from the first
// character on.
func choices(comment string) (string, bool) {
	if !strings.HasPrefix(comment, `"`) {
		return "", false
	}
	var values []string
	rest := comment
	for strings.HasPrefix(rest, `"`) {
		value, after, found := strings.Cut(rest[1:], `"`)
		if !found {
			return "", false
		}
		values = append(values, strconv.Quote(value))
		rest = strings.TrimPrefix(strings.TrimPrefix(after, ", "), " or ")
	}
	if len(values) < 2 {
		return "", false
	}
	return strings.Join(values, " | "), true
}

// typeOf names the TypeScript twin of a Go type expression.
func typeOf(e ast.Expr) (string, error) {
	switch t := e.(type) {
	case *ast.Ident:
		switch t.Name {
		case "string":
			return "string", nil
		case "bool":
			return "boolean", nil
		case "int", "int64", "float32", "float64":
			return "number", nil
		}
		if t.IsExported() {
			return t.Name, nil
		}
	case *ast.StarExpr:
		return typeOf(t.X)
	case *ast.ArrayType:
		element, err := typeOf(t.Elt)
		if err != nil {
			return "", err
		}
		if t.Len == nil {
			return element + "[]", nil
		}
		if n, ok := t.Len.(*ast.BasicLit); ok {
			count, err := strconv.Atoi(n.Value)
			if err != nil {
				return "", err
			}
			return "[" + strings.TrimSuffix(strings.Repeat(element+", ", count), ", ") + "]", nil
		}
	}
	return "", fmt.Errorf("no TypeScript twin for %T", e)
}
