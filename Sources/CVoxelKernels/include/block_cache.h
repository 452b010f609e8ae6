// Large blocks of memory, kept after their use for the next one of about the same size.
//
// Fresh memory is cleared by the system page by page, which costs more than most passes over a volume; a
// pipeline, a network or a training loop frees and asks for the same few sizes again and again.
#ifndef VOXEL_BLOCK_CACHE_H
#define VOXEL_BLOCK_CACHE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// Blocks below this size are not worth keeping.
enum { VK_SMALLEST_BLOCK = 1 << 20 };

// A block of at least `bytes` bytes, 64-byte aligned; `*capacity` is its true size. NULL when there is none.
// Kept blocks never make the process larger than its blocks in use have been together: the oldest go back to
// the system first. Safe from any thread.
void *vk_block_take(size_t bytes, size_t *capacity);

// Gives a block back with the capacity that `vk_block_take` told.
void vk_block_give(void *address, size_t capacity);

// Returns all kept blocks to the system.
void vk_block_trim(void);

typedef struct {
  size_t used; // bytes of the blocks in use
  size_t kept; // bytes kept for later
  size_t peak; // the most bytes that were in use at once
} vk_block_statistics;

vk_block_statistics vk_block_usage(void);

#ifdef __cplusplus
}
#endif

#endif
