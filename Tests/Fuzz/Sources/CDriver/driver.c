#include "CDriver.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test)(const uint8_t *, size_t));

#define PROGRAM(name)                                                                              \
  int name(int argc, char **argv) {                                                                \
    return LLVMFuzzerRunDriver(&argc, &argv, LLVMFuzzerTestOneInput);                              \
  }

PROGRAM(Archive_main)
PROGRAM(Decode_main)
PROGRAM(Tables_main)
PROGRAM(Unwrap_main)
