// Package analysis is the judge: one pure function, Classify, turns the
// evidence of one domain into a Verdict under one ruleset. How RFC 8461 is read
// where it leaves room stands in docs/taxonomy, and in short at the line that
// decides.
//
// It knows the layers of a sender's work (record, retrieval, syntax, mode,
// match, mx), certificates and the sibling standards (Check). It refuses to know
// how evidence was obtained, and the present time: everything is judged at the
// time of its own observation. So classifying stored evidence again gives the
// same verdict.
//
// Inside the module it imports evidence, mtasts, taxonomy and operators. It does
// not import net, os or context.
package analysis
