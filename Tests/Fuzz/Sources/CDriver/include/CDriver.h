// The start of the program: the package manager names the module's own, libFuzzer brings another.
#ifndef TERN_FUZZ_DRIVER_H
#define TERN_FUZZ_DRIVER_H

int Decode_main(int argc, char **argv);

#endif
