package firn

import (
	"firn/internal/transfer"
)

// Progress is a snapshot of an upload under way; see [UploadOptions].
type Progress = transfer.Progress
