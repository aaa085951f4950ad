// Command firn takes massive backups into cold storage and gets them back.
//
// Under the name gt_upload_large (by a link or a copy) it takes the arguments of the tool of that
// name and prints its lines. Under both names, --help prints the usage.
package main

import "os"

func main() {
	os.Exit(int(supervise(newCommand(os.Args, os.Stdin, os.Stdout, os.Stderr))))
}
