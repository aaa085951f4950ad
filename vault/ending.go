package vault

// Ending is the content of a service's message that a job has ended. It is untrusted:
// anybody who may write to the queue can send one.
type Ending struct {
	Job JobID // of a Glacier vault; empty if the message is about a restored object

	Bucket, Key string // of the restored object
	Version     string // of the restored object; empty in a bucket without versions
}

// Announcer is a kind whose end-of-job messages do not carry the job's id.
type Announcer interface {
	// Announces reports whether a message is about a job.
	Announces(e Ending, id JobID) bool
}
