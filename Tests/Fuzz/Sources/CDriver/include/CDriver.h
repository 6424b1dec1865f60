// The start of each program: the package manager names the module's own, libFuzzer brings another.
#ifndef TERN_FUZZ_DRIVER_H
#define TERN_FUZZ_DRIVER_H

// Whether this run has a planted bug, which must be found: FUZZ_CANARY is set.
int fuzz_is_canary(void);

int Archive_main(int argc, char **argv);
int Blocks_main(int argc, char **argv);
int Decode_main(int argc, char **argv);
int Reference_main(int argc, char **argv);
int Rules_main(int argc, char **argv);
int Tables_main(int argc, char **argv);
int Unwrap_main(int argc, char **argv);

#endif
