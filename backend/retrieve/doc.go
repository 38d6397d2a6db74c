// Package retrieve finds passages. A question usually names a document ("the
// lease with Acme") and asks something of it, so the search has two stages: it
// finds the documents that the question names, then searches inside them with
// the rest of the question. Inside, it fuses words (BM25), meaning (vectors)
// and what a clause about the subject usually says (package legal), by
// reciprocal rank. Passages are found small and shown larger: neighbours are
// added where they belong. Without an embedder it works on words alone.
package retrieve
