#include "file_voxels.h"
#include "dispatch.h"
#include "stored_types.h"

#define SWAP_COPY(bits, type)                                                                                \
  VK_MULTIVERSION static void swap_copy_##bits(const uint8_t *restrict bytes, size_t count,                  \
                                               type *restrict out) {                                         \
    for (size_t i = 0; i < count; i++) {                                                                     \
      type raw;                                                                                              \
      memcpy(&raw, bytes + i * sizeof(raw), sizeof(raw));                                                    \
      out[i] = __builtin_bswap##bits(raw);                                                                   \
    }                                                                                                        \
  }

SWAP_COPY(16, uint16_t)
SWAP_COPY(32, uint32_t)
SWAP_COPY(64, uint64_t)

void vk_swap_copy(const void *source, size_t width, size_t count, void *destination) {
  switch (width) {
  case 2:
    swap_copy_16(source, count, destination);
    break;
  case 4:
    swap_copy_32(source, count, destination);
    break;
  case 8:
    swap_copy_64(source, count, destination);
    break;
  default:
    memcpy(destination, source, width * count);
  }
}

void vk_deinterleave(const void *source, size_t width, size_t components, size_t count, void *destination,
                     size_t plane) {
  const uint8_t *from = source;
  uint8_t *to = destination;
  for (size_t c = 0; c < components; c++)
    for (size_t i = 0; i < count; i++)
      memcpy(to + (c * plane + i) * width, from + (i * components + c) * width, width);
}

void vk_interleave(const void *source, size_t width, size_t components, size_t count, void *destination,
                   size_t plane) {
  const uint8_t *from = source;
  uint8_t *to = destination;
  for (size_t c = 0; c < components; c++)
    for (size_t i = 0; i < count; i++)
      memcpy(to + (i * components + c) * width, from + (c * plane + i) * width, width);
}

// Blocks are converted and judged as a whole, so that the loop vectorizes; a bad block is searched.
#define BLOCK 1024

#define TO_LABELS(CODE, TYPE, BITS, SWAP)                                                                    \
  VK_MULTIVERSION static size_t to_labels_##CODE(const uint8_t *restrict bytes, size_t count, double slope,  \
                                                 double intercept, uint16_t *restrict out) {                 \
    for (size_t start = 0; start < count; start += BLOCK) {                                                  \
      size_t end = count - start < BLOCK ? count : start + BLOCK;                                            \
      int bad = 0;                                                                                           \
      for (size_t i = start; i < end; i++) {                                                                 \
        VK_LOAD(TYPE, value, bytes, i);                                                                      \
        double label = (double)value * slope + intercept;                                                    \
        int inside = label >= 0 && label <= 65535;                                                           \
        int32_t whole = (int32_t)(inside ? label : 0);                                                       \
        bad |= !inside | ((double)whole != label);                                                           \
        out[i] = (uint16_t)whole;                                                                            \
      }                                                                                                      \
      if (!bad)                                                                                              \
        continue;                                                                                            \
      for (size_t i = start; i < end; i++) {                                                                 \
        VK_LOAD(TYPE, value, bytes, i);                                                                      \
        double label = (double)value * slope + intercept;                                                    \
        if (!(label >= 0 && label <= 65535 && label == (double)(int32_t)label))                              \
          return i;                                                                                          \
      }                                                                                                      \
    }                                                                                                        \
    return count;                                                                                            \
  }

VK_STORED_TYPES(TO_LABELS)

size_t vk_to_labels(const void *source, int32_t type, size_t count, double slope, double intercept,
                    uint16_t *destination) {
#define CASE(CODE, TYPE, BITS, SWAP)                                                                         \
  case CODE:                                                                                                 \
    return to_labels_##CODE(source, count, slope, intercept, destination);
  switch (type) { VK_STORED_TYPES(CASE) }
#undef CASE
  return 0;
}
