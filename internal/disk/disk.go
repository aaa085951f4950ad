// Package disk knows what the systems call a disk without room. It is the one
// failure of a local file that passes by itself or by somebody's deleting
// something, so whatever was saved before stays good and the same command goes on.
package disk
