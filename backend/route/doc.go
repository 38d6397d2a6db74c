// Package route tells what kind of question somebody asks, by its words and,
// where there is an embedding model, by its vector.
//
// The classifier is a multinomial logistic regression, trained when the program
// starts on questions of our own (questions.tsv): that takes milliseconds and
// lets it use whatever embedding model is installed.
package route
