// The types of stored voxels, as a table for kernels that are the same for each.
#ifndef VOXEL_KERNELS_STORED_TYPES_H
#define VOXEL_KERNELS_STORED_TYPES_H

#include "convert_kernels.h"

#include <string.h>

#define VK_SAME_BYTE(raw) (raw)

// X(code, type, the unsigned type of that size, what reverses its bytes)
#define VK_STORED_TYPES(X)                                                                                   \
  X(VK_U8, uint8_t, uint8_t, VK_SAME_BYTE)                                                                   \
  X(VK_I8, int8_t, uint8_t, VK_SAME_BYTE)                                                                    \
  X(VK_U16, uint16_t, uint16_t, __builtin_bswap16)                                                           \
  X(VK_I16, int16_t, uint16_t, __builtin_bswap16)                                                            \
  X(VK_U32, uint32_t, uint32_t, __builtin_bswap32)                                                           \
  X(VK_I32, int32_t, uint32_t, __builtin_bswap32)                                                            \
  X(VK_U64, uint64_t, uint64_t, __builtin_bswap64)                                                           \
  X(VK_I64, int64_t, uint64_t, __builtin_bswap64)                                                            \
  X(VK_F32, float, uint32_t, __builtin_bswap32)                                                              \
  X(VK_F64, double, uint64_t, __builtin_bswap64)

// `value` is element i at `bytes`. Files don't align their voxels, so it is copied.
#define VK_LOAD(TYPE, value, bytes, i)                                                                       \
  TYPE value;                                                                                                \
  memcpy(&value, (bytes) + (size_t)(i) * sizeof(TYPE), sizeof(TYPE))

// The same, its bytes reversed.
#define VK_LOAD_SWAPPED(TYPE, BITS, SWAP, value, bytes, i)                                                   \
  VK_LOAD(BITS, value##_bits, bytes, i);                                                                     \
  value##_bits = SWAP(value##_bits);                                                                         \
  TYPE value;                                                                                                \
  memcpy(&value, &value##_bits, sizeof(TYPE))

#endif
