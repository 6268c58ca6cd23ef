package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/spf13/pflag"
)

const (
	// envPrefix begins the environment variable of a flag: --dns-rate is
	// STSCAN_DNS_RATE.
	envPrefix = "STSCAN_"
	// maxConfig bounds the file of settings, in bytes: every flag takes a line.
	maxConfig = 1 << 20
)

// notInConfig are the flags that a file cannot give: they say what to print, or
// which file.
var notInConfig = [...]string{"config", "help", "json"}

// origins say where flags got their values from, if not from the command line:
// by flag name, "scan.toml line 3" or "STSCAN_DNS_RATE".
type origins map[string]string

// applyConfig gives each flag that is not on the command line its value from the
// environment, else from the file, if either has one. An error names the
// variable, or file, line and key.
func applyConfig(flags *pflag.FlagSet, file string) (origins, error) {
	from := origins{}
	given := map[string]bool{}
	flags.Visit(func(f *pflag.Flag) { given[f.Name] = true })
	var failed error
	flags.VisitAll(func(f *pflag.Flag) {
		name := envPrefix + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, ok := os.LookupEnv(name)
		if !ok || given[f.Name] || failed != nil || slices.Contains(notInConfig[:], f.Name) {
			return
		}
		values := []string{value}
		if f.Value.Type() == "stringArray" {
			values = strings.Split(value, ",")
		}
		given[f.Name], from[f.Name] = true, name
		if err := setFlag(flags, f, values); err != nil {
			failed = usagef("%s: %v", name, err)
		}
	})
	if failed != nil || file == "" {
		return from, failed
	}
	return from, applyFile(flags, file, given, from)
}

// applyFile reads a file of settings: TOML, its keys the names of flags.
func applyFile(flags *pflag.FlagSet, file string, given map[string]bool, from origins) error {
	text, err := readBounded(file, maxConfig)
	if err != nil {
		return failf("--config: %v", err)
	}
	values := map[string]any{}
	if err := toml.Unmarshal(text, &values); err != nil {
		if where, ok := errors.AsType[*toml.DecodeError](err); ok {
			row, _ := where.Position()
			return failf("%s line %d: %s", file, row, strings.TrimPrefix(where.Error(), "toml: "))
		}
		return failf("%s: %v", file, err)
	}
	for _, key := range keysOf(text) {
		where := fmt.Sprintf("%s line %d", file, key.line)
		f := flags.Lookup(key.name)
		if f == nil || slices.Contains(notInConfig[:], key.name) {
			return failf("%s: no setting is called %q; the keys are the names of the flags of scan run", where, key.name)
		}
		if given[key.name] {
			continue
		}
		texts, err := textsOf(values[key.name], f.Value.Type())
		if err == nil {
			err = setFlag(flags, f, texts)
		}
		if err != nil {
			return failf("%s: %s: %v", where, key.name, err)
		}
		from[key.name] = where
	}
	return nil
}

func readBounded(file string, most int64) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("%s: more than %d bytes is no file of settings", file, most)
	}
	return text, err
}

type configKey struct {
	name string
	line int
}

// keysOf lists the keys of a document that is known to be sound, with their
// lines: all that a strict decoder misses in a struct without fields.
func keysOf(text []byte) []configKey {
	var nothing struct{}
	var missing *toml.StrictMissingError
	err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&nothing)
	if !errors.As(err, &missing) {
		return nil
	}
	var keys []configKey
	for i := range missing.Errors {
		row, _ := missing.Errors[i].Position()
		keys = append(keys, configKey{strings.Join(missing.Errors[i].Key(), "."), row})
	}
	return keys
}

// textsOf writes a value as the flag would be given it: several times, if it may
// be repeated.
func textsOf(value any, flagType string) ([]string, error) {
	list, isList := value.([]any)
	if !isList {
		list = []any{value}
	}
	if isList && flagType != "stringArray" {
		return nil, errors.New("a list, where one value is wanted")
	}
	texts := []string{}
	for _, one := range list {
		switch v := one.(type) {
		case string:
			texts = append(texts, v)
		case int64:
			texts = append(texts, strconv.FormatInt(v, 10))
		case float64:
			texts = append(texts, strconv.FormatFloat(v, 'g', -1, 64))
		case bool:
			if flagType != "bool" {
				return nil, fmt.Errorf("%v, where a %s is wanted", v, flagType)
			}
			texts = append(texts, strconv.FormatBool(v))
		default:
			return nil, errors.New("want a string, a number, true or false")
		}
	}
	return texts, nil
}

// setFlag gives a flag its values.
func setFlag(flags *pflag.FlagSet, f *pflag.Flag, values []string) error {
	for _, v := range values {
		if err := flags.Set(f.Name, v); err != nil {
			if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
				err = invalid.Unwrap()
			}
			return fmt.Errorf("%q: %w", v, err)
		}
	}
	return nil
}

// explain adds to an error about a flag where the flag's value came from.
func (o origins) explain(err error) error {
	e, ok := errors.AsType[*exitError](err)
	if !ok {
		return err
	}
	rest, ok := strings.CutPrefix(e.Error(), "--")
	if !ok {
		return err
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return r != '-' && (r < 'a' || r > 'z') })
	if end < 0 {
		return err
	}
	where, ok := o[rest[:end]]
	if !ok {
		return err
	}
	return &exitError{code: e.code, err: fmt.Errorf("%s: %w", where, e.err)}
}
