// Package seal encrypts files with age, and decrypts parts of them. The format is that of
// https://age-encryption.org/v1, and all cryptography is that of filippo.io/age.
//
// A sealed file is a head and chunks. The head is the header of age, which has the key of
// the file for each recipient, and 16 random bytes. Each chunk but the last holds 65,536
// bytes of the payload and takes 65,552. A chunk is authenticated by itself, and the last
// one is marked, so that a reader notices changed, moved and missing chunks. A reader needs
// the head, the last chunk, and the chunks of the bytes that it wants.
//
// age does not say who encrypted a file: everybody who knows the recipients can.
package seal
