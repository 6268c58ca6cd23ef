package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// lintLine judges one object of a batch. What it returns has no id yet.
type lintLine func(object map[string]json.RawMessage) (any, error)

// lintFailure is what a line that is no such object gives.
type lintFailure struct {
	Error string `json:"error"`
}

// lintBatch reads JSON lines and writes one line for each, in order. Nothing of
// it is kept, so a batch may be endless; answers are not held back while the
// input rests.
func lintBatch(cmd *cobra.Command, args []string, judge lintLine) error {
	name, in, err := openLintInput(cmd, args)
	if err != nil {
		return err
	}
	defer in.Close()
	r := bufio.NewReaderSize(in, 64<<10)
	w := bufio.NewWriterSize(cmd.OutOrStdout(), 64<<10)
	for ctx := cmd.Context(); ; {
		if ctx != nil && ctx.Err() != nil {
			err = &exitError{code: exitPartial, err: ctx.Err()}
			break
		}
		line, readErr := readLine(r)
		if readErr != nil && !errors.Is(readErr, errLineTooLong) {
			if !errors.Is(readErr, io.EOF) {
				err = &exitError{code: exitFailure, err: fmt.Errorf("reading %s: %w", name, readErr)}
			}
			break
		}
		id, result := judgeLine(line, readErr, judge)
		if err := writeLine(w, id, result); err != nil {
			return &exitError{code: exitFailure, err: fmt.Errorf("writing the result: %w", err)}
		}
		if r.Buffered() == 0 {
			if err := w.Flush(); err != nil {
				return &exitError{code: exitFailure, err: fmt.Errorf("writing the result: %w", err)}
			}
		}
	}
	if flushErr := w.Flush(); flushErr != nil && err == nil {
		err = &exitError{code: exitFailure, err: fmt.Errorf("writing the result: %w", flushErr)}
	}
	return err
}

// errLineTooLong is an error of one line, not of the batch.
var errLineTooLong = fmt.Errorf("line longer than %d bytes", maxLintInput)

// readLine reads one line without its end. It returns errLineTooLong, having
// passed over the line, or what the reader returns; io.EOF only if there is no
// further line.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > maxLintInput+len("\r\n") {
			long = true
		}
		if !long {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && !errors.Is(err, io.EOF), err != nil && len(line) == 0 && !long:
			return nil, err
		case long:
			return nil, errLineTooLong
		}
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		if len(line) > maxLintInput {
			return nil, errLineTooLong
		}
		return line, nil
	}
}

// judgeLine gives the id of a line, as it stands there, and its result.
func judgeLine(line []byte, err error, judge lintLine) (id json.RawMessage, result any) {
	id = json.RawMessage("null")
	if err == nil && !utf8.Valid(line) {
		err = errors.New("not UTF-8")
	}
	var object map[string]json.RawMessage
	if err == nil {
		err = decodeLine(line, &object)
	}
	if err != nil {
		return id, lintFailure{err.Error()}
	}
	if v, ok := object["id"]; ok {
		id = v
	}
	result, err = judge(object)
	if err != nil {
		return id, lintFailure{err.Error()}
	}
	return id, result
}

func decodeLine(line []byte, object *map[string]json.RawMessage) error {
	if err := json.Unmarshal(line, object); err != nil || *object == nil {
		return errors.New("not a JSON object")
	}
	return nil
}

// writeLine writes result, a struct, with the id before its fields.
func writeLine(w *bufio.Writer, id json.RawMessage, result any) error {
	var rest bytes.Buffer
	enc := json.NewEncoder(&rest)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(result); err != nil {
		return err
	}
	w.WriteString(`{"id":`)
	w.Write(id)
	w.WriteByte(',')
	_, err := w.Write(rest.Bytes()[1:]) // errors of bufio.Writer stay: the last call has them all
	return err
}

// need decodes the value of a key that must be there and not null.
func need(object map[string]json.RawMessage, key string, to any) error {
	raw, ok := object[key]
	if !ok || bytes.Equal(raw, []byte("null")) {
		return fmt.Errorf("%s is missing", key)
	}
	if err := json.Unmarshal(raw, to); err != nil {
		return fmt.Errorf("%s is not of the right type", key)
	}
	return nil
}

// optional is need for a key that may be missing or null: to points to a
// pointer, which then stays nil.
func optional(object map[string]json.RawMessage, key string, to any) error {
	if raw, ok := object[key]; ok {
		if err := json.Unmarshal(raw, to); err != nil {
			return fmt.Errorf("%s is not of the right type", key)
		}
	}
	return nil
}
