package term

import (
	"os"

	"golang.org/x/sys/windows"
)

// movesCursor makes a console understand the sequences that move the cursor, and reports
// whether it does.
func movesCursor(f *os.File) bool {
	var mode uint32
	console := windows.Handle(f.Fd())
	if windows.GetConsoleMode(console, &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
