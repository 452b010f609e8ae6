// One function compiled for several instruction sets; the loader picks.
#ifndef VOXEL_KERNELS_DISPATCH_H
#define VOXEL_KERNELS_DISPATCH_H

// The loader picks before the thread sanitizer has started, so there is no choice under it.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define VK_ONE_VERSION
#endif
#endif

#if defined(__x86_64__) && defined(__linux__) && !defined(VK_ONE_VERSION)
#define VK_MULTIVERSION __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define VK_MULTIVERSION
#endif

// A helper that every clone of a kernel compiles for itself.
#define VK_INLINE inline __attribute__((always_inline))

#endif
