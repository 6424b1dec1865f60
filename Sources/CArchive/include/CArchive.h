// The face of libarchive that Swift sees: members of zip and tar archives, one after the other.
//
// The library is loaded when the first archive is opened and not when a process starts: it pulls in
// thirteen others (libxml2 and ICU among them), which cost every start a millisecond, and most runs
// read no archive. The prototypes come from its header, so that a mismatch is an error of the build.
//
// A handle belongs to one thread at a time.
#ifndef TERN_CARCHIVE_H
#define TERN_CARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct tern_archive tern_archive;

typedef enum tern_archive_format { TERN_ARCHIVE_ZIP, TERN_ARCHIVE_TAR } tern_archive_format;

typedef enum tern_archive_kind {
  TERN_ARCHIVE_FILE,
  TERN_ARCHIVE_FOLDER,
  /// A link, a device, a pipe.
  TERN_ARCHIVE_OTHER
} tern_archive_kind;

typedef enum tern_archive_status {
  TERN_ARCHIVE_OK,
  /// No more members, or no more bytes of this one.
  TERN_ARCHIVE_END,
  /// This member is damaged; the next one may be sound.
  TERN_ARCHIVE_DAMAGED,
  /// Nothing more can be read.
  TERN_ARCHIVE_BROKEN
} tern_archive_status;

/// What stands at the head of a member. The name lives until the next call.
typedef struct tern_archive_member {
  const char *_Nullable name;
  tern_archive_kind kind;
  bool is_encrypted;
  /// Packed with a method that is not asked of libarchive: its decoder takes what memory the member
  /// says (LZMA, PPMd), or there is none.
  bool is_packed_otherwise;
} tern_archive_member;

/// Gives the next stored bytes, which live until the next call: their number, 0 at the end, -1 where
/// reading failed.
typedef ptrdiff_t (*tern_archive_read)(void *_Nonnull context,
                                       const void *_Nullable *_Nonnull bytes);
/// Goes to `offset` bytes from the place that `whence` names (SEEK_SET, SEEK_CUR, SEEK_END). The new
/// place, or -1.
typedef int64_t (*tern_archive_seek)(void *_Nonnull context, int64_t offset, int whence);

/// The version of libarchive, or NULL where it is not installed.
const char *_Nullable tern_archive_version(void);
/// The file that is looked for.
const char *_Nonnull tern_archive_library(void);

/// Makes a reader of one format. Without `seek` a zip is read by the headers in front of its members,
/// with it by the directory at its end. NULL where memory, or the library, cannot be had.
tern_archive *_Nullable tern_archive_open(tern_archive_format format, void *_Nonnull context,
                                          tern_archive_read _Nonnull read,
                                          tern_archive_seek _Nullable seek);
void tern_archive_close(tern_archive *_Nonnull archive);

/// Goes to the next member.
tern_archive_status tern_archive_next(tern_archive *_Nonnull archive,
                                      tern_archive_member *_Nonnull member);
/// The next bytes of the member, which live until the next call, and their place in it.
tern_archive_status tern_archive_block(tern_archive *_Nonnull archive,
                                       const void *_Nullable *_Nonnull bytes,
                                       size_t *_Nonnull count, int64_t *_Nonnull offset);
/// What the library says about the last failure; may be empty.
const char *_Nonnull tern_archive_error(tern_archive *_Nonnull archive);

/// Turns GB18030 (GBK and GB2312 are parts of it) into UTF-8. The number of bytes written, or -1
/// where `text` is not GB18030 or `room` is too small: three times `count` is enough.
ptrdiff_t tern_gb18030_to_utf8(const char *_Nonnull text, size_t count, char *_Nonnull target,
                               size_t room);

#endif
