#include "voxel_kernels.h"

const char *vk_instruction_set(void) {
#if defined(__x86_64__) && defined(__linux__)
  if (__builtin_cpu_supports("x86-64-v4"))
    return "avx512";
  if (__builtin_cpu_supports("x86-64-v3"))
    return "avx2";
  return "baseline";
#elif defined(__aarch64__)
  return "neon";
#else
  return "baseline";
#endif
}
