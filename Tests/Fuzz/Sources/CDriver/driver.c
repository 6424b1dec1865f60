#include "CDriver.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test)(const uint8_t *, size_t));

int fuzz_is_canary(void) {
  static int known = -1;
  if (known < 0) known = getenv("FUZZ_CANARY") != NULL;
  return known;
}

#define PROGRAM(name)                                                                              \
  int name(int argc, char **argv) {                                                                \
    return LLVMFuzzerRunDriver(&argc, &argv, LLVMFuzzerTestOneInput);                              \
  }

PROGRAM(Archive_main)
PROGRAM(Blocks_main)
PROGRAM(Decode_main)
PROGRAM(Reference_main)
PROGRAM(Rules_main)
PROGRAM(Tables_main)
PROGRAM(Unwrap_main)
