package source

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"firn/internal/disk"
	"firn/internal/seal"
	"firn/record"
)

// SealedSuffix ends the names of files that firn has encrypted, as age does.
const SealedSuffix = ".age"

// ErrNoRoom means that a spool has no room for an encrypted file.
var ErrNoRoom = errors.New("not enough space for the encrypted file")

// Spool encrypts files before they are uploaded to a vault. It keeps the encrypted form of a file
// until the vault has confirmed it, so that an interrupted upload continues with the same bytes:
// encrypted again, they would be others. The caller guarantees that Dir is private.
type Spool struct {
	// Notice is called with a sentence before a file is encrypted. It may be nil.
	Notice func(string)

	dir        string // absolute
	vault      string
	recipients []string
	to         seal.Recipients
	head       int64 // bytes of the head of each encrypted file
}

// NewSpool returns a spool in a directory, which is created when it is needed. Recipients are
// public keys; see seal.ParseRecipients.
func NewSpool(dir, vaultURL string, recipients []string) (*Spool, error) {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	to, err := seal.ParseRecipients(recipients)
	if err != nil {
		return nil, err
	}
	head, err := to.HeadSize()
	return &Spool{dir: absolute, vault: vaultURL, recipients: recipients, to: to, head: head}, err
}

// Size returns the size of the encrypted form of a file of plain bytes.
func (s *Spool) Size(plain int64) int64 { return seal.Size(s.head, plain) }

// Identity returns what goes on record for the encrypted form of a file: its path with
// SealedSuffix, its size, and the modification time of the file. Change is no time, but a number
// that changes with the other times of the file and with the recipients. Inode is not set.
func (s *Spool) Identity(file record.Source) record.Source {
	sum := s.sum(file)
	return record.Source{
		Path: file.Path + SealedSuffix, Size: s.Size(file.Size), ModTime: file.ModTime,
		Change: time.Unix(int64(binary.BigEndian.Uint32(sum[:])), int64(binary.BigEndian.Uint32(sum[4:])%1e9)).UTC(),
	}
}

// sum returns a number for the state of a file and the recipients.
func (s *Spool) sum(file record.Source) [sha256.Size]byte {
	return sha256.Sum256(fmt.Appendf(nil, "%d\n%s\n%s\n%d\n%s", file.Size, file.ModTime.Format(time.RFC3339Nano),
		file.Change.Format(time.RFC3339Nano), file.Inode, strings.Join(s.recipients, "\n")))
}

// prefix begins the names of all files in the spool for the file at a path.
func (s *Spool) prefix(absolute string) string {
	sum := sha256.Sum256([]byte(s.vault + "\n" + absolute))
	return filepath.Join(s.dir, hex.EncodeToString(sum[:8]))
}

// path returns the name of the encrypted form of a file. It follows from the vault, the path, the
// state of the file and the recipients.
func (s *Spool) path(file record.Source) string {
	sum := s.sum(file)
	return s.prefix(file.Path) + "-" + hex.EncodeToString(sum[:8]) + SealedSuffix
}

// IsStored reports whether an upload on record has stored the encrypted form of a file in its
// present state.
func (s *Spool) IsStored(last record.Upload, file record.Source) bool {
	now := s.Identity(file)
	now.Inode = last.Source.Inode
	return last.State == record.Completed && LooksUnchanged(last.Source, now)
}

// Stored returns the source of an upload that has stored the encrypted form of a file before. It
// has no bytes, so an upload from it can only find that the archive is there.
func (s *Spool) Stored(last record.Upload) *Source {
	return &Source{Identity: last.Source, Name: filepath.Base(last.Source.Path), At: gone{}}
}

// gone is the bytes of an encrypted file that was removed because the vault had confirmed it.
type gone struct{}

// ErrGone means that an encrypted file was stored before and removed from the spool, but the
// vault does not have its archive any more.
var ErrGone = errors.New("the archive on record is no longer in the vault")

func (gone) ReadAt([]byte, int64) (int, error) { return 0, ErrGone }

// Open returns the encrypted form of the file at path, as a source. If the spool does not have it
// yet, Open encrypts the file, which takes as long as reading and writing it. A form of an earlier
// state of the file is removed.
//
// ErrSourceChanged means that the file changed while it was read; ErrNoRoom, or an error of a full
// disk, that the spool has no room; ErrUnreadable, that the file cannot be read; and
// vault.ErrLocked, that another process encrypts the file. Nothing of it is kept then.
func (s *Spool) Open(ctx context.Context, path string) (*Source, error) {
	plain, err := Open(path)
	if err != nil {
		return nil, err
	}
	at := s.path(plain.Identity)
	sealed, err := s.openSealed(at, plain.Identity)
	if errors.Is(err, os.ErrNotExist) {
		if err = s.seal(ctx, plain, at); err == nil {
			sealed, err = s.openSealed(at, plain.Identity)
		}
	}
	if closed := plain.Close(); err == nil {
		err = closed
	}
	return sealed, err
}

// openSealed opens the complete encrypted form of a file. It removes one of another size.
func (s *Spool) openSealed(at string, file record.Source) (*Source, error) {
	f, err := os.Open(at)
	if err != nil {
		return nil, err
	}
	id := s.Identity(file)
	info, err := f.Stat()
	if err == nil && info.Size() != id.Size {
		return nil, errors.Join(f.Close(), os.Remove(at), os.ErrNotExist)
	}
	if err == nil {
		id.Inode, err = inodeOf(f, s.head)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &Source{Identity: id, Name: filepath.Base(id.Path), At: advised{f}, spooled: f}, nil
}

// inodeOf returns a number that stands for the inode of an encrypted file on record: it differs
// for each time that a file was encrypted, because its head is random. So an upload never
// continues with bytes that were encrypted again.
func inodeOf(f *os.File, head int64) (uint64, error) {
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(f, 0, head)); err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint64(sum.Sum(nil)), nil
}

// Remove removes what the spool has of the file at path, when the vault has confirmed it.
func (s *Spool) Remove(path string) error {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	return s.removeAll(absolute, "")
}

// removeAll removes the encrypted forms of a file, except one.
func (s *Spool) removeAll(absolute, except string) error {
	found, err := filepath.Glob(globQuoted(s.prefix(absolute)) + "-*" + SealedSuffix)
	for _, name := range found {
		if name != except {
			err = errors.Join(err, os.Remove(name))
		}
	}
	if err != nil || len(found) == 0 {
		return err
	}
	return disk.SyncDirectory(s.dir)
}

// globQuoted quotes the characters that filepath.Glob interprets.
func globQuoted(path string) string {
	if filepath.Separator == '\\' { // Windows has no quotes, and no such characters but brackets
		return strings.ReplaceAll(path, "[", "[[]")
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
