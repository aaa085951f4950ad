package depot

import (
	"firn/internal/transfer"
)

// Progress is a snapshot of an upload under way; see [upload.Options].
type Progress = transfer.Progress
