package sinks

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
)

func rowTypes() map[string]reflect.Type {
	return map[string]reflect.Type{
		TableDomains:  reflect.TypeFor[DomainRow](),
		TableMX:       reflect.TypeFor[MXRow](),
		TableCerts:    reflect.TypeFor[CertRow](),
		TableVerdicts: reflect.TypeFor[VerdictRow](),
	}
}

// The columns of the contract, word by word (CONTRACT sections 3 and 4).
const (
	common = "started_at:timestamp? duration_us:int64 tries:int32 op:string? kind:string? detail:string?"

	contractDomains = `domain:string input:string rank:int64? list:string lists:[list rank line] tld:string registrable:string
		registrable_private:string scanned_at:timestamp attempt:int32 earlier:[step host address op kind reply at] controls:string
		lookups:[name type rcode ad ede chain records digest server ttl started_at duration_us tries op kind detail]
		policy_fetches:[host address http_status headers content_type body truncated tls_version cipher sni chain alert started_at duration_us tries op kind detail]
		sessions:list-of-string skipped:[step host why]`
	contractMX = `session_id:string host:string address:string greeting:string? ehlo:list-of-string starttls_reply:string? tls_version:string?
		cipher:string? sni:string? chain:list-of-string alert:string? truncated:bool ` + common
	contractCerts = `sha256:string der:bytes subject:string? issuer:string? dns_sans:list-of-string cn:string? not_before:timestamp?
		not_after:timestamp? key_type:string? key_bits:int32? signature_algorithm:string? is_ca:bool? self_issued:bool? spki_sha256:string?
		parse_error:string?`
	contractVerdicts = `domain:string rank:int64? list:string tld:string registrable:string scanned_at:timestamp attempt:int32
		rules_version:string status:string delivery:string delivery_if_enforced:string? first_failure:string? codes:list-of-string
		findings:[code class layer where got cite tlsrpt contested] record_present:bool? record_valid:bool? record_id:string?
		policy_fetched:bool? policy_valid:bool? mode:string? max_age:int64? policy_mx:list-of-string policy_sha256:string?
		policy_cname:list-of-string policy_addrs:list-of-string mx_status:string
		mx:[host preference addrs policy_match matched_pattern starttls cert_valid enforce_ok usable provider codes tlsrpt]
		ns:list-of-string policy_tlsrpt:list-of-string mx_provider:string? policy_provider:string? dns_provider:string? adopts:[check state detail]`
)

func TestSchemaHoldsTheContract(t *testing.T) {
	contract := map[string]string{TableDomains: contractDomains, TableMX: contractMX, TableCerts: contractCerts, TableVerdicts: contractVerdicts}
	for _, table := range Schema() {
		have := map[string]string{}
		for _, c := range table.Columns {
			if c.Doc == "" || !strings.HasSuffix(c.Doc, ".") {
				t.Errorf("%s.%s: doc %q is no sentence", table.Name, c.Name, c.Doc)
			}
			have[c.Name] = strings.ReplaceAll(c.Type, " ", "-")
			if c.Nullable {
				have[c.Name] += "?"
			}
		}
		want := map[string]string{}
		text := strings.Join(strings.Fields(contract[table.Name]), " ")
		for text != "" {
			var name, kind string
			name, text, _ = strings.Cut(text, ":")
			if fields, ok := strings.CutPrefix(text, "["); ok {
				fields, text, _ = strings.Cut(fields, "]")
				for _, field := range strings.Fields(fields) {
					want[name+"."+field] = ""
				}
				kind = "list-of-struct"
			} else {
				kind, text, _ = strings.Cut(text, " ")
			}
			want[name] = kind
			text = strings.TrimSpace(text)
		}
		for name, kind := range want {
			got, ok := have[name]
			if !ok || kind != "" && got != kind {
				t.Errorf("%s.%s is %q, want %q", table.Name, name, got, kind)
			}
		}
	}
}

// unique columns gain nothing from a dictionary and cost its memory.
var unique = []string{"domain", "input", "registrable", "registrable_private", "record_id", "session_id", "sha256", "der", "body", "digest", "policy_sha256", "spki_sha256"}

// Rows are written wrongly, without an error, where these rules are broken
// (parquet-go v0.32.0): "optional" on a value mixes null with zero, and nulls in
// an embedded struct are read back as zeros.
func TestRowTypesKeepTheRulesOfNull(t *testing.T) {
	for table, row := range rowTypes() {
		checkRow(t, table, row)
	}
}

func checkRow(t *testing.T, path string, row reflect.Type) {
	for field := range row.Fields() {
		name, rest, _ := strings.Cut(field.Tag.Get("parquet"), ",")
		options := strings.Split(rest, ",")
		at := path + "." + name
		optional, list := slices.Contains(options, "optional"), slices.Contains(options, "list")
		pointer, slice := field.Type.Kind() == reflect.Pointer, field.Type.Kind() == reflect.Slice && field.Type != reflect.TypeFor[[]byte]()
		switch {
		case field.Anonymous || !field.IsExported() || name == "":
			t.Errorf("%s: field %s is embedded, unexported or unnamed", at, field.Name)
		case optional != pointer && !(list && optional):
			t.Errorf("%s: optional belongs on pointers, and on each", at)
		case list != slice:
			t.Errorf("%s: list belongs on slices, and on each", at)
		case slices.Contains(options, "dict") && slices.Contains(unique, name):
			t.Errorf("%s: dictionary on a unique column", at)
		}
		elem := field.Type
		for elem.Kind() == reflect.Pointer || slice && elem.Kind() == reflect.Slice {
			elem = elem.Elem()
		}
		switch {
		case elem == reflect.TypeFor[time.Time]():
			if !slices.Contains(options, "timestamp(microsecond)") {
				t.Errorf("%s: timestamp without its unit", at)
			}
		case elem.Kind() == reflect.Struct:
			checkRow(t, at, elem)
		}
	}
}

// What other programs see: the physical and logical types in the file.
func TestParquetTypes(t *testing.T) {
	schema := parquet.SchemaOf(DomainRow{})
	for path, want := range map[string]string{
		"domain":                                  "BYTE_ARRAY STRING",
		"scanned_at":                              "INT64 TIMESTAMP(isAdjustedToUTC=true,unit=MICROS)",
		"attempt":                                 "INT32 INT(32,true)",
		"policy_fetches.list.element.body":        "BYTE_ARRAY <nil>",
		"policy_fetches.list.element.op":          "BYTE_ARRAY STRING",
		"policy_fetches.list.element.started_at":  "INT64 TIMESTAMP(isAdjustedToUTC=true,unit=MICROS)",
		"policy_fetches.list.element.duration_us": "INT64 INT(64,true)",
	} {
		leaf, ok := schema.Lookup(strings.Split(path, ".")...)
		if !ok {
			t.Errorf("no column %s", path)
			continue
		}
		got := leaf.Node.Type().Kind().String() + " <nil>"
		if logical := leaf.Node.Type().LogicalType(); logical != nil {
			got = fmt.Sprint(leaf.Node.Type().Kind(), " ", logical)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}
