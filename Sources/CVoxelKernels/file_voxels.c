#include "file_voxels.h"
#include "convert_kernels.h"
#include "dispatch.h"

#include <string.h>

// Loads through memcpy: files don't align their voxels.
#define LOAD(type, bits, swap)                                                                               \
  bits raw;                                                                                                  \
  memcpy(&raw, bytes + i * sizeof(bits), sizeof(bits));                                                      \
  raw = swap(raw);                                                                                           \
  type value;                                                                                                \
  memcpy(&value, &raw, sizeof(value));

#define TO_FLOAT(name, type, bits, swap)                                                                     \
  VK_MULTIVERSION static void to_float_plain_##name(const uint8_t *restrict bytes, size_t count,             \
                                                    float *restrict out) {                                   \
    for (size_t i = 0; i < count; i++) {                                                                     \
      LOAD(type, bits, swap)                                                                                 \
      out[i] = (float)value;                                                                                 \
    }                                                                                                        \
  }                                                                                                          \
  VK_MULTIVERSION static void to_float_scaled_##name(const uint8_t *restrict bytes, size_t count,            \
                                                     double slope, double intercept, float *restrict out) {  \
    for (size_t i = 0; i < count; i++) {                                                                     \
      LOAD(type, bits, swap)                                                                                 \
      out[i] = (float)((double)value * slope + intercept);                                                   \
    }                                                                                                        \
  }

TO_FLOAT(u16s, uint16_t, uint16_t, __builtin_bswap16)
TO_FLOAT(i16s, int16_t, uint16_t, __builtin_bswap16)
TO_FLOAT(u32s, uint32_t, uint32_t, __builtin_bswap32)
TO_FLOAT(i32s, int32_t, uint32_t, __builtin_bswap32)
TO_FLOAT(u64s, uint64_t, uint64_t, __builtin_bswap64)
TO_FLOAT(i64s, int64_t, uint64_t, __builtin_bswap64)
TO_FLOAT(f32s, float, uint32_t, __builtin_bswap32)
TO_FLOAT(f64s, double, uint64_t, __builtin_bswap64)

void vk_swapped_to_f32(const void *source, int32_t type, size_t count, double slope, double intercept,
                       float *destination) {
  const uint8_t *bytes = source;
  int plain = slope == 1 && intercept == 0;
#define CASE(label, name)                                                                                    \
  case label:                                                                                                \
    plain ? to_float_plain_##name(bytes, count, destination)                                                 \
          : to_float_scaled_##name(bytes, count, slope, intercept, destination);                             \
    break;
  switch (type) {
    CASE(VK_U16, u16s)
    CASE(VK_I16, i16s)
    CASE(VK_U32, u32s)
    CASE(VK_I32, i32s)
    CASE(VK_U64, u64s)
    CASE(VK_I64, i64s)
    CASE(VK_F32, f32s)
    CASE(VK_F64, f64s)
  default:
    vk_to_f32(source, type, (int64_t)count, slope, intercept, destination);
  }
#undef CASE
}

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

#define TO_LABELS(name, type)                                                                                \
  VK_MULTIVERSION static size_t to_labels_##name(const uint8_t *restrict bytes, size_t count, double slope,  \
                                                 double intercept, uint16_t *restrict out) {                 \
    for (size_t start = 0; start < count; start += BLOCK) {                                                  \
      size_t end = count - start < BLOCK ? count : start + BLOCK;                                            \
      int bad = 0;                                                                                           \
      for (size_t i = start; i < end; i++) {                                                                 \
        type value;                                                                                          \
        memcpy(&value, bytes + i * sizeof(value), sizeof(value));                                            \
        double label = (double)value * slope + intercept;                                                    \
        int inside = label >= 0 && label <= 65535;                                                           \
        int32_t whole = (int32_t)(inside ? label : 0);                                                       \
        bad |= !inside | ((double)whole != label);                                                           \
        out[i] = (uint16_t)whole;                                                                            \
      }                                                                                                      \
      if (!bad)                                                                                              \
        continue;                                                                                            \
      for (size_t i = start; i < end; i++) {                                                                 \
        type value;                                                                                          \
        memcpy(&value, bytes + i * sizeof(value), sizeof(value));                                            \
        double label = (double)value * slope + intercept;                                                    \
        if (!(label >= 0 && label <= 65535 && label == (double)(int32_t)label))                              \
          return i;                                                                                          \
      }                                                                                                      \
    }                                                                                                        \
    return count;                                                                                            \
  }

TO_LABELS(u8, uint8_t)
TO_LABELS(i8, int8_t)
TO_LABELS(u16, uint16_t)
TO_LABELS(i16, int16_t)
TO_LABELS(u32, uint32_t)
TO_LABELS(i32, int32_t)
TO_LABELS(u64, uint64_t)
TO_LABELS(i64, int64_t)
TO_LABELS(f32, float)
TO_LABELS(f64, double)

size_t vk_to_labels(const void *source, int32_t type, size_t count, double slope, double intercept,
                    uint16_t *destination) {
  switch (type) {
  case VK_U8:
    return to_labels_u8(source, count, slope, intercept, destination);
  case VK_I8:
    return to_labels_i8(source, count, slope, intercept, destination);
  case VK_U16:
    return to_labels_u16(source, count, slope, intercept, destination);
  case VK_I16:
    return to_labels_i16(source, count, slope, intercept, destination);
  case VK_U32:
    return to_labels_u32(source, count, slope, intercept, destination);
  case VK_I32:
    return to_labels_i32(source, count, slope, intercept, destination);
  case VK_U64:
    return to_labels_u64(source, count, slope, intercept, destination);
  case VK_I64:
    return to_labels_i64(source, count, slope, intercept, destination);
  case VK_F32:
    return to_labels_f32(source, count, slope, intercept, destination);
  case VK_F64:
    return to_labels_f64(source, count, slope, intercept, destination);
  }
  return 0;
}
