#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "block_cache.h"
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { slots = 256, grain = 1 << 16, page = 2 << 20, mapped = 4 << 20 };

typedef struct {
  void *address;
  size_t bytes;
} block;

// Oldest first.
static block kept[slots];
static size_t count;
static vk_block_statistics usage;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

// Large blocks are mapped for themselves, so that giving one back shrinks the process at once; they begin on
// a large page.
static void *map(size_t bytes) {
  if (bytes > SIZE_MAX - page)
    return NULL;
  char *raw = mmap(NULL, bytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (raw == MAP_FAILED)
    return NULL;
  char *aligned = (char *)(((uintptr_t)raw + page - 1) / page * page);
  const size_t before = (size_t)(aligned - raw);
  if (before > 0)
    munmap(raw, before);
  if (before < page)
    munmap(aligned + bytes, page - before);
#if defined(__linux__)
  madvise(aligned, bytes, MADV_HUGEPAGE);
#endif
  return aligned;
}

static void *fresh(size_t bytes) {
  if (bytes >= mapped)
    return map(bytes);
  void *address = NULL;
  return posix_memalign(&address, 64, bytes) == 0 ? address : NULL;
}

static void discard(block old) {
  if (old.bytes >= mapped)
    munmap(old.address, old.bytes);
  else
    free(old.address);
}

static block removed(size_t index) {
  block found = kept[index];
  memmove(kept + index, kept + index + 1, (count - index - 1) * sizeof(block));
  count -= 1;
  usage.kept -= found.bytes;
  return found;
}

// Moves the oldest blocks to `old` until all blocks, and `more` bytes, fit into the limit; the lock is held.
static size_t evict(size_t more, size_t limit, block old[slots]) {
  size_t evicted = 0;
  while (count > 0 && usage.used + usage.kept + more > limit)
    old[evicted++] = removed(0);
  return evicted;
}

static void discard_all(const block *old, size_t evicted) {
  for (size_t index = 0; index < evicted; ++index)
    discard(old[index]);
}

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

void *vk_block_take(size_t bytes, size_t *capacity) {
  if (bytes > SIZE_MAX / 4)
    return NULL;
  bytes = (bytes + grain - 1) / grain * grain;
  block found = {NULL, bytes}, old[slots];
  size_t evicted = 0;
  pthread_mutex_lock(&lock);
  // The newest that fits with at most a quarter to spare: it is the likeliest to be in the processor's cache.
  for (size_t index = count; index-- > 0 && !found.address;)
    if (kept[index].bytes >= bytes && kept[index].bytes - bytes <= bytes / 4)
      found = removed(index);
  if (found.address)
    usage.used += found.bytes;
  else
    evicted = evict(bytes, larger(usage.peak, usage.used + bytes), old);
  usage.peak = larger(usage.peak, usage.used);
  pthread_mutex_unlock(&lock);
  discard_all(old, evicted);
  if (!found.address) {
    found.address = fresh(bytes);
    if (!found.address) {
      vk_block_trim();
      found.address = fresh(bytes);
    }
    if (!found.address)
      return NULL;
    // Others may have kept blocks meanwhile.
    pthread_mutex_lock(&lock);
    usage.used += bytes;
    usage.peak = larger(usage.peak, usage.used);
    evicted = evict(0, usage.peak, old);
    pthread_mutex_unlock(&lock);
    discard_all(old, evicted);
  }
  *capacity = found.bytes;
  return found.address;
}

void vk_block_give(void *address, size_t capacity) {
  block old = {NULL, 0};
  pthread_mutex_lock(&lock);
  usage.used -= capacity;
  if (count == slots)
    old = removed(0);
  kept[count++] = (block){address, capacity};
  usage.kept += capacity;
  pthread_mutex_unlock(&lock);
  if (old.address)
    discard(old);
}

void vk_block_trim(void) {
  block old[slots];
  pthread_mutex_lock(&lock);
  const size_t evicted = evict(0, usage.used, old);
  pthread_mutex_unlock(&lock);
  discard_all(old, evicted);
}

vk_block_statistics vk_block_usage(void) {
  pthread_mutex_lock(&lock);
  const vk_block_statistics result = usage;
  pthread_mutex_unlock(&lock);
  return result;
}
