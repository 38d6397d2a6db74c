// Package legal knows how legal documents are written: how they name
// themselves and their parties, how they number their clauses, and which words
// stand in a clause about a given subject. It reads text and returns facts
// about it; it holds no state.
package legal
