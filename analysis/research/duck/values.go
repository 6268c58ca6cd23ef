//go:build cgo && !noduckdb

package duck

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"stscan/analysis/research"
)

// typeOf is how a column of a metric is written: by DuckDB's type of it, and by
// its name where that is a convention.
func typeOf(c Column) research.Type {
	name, _, _ := strings.Cut(c.Type, "(")
	switch name {
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT":
		return research.TypeCount
	case "FLOAT", "DOUBLE", "DECIMAL":
		if c.Name == "share" || strings.HasSuffix(c.Name, "_share") || strings.HasPrefix(c.Name, "share_") {
			return research.TypeShare
		}
		return research.TypeFloat
	case "BOOLEAN":
		return research.TypeBool
	case "DATE", "TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE":
		return research.TypeTime
	}
	return research.TypeText
}

// resultValue is a value as a result holds it.
func resultValue(v any) any {
	switch v := v.(type) {
	case nil, string, int64, float64, bool, time.Time:
		return v
	case int8:
		return int64(v)
	case int16:
		return int64(v)
	case int32:
		return int64(v)
	case uint8:
		return int64(v)
	case uint16:
		return int64(v)
	case uint32:
		return int64(v)
	case uint64:
		if v <= math.MaxInt64 {
			return int64(v)
		}
	case *big.Int: // what sum() makes of counts
		if v.IsInt64() {
			return v.Int64()
		}
	case float32:
		return float64(v)
	case duckdb.Decimal:
		return v.Float64()
	case []any:
		return listText(v)
	}
	return fmt.Sprint(v)
}

func listText(values []any) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = fmt.Sprint(resultValue(v))
	}
	return strings.Join(parts, ", ")
}
