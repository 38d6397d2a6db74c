// Package route decides who answers a question: it tells what kind of question
// it is, by its words and, where there is an embedding model, by its vector, and
// chooses an expert for it.
//
// The classifier is a multinomial logistic regression, trained when the program
// starts on questions of our own (questions.tsv): that takes milliseconds and
// lets it use whatever embedding model is installed.
//
// An expert is a model with what it is told and how passages are found for it.
// Those that can answer stand in a chain: when one fails the next is asked, and
// quotations alone, which need no model, come last. What readers say of answers
// moves experts in the chain, slowly: see Record.
package route
