#include <archive.h>
#include <archive_entry.h>

#include "CArchive.h"

#include <dlfcn.h>
#include <iconv.h>
#include <locale.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define CALLS(X)                                                                                   \
  X(archive_version_details)                                                                       \
  X(archive_read_new)                                                                              \
  X(archive_read_free)                                                                             \
  X(archive_read_support_format_tar)                                                               \
  X(archive_read_support_format_zip_streamable)                                                    \
  X(archive_read_support_format_zip_seekable)                                                      \
  X(archive_read_set_format_option)                                                                \
  X(archive_read_set_read_callback)                                                                \
  X(archive_read_set_seek_callback)                                                                \
  X(archive_read_set_callback_data)                                                                \
  X(archive_read_open1)                                                                            \
  X(archive_read_next_header)                                                                      \
  X(archive_read_data_block)                                                                       \
  X(archive_error_string)                                                                          \
  X(archive_format_name)                                                                           \
  X(archive_entry_pathname)                                                                        \
  X(archive_entry_filetype)                                                                        \
  X(archive_entry_hardlink)                                                                        \
  X(archive_entry_is_encrypted)

#define DECLARE(name) __typeof__(name) *name;
static struct {
  CALLS(DECLARE)
} lib;

static const char library[] = "libarchive.so.13";
static bool is_loaded;
// The library writes the text anew at every call, to one place and without a lock: it is asked once.
static const char *version;
// Names that are marked as UTF-8 are converted to the locale's character set, which is ASCII in a
// program that sets none. This one leaves them as they are.
static locale_t utf8;

static void load(void) {
  void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (!handle) return;
#define LOAD(name)                                                                                 \
  if (!(lib.name = (__typeof__(name) *)dlsym(handle, #name))) return;
  CALLS(LOAD)
  version = lib.archive_version_details();
  utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
  is_loaded = true;
}

static bool is_there(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  return is_loaded;
}

const char *tern_archive_version(void) { return is_there() ? version : NULL; }

const char *tern_archive_library(void) { return library; }

struct tern_archive {
  struct archive *archive;
  void *context;
  tern_archive_read read;
  tern_archive_seek seek;
};

static la_ssize_t read_bytes(struct archive *a, void *context, const void **bytes) {
  (void)a;
  tern_archive *archive = context;
  return archive->read(archive->context, bytes);
}

static la_int64_t seek_bytes(struct archive *a, void *context, la_int64_t offset, int whence) {
  (void)a;
  tern_archive *archive = context;
  int64_t place = archive->seek(archive->context, offset, whence);
  return place < 0 ? ARCHIVE_FATAL : place;
}

tern_archive *tern_archive_open(tern_archive_format format, void *context, tern_archive_read read,
                                tern_archive_seek seek) {
  if (!is_there()) return NULL;
  tern_archive *archive = calloc(1, sizeof *archive);
  if (!archive) return NULL;
  archive->context = context;
  archive->read = read;
  archive->seek = seek;
  struct archive *a = archive->archive = lib.archive_read_new();
  if (!a) {
    free(archive);
    return NULL;
  }
  if (format == TERN_ARCHIVE_TAR) {
    lib.archive_read_support_format_tar(a);
    // Archives end to end (cat a.tar b.tar): what stands behind the first end must not get lost.
    lib.archive_read_set_format_option(a, "tar", "read_concatenated_archives", "1");
  } else {
    lib.archive_read_support_format_zip_streamable(a);
    if (seek) lib.archive_read_support_format_zip_seekable(a);
  }
  lib.archive_read_set_read_callback(a, read_bytes);
  if (seek) lib.archive_read_set_seek_callback(a, seek_bytes);
  lib.archive_read_set_callback_data(a, archive);
  // A failure shows again at the first member.
  lib.archive_read_open1(a);
  return archive;
}

void tern_archive_close(tern_archive *archive) {
  lib.archive_read_free(archive->archive);
  free(archive);
}

// The method stands in the text that names the format: "ZIP 2.0 (deflation)".
static bool is_packed_otherwise(struct archive *a) {
  const char *name = lib.archive_format_name(a);
  const char *method = name && !strncmp(name, "ZIP", 3) ? strchr(name, '(') : NULL;
  return method && strcmp(method, "(deflation)") && strcmp(method, "(uncompressed)") &&
         strcmp(method, "(bzip)") && strcmp(method, "(zstd)");
}

tern_archive_status tern_archive_next(tern_archive *archive, tern_archive_member *member) {
  struct archive *a = archive->archive;
  struct archive_entry *entry = NULL;
  locale_t before = utf8 ? uselocale(utf8) : (locale_t)0;
  int result = lib.archive_read_next_header(a, &entry);
  // A warning is about a name or an attribute; the member is there.
  bool is_member = result == ARCHIVE_OK || result == ARCHIVE_WARN;
  if (is_member) {
    member->name = lib.archive_entry_pathname(entry);
    unsigned type = lib.archive_entry_filetype(entry);
    member->kind = type == AE_IFDIR                       ? TERN_ARCHIVE_FOLDER
                   : lib.archive_entry_hardlink(entry)    ? TERN_ARCHIVE_OTHER
                   : (type == AE_IFREG || type == 0)      ? TERN_ARCHIVE_FILE
                                                          : TERN_ARCHIVE_OTHER;
    member->is_encrypted = lib.archive_entry_is_encrypted(entry);
    member->is_packed_otherwise = is_packed_otherwise(a);
  }
  if (before) uselocale(before);
  if (is_member) return TERN_ARCHIVE_OK;
  return result == ARCHIVE_EOF                                 ? TERN_ARCHIVE_END
         : result == ARCHIVE_FAILED || result == ARCHIVE_RETRY ? TERN_ARCHIVE_DAMAGED
                                                               : TERN_ARCHIVE_BROKEN;
}

tern_archive_status tern_archive_block(tern_archive *archive, const void **bytes, size_t *count,
                                       int64_t *offset) {
  la_int64_t place = 0;
  int result = lib.archive_read_data_block(archive->archive, bytes, count, &place);
  *offset = place;
  switch (result) {
  case ARCHIVE_OK: return TERN_ARCHIVE_OK;
  case ARCHIVE_EOF: return TERN_ARCHIVE_END;
  case ARCHIVE_FATAL: return TERN_ARCHIVE_BROKEN;
  default: return TERN_ARCHIVE_DAMAGED; // a wrong checksum or size is a warning there
  }
}

const char *tern_archive_error(tern_archive *archive) {
  const char *text = lib.archive_error_string(archive->archive);
  return text ? text : "";
}

ptrdiff_t tern_gb18030_to_utf8(const char *text, size_t count, char *target, size_t room) {
  iconv_t converter = iconv_open("UTF-8", "GB18030");
  if (converter == (iconv_t)-1) return -1;
  char *from = (char *)text, *to = target;
  size_t left = count, free_bytes = room;
  size_t result = iconv(converter, &from, &left, &to, &free_bytes);
  iconv_close(converter);
  return result == (size_t)-1 ? -1 : to - target;
}
