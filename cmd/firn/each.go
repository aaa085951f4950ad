package main

// each does the same with every object of a command. The error of a single
// object is returned. Of several, each error is reported as it comes and the
// others go on, unless they would meet the same end; what is returned then
// stands for the worst.
func (p *program) each(objects []string, do func(string) error) error {
	if len(objects) == 1 {
		return do(objects[0])
	}
	seen := make(map[status]bool)
	for _, object := range objects {
		ended := p.report(do(object))
		seen[ended] = true
		if endsAll(ended) {
			break
		}
	}
	return worstOf(seen)
}

// worstOf stands for the worst of what was reported; nil if all went well.
func worstOf(seen map[status]bool) error {
	for _, worst := range worstFirst() {
		if seen[worst] {
			return &reportedError{worst}
		}
	}
	return nil
}

// endsAll reports whether the other objects would meet the same end.
func endsAll(s status) bool {
	return s == statusInterrupted || s == statusDenied || s == statusDamaged
}

// worstFirst orders the statuses that the objects of one command may have.
func worstFirst() []status {
	return []status{
		statusInterrupted, statusDamaged, statusDenied, statusChecksum, statusRefused, statusIncomplete,
		statusNotReady, statusLocked, statusError, statusPartial,
	}
}
