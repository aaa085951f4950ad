// Package walk reads the trees of a backup: the names, the metadata and, on demand, the
// content of files.
//
// The order is the same at each walk: a directory comes before its content, its files come
// before its directories, and names are in the order of their bytes. Several directories are
// read at the same time, and results wait for their turn. The memory depends neither on the
// size of the tree nor on its depth: a directory takes the bytes of its names and 8 bytes for
// each of them while it is read, and its subdirectories take as much while they are walked.
//
// A file of which something cannot be read is an item with an error, and the walk goes on.
// Nothing is skipped without an item.
//
// Other users may change the tree during the walk. Each directory is opened by its name in
// the directory above, without following symbolic links, so that no link leads out of the
// tree. Only regular files are opened to read their content, and only if they are still the
// files that were listed.
package walk
