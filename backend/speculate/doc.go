// Package speculate guesses what a language model will write next, so that
// several guesses are verified in one step of the model instead of one token
// being written in each (Leviathan et al., ICML 2023; Chen et al., 2023).
//
// Answers about documents quote them. So the guesses come from the text itself:
// a suffix automaton over prompt and answer knows, at every token, the longest
// end of the text that stood in it before, and what followed it most often. That
// costs microseconds. How often such guesses hold is learned at every token,
// whether they are used or not, by how much of the text they go by; a step is made
// longer only where what it is likely to yield is worth what steps of its size
// are known to cost. So where nothing is quoted nothing is lost.
//
// Whether guesses are used never decides what is written, but for what the kernels of a
// model give different last bits for different numbers of rows: every token is
// chosen from the model's own logits.
package speculate
