// Which kernels this processor runs, and the calls that pick one.
#include "kernels.h"

int tern_kernel_available(tern_kernel kernel) {
  switch (kernel) {
    case TERN_KERNEL_PORTABLE:
      return 1;
#if defined(__x86_64__)
    case TERN_KERNEL_AVX2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
             __builtin_cpu_supports("bmi2");
    case TERN_KERNEL_AVX512:
      return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
             __builtin_cpu_supports("bmi2");
#elif defined(__aarch64__)
    case TERN_KERNEL_NEON:
      return 1;
#endif
    default:
      return 0;
  }
}

tern_kernel tern_kernel_best(void) {
  // AVX-512 last of the vector kernels: with it the whole decoder is 10 to 40 % slower than with AVX2 on Cascade Lake,
  // and 6 % on Zen 5, whose registers are as wide (Benchmarks/RESULTS.md).
  const tern_kernel order[] = {TERN_KERNEL_AVX2, TERN_KERNEL_AVX512, TERN_KERNEL_NEON};
  for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
    if (tern_kernel_available(order[i])) return order[i];
  return TERN_KERNEL_PORTABLE;
}

void tern_walk_run(tern_kernel kernel, const tern_template *template_, tern_walk *walk) {
  switch (kernel) {
#if defined(__x86_64__)
    case TERN_KERNEL_AVX2:
      tern_walk_avx2(template_, walk);
      return;
    case TERN_KERNEL_AVX512:
      tern_walk_avx512(template_, walk);
      return;
#elif defined(__aarch64__)
    case TERN_KERNEL_NEON:
      tern_walk_neon(template_, walk);
      return;
#endif
    default:
      tern_walk_portable(template_, walk);
  }
}

size_t tern_read_decimals(tern_kernel kernel, const tern_span *spans, size_t stride, size_t count,
                          const uint8_t *base, uint64_t *mantissas, uint8_t *forms) {
  switch (kernel) {
#if defined(__x86_64__)
    case TERN_KERNEL_AVX2:
    case TERN_KERNEL_AVX512:  // 16 bytes at a time: nothing to gain from wider registers
      return tern_decimals_avx2(spans, stride, count, base, mantissas, forms);
#endif
    default:
      return tern_decimals_portable(spans, stride, count, base, mantissas, forms);
  }
}

size_t tern_utf8_valid_prefix(tern_kernel kernel, const uint8_t *data, size_t length) {
  switch (kernel) {
#if defined(__x86_64__)
    case TERN_KERNEL_AVX2:
      return tern_utf8_avx2(data, length);
    case TERN_KERNEL_AVX512:
      return tern_utf8_avx512(data, length);
#elif defined(__aarch64__)
    case TERN_KERNEL_NEON:
      return tern_utf8_neon(data, length);
#endif
    default:
      return tern_utf8_portable(data, length);
  }
}
