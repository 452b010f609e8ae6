#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "voxel_kernels.h"
#if defined(__linux__)
#include <sys/mman.h>
#endif

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

void vk_advise_large(void *address, size_t bytes) {
#if defined(__linux__)
  madvise(address, bytes, MADV_HUGEPAGE);
#else
  (void)address;
  (void)bytes;
#endif
}
