// Package answer answers questions of a matter from its own words.
//
// It searches, decides in code whether anything bears on the question, chooses
// the sentences that do, and quotes them from the stored text. A chat model that
// is large enough may then write, bound to cite the passages by number; every
// sentence of it is judged by package cite. Without such a model the quotations
// are the answer, led by the date, term, place or amount asked for where one
// stands in them.
//
// What counts as bearing on a question is general knowledge of how legal
// documents speak (topics.txt), the words of the question itself, and the rank
// that search gave. Where the names in a question stand in no document, or a
// document is silent on the topic, the answer is a refusal that says what was
// searched and shows what came closest.
package answer
