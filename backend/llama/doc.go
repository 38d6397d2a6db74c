// Package llama runs language models with llama.cpp, in child processes. The
// parent's side (NewGenerator, NewEmbedder) speaks to workers; the child's
// side (Handlers) holds llama.cpp, loaded at run time through yzma without
// cgo. A crash in native code costs one request: the worker is replaced.
package llama
