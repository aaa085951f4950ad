package vault

// Ending is what a message of a service says has ended. It is outside text, of whoever
// may write to the queue.
type Ending struct {
	Job JobID // of a Glacier vault; empty if an object was restored

	Bucket, Key string // of the object that was restored
	Version     string // of it; empty in a bucket that keeps none
}

// Announcer is a kind of whose jobs messages do not tell by their ids.
type Announcer interface {
	// Announces reports whether a message is about a job.
	Announces(e Ending, id JobID) bool
}
