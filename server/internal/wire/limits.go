package wire

// The limits of the service (Amazon Glacier developer guide). The server keeps
// them whatever its store could take.
const (
	MinPartSize    = 1 << 20 // bytes; part sizes are this times a power of two
	MaxPartSize    = 4 << 30 // bytes; also of an archive uploaded in one request
	maxParts       = 10_000  // in one upload
	maxDescription = 1024    // characters from 0x20 to 0x7e
	maxVaultName   = 255     // characters
	MaxVaults      = 1000    // of an account

	VaultsPage  = 10 // vaults in one page of a list
	UploadsPage = 50 // uploads or parts in one page of a list
	JobsPage    = 50 // jobs in one page of a list
	// maxAskedPage is the page size that may be asked for. Older versions of the
	// service gave that many, so clients still ask; they get the present maximum.
	maxAskedPage = 1000
)

// Limits that the service does not tell.
const (
	maxID     = 256  // characters of an archive, upload or job id
	maxMarker = 1024 // characters of the marker of an inventory
)
