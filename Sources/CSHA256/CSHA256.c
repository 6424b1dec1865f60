// The states are copied by value, which only the low-level calls allow.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "CSHA256.h"

#include <openssl/sha.h>
#include <string.h>

_Static_assert(sizeof(SHA256_CTX) == 112, "the state of SHA-256 has another size");

void tern_sha256(const uint8_t *message, size_t length, uint8_t digest[32]) {
  SHA256_CTX state;
  SHA256_Init(&state);
  SHA256_Update(&state, message, length);
  SHA256_Final(digest, &state);
}

void tern_hmac_prepare(tern_hmac_key *key, const uint8_t *secret, size_t length) {
  uint8_t block[64] = {0};
  if (length > sizeof block) {
    tern_sha256(secret, length, block);
  } else if (length > 0) {
    memcpy(block, secret, length);
  }
  SHA256_CTX state;
  for (size_t i = 0; i < sizeof block; i++) block[i] ^= 0x36;
  SHA256_Init(&state);
  SHA256_Update(&state, block, sizeof block);
  memcpy(key->inner, &state, sizeof state);
  for (size_t i = 0; i < sizeof block; i++) block[i] ^= 0x36 ^ 0x5c;
  SHA256_Init(&state);
  SHA256_Update(&state, block, sizeof block);
  memcpy(key->outer, &state, sizeof state);
}

void tern_hmac_sha256(const tern_hmac_key *key, const uint8_t *message, size_t length, uint8_t digest[32]) {
  SHA256_CTX state;
  memcpy(&state, key->inner, sizeof state);
  SHA256_Update(&state, message, length);
  SHA256_Final(digest, &state);
  memcpy(&state, key->outer, sizeof state);
  SHA256_Update(&state, digest, 32);
  SHA256_Final(digest, &state);
}

uint64_t tern_hmac_first64(const tern_hmac_key *key, const uint8_t *message, size_t length) {
  uint8_t digest[32];
  tern_hmac_sha256(key, message, length, digest);
  uint64_t first = 0;
  for (int i = 0; i < 8; i++) first = first << 8 | digest[i];
  return first;
}
