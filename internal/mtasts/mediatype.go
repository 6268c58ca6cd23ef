package mtasts

import (
	"mime"
	"strings"
)

// MediaType judges the Content-Type field of a policy, "" if there is none.
//
// Senders SHOULD validate that it is text/plain, and all parameters but charset
// are ignored; the charset is utf-8 or us-ascii (RFC 8461 section 3.2). The
// SHOULD is taken as a MUST here, which not all senders do: contested.
func MediaType(contentType string) []Issue {
	mediaType, parameters, _ := strings.Cut(contentType, ";")
	if !equalFold(strings.Trim(mediaType, wsp), "text/plain") {
		return []Issue{{Code: phttpContentType, Line: 1, Length: len(contentType), Cite: citePolicy, Fatal: true, Contested: true}}
	}
	// Parameters that cannot be read are ignored like those without meaning:
	// whether this is text/plain does not hang on them.
	_, values, err := mime.ParseMediaType(contentType)
	if err != nil {
		return nil
	}
	charset, given := values["charset"]
	if !given || equalFold(charset, "utf-8") || equalFold(charset, "us-ascii") {
		return nil
	}
	off := len(contentType) - len(parameters)
	return []Issue{{Code: plintCharset, Line: 1, Offset: off, Length: len(parameters), Cite: citePolicy}}
}
