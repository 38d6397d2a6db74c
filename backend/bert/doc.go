// Package bert turns texts into vectors with encoders of the BERT family, in
// child processes, by the kernels of this program: no library of others is
// involved. The parent's side (NewEmbedder) speaks to workers; the child's
// side (Handlers) reads the GGUF file, cuts texts into tokens and computes.
package bert
