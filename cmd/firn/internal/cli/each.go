package cli

// Each calls do for every object of a command. It returns the error of a single object. With
// several objects it reports each error at once and continues with the others, unless they
// would fail alike. It then returns an error that stands for the worst one.
func (p *Program) Each(objects []string, do func(string) error) error {
	if len(objects) == 1 {
		return do(objects[0])
	}
	seen := make(map[Status]bool)
	for _, object := range objects {
		ended := p.Report(do(object))
		seen[ended] = true
		if ended.EndsAll() {
			break
		}
	}
	return WorstOf(seen)
}

// WorstOf returns an error that stands for the worst of the reported statuses, or nil if only
// successes were reported. An error of some objects besides a success of others is partial.
func WorstOf(seen map[Status]bool) error {
	for _, worst := range WorstFirst() {
		switch {
		case !seen[worst]:
		case worst == StatusError && (seen[StatusDone] || seen[StatusPartial]):
			return &ReportedError{StatusPartial}
		default:
			return &ReportedError{worst}
		}
	}
	return nil
}

// EndsAll reports whether the other objects of a command would end with the same status.
func (s Status) EndsAll() bool {
	return s == StatusInterrupted || s == StatusDenied || s == StatusDamaged
}

// WorstFirst returns the statuses of failures that objects of a command may have, in this order.
func WorstFirst() []Status {
	return []Status{
		StatusInterrupted, StatusDamaged, StatusDenied, StatusChecksum, StatusRefused, StatusIncomplete,
		StatusNotReady, StatusLocked, StatusUsage, StatusError, StatusPartial,
	}
}
