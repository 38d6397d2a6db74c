// Package cite finds quotations in stored text and judges sentences against
// them. It is the part of an answer that a lawyer can rely on whatever a model
// wrote: a quotation either stands in the file, byte for byte, or it does not,
// and a sentence either says what its quotations say or is marked.
//
// Everything here is a function of its arguments. Offsets are bytes.
package cite
