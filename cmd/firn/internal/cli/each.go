package cli

// Each does the same with every object of a command. The error of a single
// object is returned. Of several, each error is reported as it comes and the
// others go on, unless they would meet the same end; what is returned then
// stands for the worst.
func (p *Program) Each(objects []string, do func(string) error) error {
	if len(objects) == 1 {
		return do(objects[0])
	}
	seen := make(map[Status]bool)
	for _, object := range objects {
		ended := p.Report(do(object))
		seen[ended] = true
		if EndsAll(ended) {
			break
		}
	}
	return WorstOf(seen)
}

// WorstOf stands for the worst of what was reported; nil if all went well.
func WorstOf(seen map[Status]bool) error {
	for _, worst := range worstFirst() {
		if seen[worst] {
			return &ReportedError{worst}
		}
	}
	return nil
}

// EndsAll reports whether the other objects would meet the same end.
func EndsAll(s Status) bool {
	return s == StatusInterrupted || s == StatusDenied || s == StatusDamaged
}

// worstFirst orders the statuses that the objects of one command may have.
func worstFirst() []Status {
	return []Status{
		StatusInterrupted, StatusDamaged, StatusDenied, StatusChecksum, StatusRefused, StatusIncomplete,
		StatusNotReady, StatusLocked, StatusError, StatusPartial,
	}
}
