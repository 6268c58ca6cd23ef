// Package inputs turns domain lists into the targets of a scan.
//
// It knows the forms in which lists are published (plain names, CSV rankings,
// zone files; plain, gzip, zstd or zip), the one rule by which a line becomes a
// name (Normalize), and the spool: the lists, read once, as a sorted set of
// names cut into chunks. Order and chunks depend only on the set of names, the
// seed and the chunk size, never on the order of the lists, and memory does not
// grow with them.
//
// It refuses to know what is done with a name: no network, no evidence, no
// verdict. Of this module it imports evidence only.
package inputs
