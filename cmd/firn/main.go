// Command firn takes massive backups into cold storage and gets them back.
//
// Called, or linked, as gt_upload_large it takes the arguments of the tool of
// that name and prints its lines. Whichever the name, run it with --help.
package main

import "os"

func main() {
	os.Exit(int(supervise(newCommand(os.Args, os.Stdin, os.Stdout, os.Stderr))))
}
