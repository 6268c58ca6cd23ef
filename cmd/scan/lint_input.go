package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// maxLintInput bounds a text given to lint, and a line of --jsonl, in bytes: 16
// times the largest policy, room for base64 and JSON around any text that a
// sender would read.
const maxLintInput = 1 << 20

// stdinName stands for the file in the places of issues.
const stdinName = "<stdin>"

// readLintInput reads the file named by args, or standard input.
func readLintInput(cmd *cobra.Command, args []string) (name string, body []byte, err error) {
	name, r, err := openLintInput(cmd, args)
	if err != nil {
		return "", nil, err
	}
	defer r.Close()
	body, err = io.ReadAll(io.LimitReader(r, maxLintInput+1))
	if err != nil {
		return "", nil, &exitError{code: exitFailure, err: fmt.Errorf("reading %s: %w", name, err)}
	}
	if len(body) > maxLintInput {
		return "", nil, &exitError{code: exitFailure, err: fmt.Errorf("%s is larger than %d bytes", name, maxLintInput)}
	}
	return name, body, nil
}

func openLintInput(cmd *cobra.Command, args []string) (string, io.ReadCloser, error) {
	if len(args) == 0 || args[0] == "-" {
		return stdinName, io.NopCloser(cmd.InOrStdin()), nil
	}
	f, err := os.Open(args[0])
	if err != nil {
		return "", nil, &exitError{code: exitFailure, err: err}
	}
	return args[0], f, nil
}

// txtRR is one TXT RR of the input.
type txtRR struct {
	line int // 1-based, of the file
	text []byte
}

type txtRRset []txtRR

// splitTXT takes each line that is not empty as one TXT RR.
func splitTXT(body []byte) txtRRset {
	var set txtRRset
	n := 0
	for line := range strings.Lines(string(body)) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			continue
		}
		text, ok := unquoteTXT(line)
		if !ok {
			text = []byte(line)
		}
		set = append(set, txtRR{line: n, text: text})
	}
	return set
}

func (s txtRRset) texts() [][]byte {
	texts := make([][]byte, len(s))
	for i := range s {
		texts[i] = s[i].text
	}
	return texts
}

// unquoteTXT joins the quoted character-strings of a TXT RR in presentation
// form, "\DDD" and "\X" decoded (RFC 1035 section 5.1). It is not ok if line is
// anything else than quoted strings and blanks.
func unquoteTXT(line string) (text []byte, ok bool) {
	rest := strings.Trim(line, " \t")
	if rest == "" || rest[0] != '"' {
		return nil, false
	}
	for rest != "" {
		if rest[0] != '"' {
			return nil, false
		}
		i := 1
		for ; i < len(rest) && rest[i] != '"'; i++ {
			c := rest[i]
			if c == '\\' {
				n := 0
				if c, n = unescapeTXT(rest[i+1:]); n == 0 {
					return nil, false
				}
				i += n
			}
			text = append(text, c)
		}
		if i == len(rest) { // the quote is not closed
			return nil, false
		}
		rest = strings.TrimLeft(rest[i+1:], " \t")
	}
	return text, true
}

// unescapeTXT decodes what follows a backslash; n is its length, 0 if it is no escape.
func unescapeTXT(s string) (c byte, n int) {
	if s == "" {
		return 0, 0
	}
	if s[0] < '0' || s[0] > '9' {
		return s[0], 1
	}
	if len(s) < 3 {
		return 0, 0
	}
	value := 0
	for i := range 3 {
		if s[i] < '0' || s[i] > '9' {
			return 0, 0
		}
		value = value*10 + int(s[i]-'0')
	}
	if value > 255 {
		return 0, 0
	}
	return byte(value), 3
}
