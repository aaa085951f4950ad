package record

// Merged counts the results of a merge with another record.
type Merged struct {
	Added     int64 // archives that were not on record
	Completed int64 // archives on record that gained fields
	Known     int64 // archives on record that gained nothing
	Differing int64 // archives on record with another size or tree hash; the record was kept
	Others    int64 // uploads, jobs, downloads and inventories that were added or updated
}
