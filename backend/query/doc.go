// Package query reads what lawyers type into a search box: plain words, and
// the operators that they know from litigation tools. It needs no manual: text
// that uses no operator is a plain question, and text that uses one wrongly is
// still read, with the problem said.
//
//	"time is of the essence"        exact words, no word forms
//	notice AND NOT (waiver OR fee)  also: -waiver
//	renew* w/5 notice               within five words; NEAR/5, /5; pre/5 in this order; /s, /p
//	type:contract date:2019..2021   fields; see Fields
//	bates:ABC0001-ABC0100 from:smith doc:"Reseller Agreement"
package query
