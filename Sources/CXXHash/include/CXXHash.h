// XXH3 from libxxhash, compiled here: no shared library.
#ifndef TERN_CXXHASH_H
#define TERN_CXXHASH_H
#include <stddef.h>
#include <stdint.h>

/// XXH3-64, with the default secret.
uint64_t tern_xxh3_64(const void *_Nullable bytes, size_t count);

// Streaming XXH3-128 under a secret, compiled here and not in the importer: XXH_INLINE_ALL renames
// the library's functions by macros that Swift cannot see.
typedef struct tern_xxh3_state tern_xxh3_state;
typedef struct tern_xxh3_digest {
  uint64_t low, high;
} tern_xxh3_digest;

/// Bytes of a derived secret.
#define TERN_XXH3_SECRET_BYTES 192

/// Derives a secret of TERN_XXH3_SECRET_BYTES from `seed`.
void tern_xxh3_secret_from_seed(void *_Nonnull secret, uint64_t seed);
/// The same from bytes of any length but 0. 0 on success.
int tern_xxh3_secret_from_bytes(void *_Nonnull secret, const void *_Nonnull bytes, size_t count);
/// A state, or null without memory.
tern_xxh3_state *_Nullable tern_xxh3_make(void);
void tern_xxh3_free(tern_xxh3_state *_Nonnull state);
/// Begins anew. `secret` must outlive the state's use.
void tern_xxh3_reset(tern_xxh3_state *_Nonnull state, const void *_Nonnull secret);
void tern_xxh3_update(tern_xxh3_state *_Nonnull state, const void *_Nullable bytes, size_t count);
tern_xxh3_digest tern_xxh3_finish(const tern_xxh3_state *_Nonnull state);
/// All at once; equals the streamed digest.
tern_xxh3_digest tern_xxh3_whole(const void *_Nullable bytes, size_t count,
                                 const void *_Nonnull secret);
#endif
