package vaulttest

// Load counts those actions of a [Check] for which services charge.
type Load struct {
	Archives       int64 // archives stored, and deleted again
	UploadRequests int64 // requests to begin, send and complete uploads
	Bytes          int64 // bytes sent
	Jobs           int64 // jobs started
}

// Expected returns an upper bound for the Load of a check with this part size in bytes,
// rounded up from measurements of the suite. A vault whose jobs take hours gets less.
func Expected(partSize int64) Load {
	return Load{Archives: 120, UploadRequests: 450, Bytes: 110 * max(partSize, mib), Jobs: 150}
}
