// Package compress chooses, of passages that were found, what a model needs to
// see to answer a question, so that much fits a small context: whole sentences
// by how much they bear on the question, rows of tables with the row that names
// their columns, what says the same only once, and quotations always whole.
// Nothing is rewritten: what is kept are ranges of the passages' own bytes.
package compress
