// Package operators knows which host names belong to which operator of mail,
// of DNS and of policy hosts, so that names of which every customer has its own
// (example-com.mail.protection.outlook.com, d111111abcdef8.cloudfront.net) fold
// into whoever runs them.
//
// What it knows stands in operators.txt, one dated pattern a line; the file has
// a version, which goes into the manifest and into the metadata of verdicts. How
// to add a pattern, and what a label means, stands in docs/OPERATORS.md. The
// package refuses to know domains, evidence and the Public Suffix List: which
// names are asked, and what a host of no operator here is called, is the
// judge's business.
//
// It imports nothing of this module.
package operators
