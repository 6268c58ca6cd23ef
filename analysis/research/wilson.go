package research

import "math"

// z95 is the quantile of the normal distribution that leaves 2.5 % above it.
const z95 = 1.959963984540054

// Wilson is the 95 % interval of a share n/total of a sample (Wilson 1927): it
// stays within 0 and 1, and is sound for small counts, where the usual one is not. ok
// is false without a sample.
func Wilson(n, total int64) (lo, hi float64, ok bool) {
	if total <= 0 || n < 0 || n > total {
		return 0, 0, false
	}
	p, t := float64(n)/float64(total), float64(total)
	middle := (p + z95*z95/(2*t)) / (1 + z95*z95/t)
	half := z95 / (1 + z95*z95/t) * math.Sqrt(p*(1-p)/t+z95*z95/(4*t*t))
	return max(middle-half, 0), min(middle+half, 1), true
}
