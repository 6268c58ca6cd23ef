package inputs

import "bytes"

func plainFormat() format {
	return format{
		name:   "plain",
		detect: func([][]byte) bool { return true },
		parser: func([][]byte) (parser, error) { return plain{}, nil },
	}
}

// plain is one name or URL a line.
type plain struct{}

func (plain) parse(line []byte) found { return found{name: bytes.TrimLeft(line, " \t")} }
