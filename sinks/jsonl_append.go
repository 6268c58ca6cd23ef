package sinks

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"strconv"
	"time"
)

// encoding/json would write the lists and bytes that a row leaves nil as null, and
// times to the nanosecond or without a fraction. In a table a list is never null,
// and a column looks the same in every row.

// timeLayout is RFC 3339 with microseconds; times are in UTC.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// lastYear is the last that RFC 3339 can write (section 5.6: four digits).
const lastYear = 9999

// appender appends a value as JSON.
type appender func(b []byte, v reflect.Value) []byte

// appenderOf is the appender for the values of a type of row or column. The
// values must be addressable.
func appenderOf(t reflect.Type) appender {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return appendTime
	case t == reflect.TypeFor[[]byte]():
		return appendBytes
	}
	switch t.Kind() {
	case reflect.Struct:
		return appendObject(t)
	case reflect.Slice:
		return appendList(appenderOf(t.Elem()))
	case reflect.Pointer:
		return appendPointer(appenderOf(t.Elem()))
	case reflect.String:
		return func(b []byte, v reflect.Value) []byte { return appendText(b, v.String()) }
	case reflect.Bool:
		return func(b []byte, v reflect.Value) []byte { return strconv.AppendBool(b, v.Bool()) }
	case reflect.Int32, reflect.Int64:
		return func(b []byte, v reflect.Value) []byte { return strconv.AppendInt(b, v.Int(), 10) }
	}
	panic(fmt.Sprintf("sinks: no column is of type %s", t))
}

func appendObject(t reflect.Type) appender {
	var keys []string
	var values []appender
	for field := range t.Fields() {
		keys = append(keys, `,"`+field.Tag.Get("json")+`":`)
		values = append(values, appenderOf(field.Type))
	}
	return func(b []byte, v reflect.Value) []byte {
		start := len(b)
		for i, value := range values {
			b = value(append(b, keys[i]...), v.Field(i))
		}
		b[start] = '{' // was the comma of the first key
		return append(b, '}')
	}
}

func appendList(element appender) appender {
	return func(b []byte, v reflect.Value) []byte {
		b = append(b, '[')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			b = element(b, v.Index(i))
		}
		return append(b, ']')
	}
}

func appendPointer(value appender) appender {
	return func(b []byte, v reflect.Value) []byte {
		if v.IsNil() {
			return append(b, "null"...)
		}
		return value(b, v.Elem())
	}
}

// appendTime writes null for a time beyond the years that can be written, which
// only a certificate can hold.
func appendTime(b []byte, v reflect.Value) []byte {
	at := v.Addr().Interface().(*time.Time).UTC()
	if at.Year() < 0 || at.Year() > lastYear {
		return append(b, "null"...)
	}
	b = at.AppendFormat(append(b, '"'), timeLayout)
	return append(b, '"')
}

func appendBytes(b []byte, v reflect.Value) []byte {
	b = base64.StdEncoding.AppendEncode(append(b, '"'), v.Bytes())
	return append(b, '"')
}

// appendText writes a string, which is valid UTF-8 (see text), escaping what RFC
// 8259 section 7 says must be, and DEL, which a terminal may act upon.
func appendText(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c < ' ' || c == '\x7f':
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
