// Package grammar turns what an answer must look like into GBNF, the grammar
// that a sampler of llama.cpp follows, and reads tool calls back from what was
// generated.
//
// Three forms can be asked for: JSON that fits a JSON Schema (draft 2020-12, a
// subset), text that matches a regular expression, and one of some choices. The
// one promise is soundness: every text that a grammar admits fits the form that
// it was made from. Completeness is not promised and not wanted. Objects have
// their properties in the order of the schema, white space is one space at
// most, numbers have no exponent, and everything that may repeat has an upper
// limit, because a small model that may ramble does.
//
// What cannot be expressed is refused, and the error names the keyword and
// where it stands: a keyword that was silently ignored would break the promise.
package grammar
