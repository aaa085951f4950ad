package vaulttest

// Load is what a [Check] does to a store, as far as services take money for it.
type Load struct {
	Archives       int64 // stored, and to be deleted
	UploadRequests int64 // begun, sent and completed
	Bytes          int64 // sent
	Jobs           int64 // started
}

// Expected is the most that a check with this part size does, rounded up from what
// the suite was seen to do. Where jobs take hours it does less.
func Expected(partSize int64) Load {
	return Load{Archives: 120, UploadRequests: 450, Bytes: 110 * max(partSize, mib), Jobs: 150}
}
