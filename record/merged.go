package record

// Merged counts what archives from another record were worth.
type Merged struct {
	Added     int64 // not on record before
	Completed int64 // on record, and more is known of them now
	Known     int64 // on record, with all that was told
	Differing int64 // on record with another size or tree hash, which was kept
	Others    int64 // uploads, jobs, downloads and inventories that were added or are further now
}
