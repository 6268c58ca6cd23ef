package analysis

// contest marks the findings that only one of the two rulesets makes. What
// follows from a contested point is contested with it: an unlisted MX host
// comes to light only where the policy is used. Another class of the same
// finding makes no other finding.
func (j *judge) contest(other *judge) {
	made := map[[3]string]bool{}
	other.eachFinding(func(f *Finding) { made[identity(f)] = true })
	j.eachFinding(func(f *Finding) { f.Contested = !made[identity(f)] })
}

// identity is what makes a finding the same under both rulesets.
func identity(f *Finding) [3]string { return [3]string{string(f.Code), f.Where, f.Got} }

// eachFinding visits all findings, those of the MX hosts too.
func (j *judge) eachFinding(visit func(*Finding)) {
	for i := range j.findings {
		visit(&j.findings[i])
	}
	for i := range j.hosts {
		for k := range j.hosts[i].findings {
			visit(&j.hosts[i].findings[k])
		}
	}
}
