#include <liburing.h>

#include "CLiburing.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>

struct tern_ring {
  struct io_uring ring;
};

static uint64_t tag_bits(tern_ring_tag tag) {
  uint64_t bits;
  memcpy(&bits, &tag, sizeof bits);
  return bits;
}

int tern_ring_create(tern_ring **ring, unsigned entries) {
  // Best first. Older kernels answer EINVAL to flags that they do not know.
  static const unsigned flags[] = {
      IORING_SETUP_CLAMP | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER |
          IORING_SETUP_COOP_TASKRUN,
      IORING_SETUP_CLAMP | IORING_SETUP_SUBMIT_ALL,
      IORING_SETUP_CLAMP,
  };
  struct tern_ring *made = calloc(1, sizeof *made);
  if (!made) return -ENOMEM;
  int result = -EINVAL;
  for (size_t i = 0; i < sizeof flags / sizeof *flags && result == -EINVAL; i++) {
    struct io_uring_params parameters = {.flags = flags[i]};
    result = io_uring_queue_init_params(entries, &made->ring, &parameters);
  }
  if (result < 0) {
    free(made);
    return result;
  }
  *ring = made;
  return 0;
}

void tern_ring_destroy(tern_ring *ring) {
  io_uring_queue_exit(&ring->ring);
  free(ring);
}

int tern_ring_reserve_descriptors(tern_ring *ring, unsigned count) {
  return io_uring_register_files_sparse(&ring->ring, count);
}

unsigned tern_ring_space(tern_ring *ring) { return io_uring_sq_space_left(&ring->ring); }

unsigned tern_ring_unsubmitted(tern_ring *ring) { return io_uring_sq_ready(&ring->ring); }

bool tern_ring_prepare_read(tern_ring *ring, int descriptor, void *buffer, unsigned count,
                            uint64_t offset, tern_ring_tag tag) {
  struct io_uring_sqe *entry = io_uring_get_sqe(&ring->ring);
  if (!entry) return false;
  io_uring_prep_read(entry, descriptor, buffer, count, offset);
  entry->user_data = tag_bits(tag);
  return true;
}

bool tern_ring_prepare_open(tern_ring *ring, const char *path, int flags, tern_ring_tag tag) {
  struct io_uring_sqe *entry = io_uring_get_sqe(&ring->ring);
  if (!entry) return false;
  io_uring_prep_openat(entry, AT_FDCWD, path, flags, 0);
  entry->user_data = tag_bits(tag);
  return true;
}

bool tern_ring_prepare_close(tern_ring *ring, int descriptor, tern_ring_tag tag) {
  struct io_uring_sqe *entry = io_uring_get_sqe(&ring->ring);
  if (!entry) return false;
  io_uring_prep_close(entry, descriptor);
  entry->user_data = tag_bits(tag);
  return true;
}

bool tern_ring_prepare_chain(tern_ring *ring, const char *path, int flags, unsigned index,
                             void *buffer, unsigned count, uint64_t offset, tern_ring_tag tag) {
  if (io_uring_sq_space_left(&ring->ring) < 3) return false;
  struct io_uring_sqe *entry = io_uring_get_sqe(&ring->ring);
  // The kernel refuses O_CLOEXEC here (EINVAL): such a descriptor is in no process's table.
  io_uring_prep_openat_direct(entry, AT_FDCWD, path, flags & ~O_CLOEXEC, 0, index);
  entry->flags |= IOSQE_IO_LINK;
  tag.stage = 0;
  entry->user_data = tag_bits(tag);

  entry = io_uring_get_sqe(&ring->ring);
  io_uring_prep_read(entry, (int)index, buffer, count, offset);
  entry->flags |= IOSQE_FIXED_FILE | IOSQE_IO_HARDLINK;
  tag.stage = 1;
  entry->user_data = tag_bits(tag);

  entry = io_uring_get_sqe(&ring->ring);
  io_uring_prep_close_direct(entry, index);
  tag.stage = 2;
  entry->user_data = tag_bits(tag);
  return true;
}

int tern_ring_submit_and_wait(tern_ring *ring, unsigned wanted) {
  return io_uring_submit_and_wait(&ring->ring, wanted);
}

unsigned tern_ring_reap(tern_ring *ring, tern_ring_completion *completions, unsigned room) {
  struct io_uring_cqe *entries[64];
  if (room > 64) room = 64;
  unsigned count = io_uring_peek_batch_cqe(&ring->ring, entries, room);
  for (unsigned i = 0; i < count; i++) {
    memcpy(&completions[i].tag, &entries[i]->user_data, sizeof completions[i].tag);
    completions[i].result = entries[i]->res;
  }
  io_uring_cq_advance(&ring->ring, count);
  return count;
}

int tern_o_direct(void) { return O_DIRECT; }

int tern_probe_cached(int descriptor, uint64_t offset) {
  char byte;
  struct iovec part = {.iov_base = &byte, .iov_len = 1};
  ssize_t got = preadv2(descriptor, &part, 1, (off_t)offset, RWF_NOWAIT);
  if (got >= 0) return 1;
  return errno == EAGAIN ? 0 : -errno;
}

void tern_pipe_enlarge(int descriptor, unsigned bytes) {
  // Never smaller than it is: whoever made it may have asked for more.
  int now = fcntl(descriptor, F_GETPIPE_SZ);
  if (now >= 0 && (unsigned)now < bytes) fcntl(descriptor, F_SETPIPE_SZ, (int)bytes);
}

int tern_event_make(void) {
  int descriptor = eventfd(0, EFD_CLOEXEC);
  return descriptor >= 0 ? descriptor : -errno;
}

void tern_event_signal(int descriptor) { eventfd_write(descriptor, 1); }

int tern_deny_rings(int error_number) {
  struct sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_io_uring_setup, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((unsigned)error_number & SECCOMP_RET_DATA)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog filter = {.len = sizeof program / sizeof *program, .filter = program};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return -errno;
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter)) return -errno;
  return 0;
}
