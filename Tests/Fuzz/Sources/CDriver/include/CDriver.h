// The start of each program: the package manager names the module's own, libFuzzer brings another.
#ifndef TERN_FUZZ_DRIVER_H
#define TERN_FUZZ_DRIVER_H

int Archive_main(int argc, char **argv);
int Decode_main(int argc, char **argv);
int Tables_main(int argc, char **argv);
int Unwrap_main(int argc, char **argv);

#endif
