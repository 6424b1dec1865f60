// The face of liburing that Swift sees.
//
// <liburing.h> itself stays out of this header: it defines _GNU_SOURCE, under which glibc lays out
// `fd_set` with other member names than in Swift's Glibc module, and the two clash. So the ring is
// an opaque pointer here, and the calls below are the few that reading files needs. A call per
// request costs nothing beside the request.
//
// Every function returns 0 or a count, or a negative errno, as the kernel does. A ring belongs to
// the thread that made it: no function here may be called from another.
#ifndef TERN_CLIBURING_H
#define TERN_CLIBURING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// What a completion says about the request it belongs to: exactly the 64 bits of `user_data`.
///   slot        index in the caller's table of requests
///   generation  of the slot; a completion of an older one is a mistake
///   stage       which step of the request
///   reserved    zero
typedef struct tern_ring_tag {
  uint32_t slot;
  uint16_t generation;
  uint8_t stage;
  uint8_t reserved;
} tern_ring_tag;
_Static_assert(sizeof(tern_ring_tag) == sizeof(uint64_t), "user_data is 64 bits");

typedef struct tern_ring_completion {
  tern_ring_tag tag;
  int32_t result;
} tern_ring_completion;

typedef struct tern_ring tern_ring;

/// Makes a ring of `entries` submission entries for the calling thread.
int tern_ring_create(tern_ring *_Nullable *_Nonnull ring, unsigned entries);
/// Ends the ring. Nothing may be in flight.
void tern_ring_destroy(tern_ring *_Nonnull ring);
/// Makes room for `count` descriptors that live in the ring alone.
int tern_ring_reserve_descriptors(tern_ring *_Nonnull ring, unsigned count);
/// Submission entries that are free now.
unsigned tern_ring_space(tern_ring *_Nonnull ring);
/// Entries prepared but not yet taken by the kernel.
unsigned tern_ring_unsubmitted(tern_ring *_Nonnull ring);

// Preparing needs free entries (one each, the chain three); false when there are none.
bool tern_ring_prepare_read(tern_ring *_Nonnull ring, int descriptor, void *_Nonnull buffer,
                            unsigned count, uint64_t offset, tern_ring_tag tag);
bool tern_ring_prepare_open(tern_ring *_Nonnull ring, const char *_Nonnull path, int flags,
                            tern_ring_tag tag);
bool tern_ring_prepare_close(tern_ring *_Nonnull ring, int descriptor, tern_ring_tag tag);
/// Open into the ring's descriptor `index`, read, close, one after the other. A failed open cancels
/// the other two; the close follows the read whatever it gave (a hard link), or a short read would
/// leave the descriptor behind. Stages of the three completions: 0, 1, 2.
bool tern_ring_prepare_chain(tern_ring *_Nonnull ring, const char *_Nonnull path, int flags,
                             unsigned index, void *_Nonnull buffer, unsigned count,
                             uint64_t offset, tern_ring_tag tag);

/// Submits what is prepared and waits for `wanted` completions. Entries taken, or a negative errno.
int tern_ring_submit_and_wait(tern_ring *_Nonnull ring, unsigned wanted);
/// Takes up to `room` completions that are in, without waiting.
unsigned tern_ring_reap(tern_ring *_Nonnull ring, tern_ring_completion *_Nonnull completions,
                        unsigned room);

// What Swift's Glibc module leaves out.
/// O_DIRECT of this architecture.
int tern_o_direct(void);
/// One byte at `offset`, only if it is in the page cache. 1 cached, 0 not, else a negative errno.
int tern_probe_cached(int descriptor, uint64_t offset);
/// Lets a pipe hold `bytes`, as far as the system allows; nothing where `descriptor` is no pipe.
void tern_pipe_enlarge(int descriptor, unsigned bytes);
/// An eventfd of count 0, or a negative errno.
int tern_event_make(void);
/// Adds one to its count, which wakes a read of it.
void tern_event_signal(int descriptor);
/// Denies io_uring_setup to the calling thread with `error_number`, for tests of the fallback.
/// Threads that it starts inherit the filter; there is no way back.
int tern_deny_rings(int error_number);

#endif
