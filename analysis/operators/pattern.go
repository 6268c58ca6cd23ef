package operators

import "strings"

// wildcards stand for a part of one label: * for any characters, # for digits,
// at least one.
const wildcards = "*#"

// fits reports whether host fits pattern, in one of these forms:
//
//	mta-sts.example.com   that name
//	.example.com          every name below
//	ns-#.dns-*.example    as above, with at most one wildcard a label
func fits(pattern, host string) bool {
	if !strings.ContainsAny(pattern, wildcards) {
		if strings.HasPrefix(pattern, ".") {
			return len(host) > len(pattern) && strings.HasSuffix(host, pattern)
		}
		return host == pattern
	}
	for {
		p, wanted, more := cutLast(pattern)
		h, label, below := cutLast(host)
		switch {
		case !labelFits(wanted, label):
			return false
		case !more:
			return !below
		case p == "": // the pattern begins with a dot
			return h != ""
		case !below:
			return false
		}
		pattern, host = p, h
	}
}

// labelFits compares one label with one of a pattern.
func labelFits(wanted, label string) bool {
	i := strings.IndexAny(wanted, wildcards)
	if i < 0 {
		return wanted == label
	}
	before, after := wanted[:i], wanted[i+1:]
	if len(label) <= len(before)+len(after) || !strings.HasPrefix(label, before) || !strings.HasSuffix(label, after) {
		return false
	}
	return wanted[i] == '*' || digits(label[len(before):len(label)-len(after)])
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// cutLast cuts the last label off name; found is false if it is the only one.
func cutLast(name string) (before, label string, found bool) {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return "", name, false
	}
	return name[:i], name[i+1:], true
}

// labels is how many labels of a host a pattern names.
func labels(pattern string) int {
	return 1 + strings.Count(strings.TrimPrefix(pattern, "."), ".")
}

// tail is the last n labels of name, or all it has.
func tail(name string, n int) string {
	end := len(name)
	for range n {
		if end = strings.LastIndexByte(name[:end], '.'); end < 0 {
			return name
		}
	}
	return name[end+1:]
}
