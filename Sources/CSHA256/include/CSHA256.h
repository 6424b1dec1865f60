// SHA-256 (FIPS 180-4) and HMAC-SHA256 (RFC 2104) of OpenSSL's libcrypto, linked from its archive: the
// few objects that this takes, no library to load at the start of a process.
#pragma once
#include <stddef.h>
#include <stdint.h>

// A key's two prepared states, so that a message costs its own blocks and one more.
typedef struct {
  uint8_t inner[112];
  uint8_t outer[112];
} tern_hmac_key;

void tern_hmac_prepare(tern_hmac_key *key, const uint8_t *secret, size_t length);
// The first eight bytes of HMAC-SHA256, big-endian.
uint64_t tern_hmac_first64(const tern_hmac_key *key, const uint8_t *message, size_t length);
void tern_sha256(const uint8_t *message, size_t length, uint8_t digest[32]);
void tern_hmac_sha256(const tern_hmac_key *key, const uint8_t *message, size_t length, uint8_t digest[32]);
