#include "convert_kernels.h"
#include "dispatch.h"
#include "stored_types.h"
#include <math.h>

#define EACH(LOAD, VALUE)                                                                                    \
  for (int64_t i = 0; i < count; i++) {                                                                      \
    LOAD;                                                                                                    \
    out[i] = (float)(VALUE);                                                                                 \
  }

#define SCALED(v) (slope * (double)(v) + intercept)

#define TO_FLOAT(CODE, TYPE, BITS, SWAP)                                                                     \
  case CODE:                                                                                                 \
    if (!swapped && plain)                                                                                   \
      EACH(VK_LOAD(TYPE, v, bytes, i), v)                                                                    \
    else if (!swapped)                                                                                       \
      EACH(VK_LOAD(TYPE, v, bytes, i), SCALED(v))                                                            \
    else if (plain)                                                                                          \
      EACH(VK_LOAD_SWAPPED(TYPE, BITS, SWAP, v, bytes, i), v)                                                \
    else                                                                                                     \
      EACH(VK_LOAD_SWAPPED(TYPE, BITS, SWAP, v, bytes, i), SCALED(v))                                        \
    break;

VK_MULTIVERSION
void vk_to_f32(const void *in, int32_t type, int32_t swapped, int64_t count, double slope, double intercept,
               float *restrict out) {
  const uint8_t *restrict bytes = in;
  const int plain = slope == 1 && intercept == 0;
  switch (type) { VK_STORED_TYPES(TO_FLOAT) }
}

// The largest double that still converts is `HIGH`; beyond it the type's own maximum stands in.
#define FROM_FLOAT(CODE, TYPE, LOW, HIGH, MAXIMUM)                                                           \
  case CODE: {                                                                                               \
    TYPE *restrict to = out;                                                                                 \
    for (int64_t i = 0; i < count; i++) {                                                                    \
      double v = rint(slope * (double)in[i] + intercept);                                                    \
      double c = v > LOW ? v : LOW;                                                                          \
      c = c < HIGH ? c : HIGH;                                                                               \
      TYPE r = (TYPE)c;                                                                                      \
      r = v >= HIGH ? MAXIMUM : r;                                                                           \
      to[i] = v == v ? r : 0;                                                                                \
    }                                                                                                        \
    break;                                                                                                   \
  }

VK_MULTIVERSION
void vk_from_f32(const float *restrict in, int64_t count, double slope, double intercept, int32_t type,
                 void *out) {
  switch (type) {
    FROM_FLOAT(VK_U8, uint8_t, 0.0, 255.0, UINT8_MAX)
    FROM_FLOAT(VK_I8, int8_t, -128.0, 127.0, INT8_MAX)
    FROM_FLOAT(VK_U16, uint16_t, 0.0, 65535.0, UINT16_MAX)
    FROM_FLOAT(VK_I16, int16_t, -32768.0, 32767.0, INT16_MAX)
    FROM_FLOAT(VK_U32, uint32_t, 0.0, 4294967295.0, UINT32_MAX)
    FROM_FLOAT(VK_I32, int32_t, -2147483648.0, 2147483647.0, INT32_MAX)
    FROM_FLOAT(VK_U64, uint64_t, 0.0, 18446744073709549568.0, UINT64_MAX)
    FROM_FLOAT(VK_I64, int64_t, -9223372036854775808.0, 9223372036854774784.0, INT64_MAX)
  case VK_F32: {
    float *restrict to = out;
    for (int64_t i = 0; i < count; i++)
      to[i] = (float)(slope * (double)in[i] + intercept);
    break;
  }
  default: {
    double *restrict to = out;
    for (int64_t i = 0; i < count; i++)
      to[i] = slope * (double)in[i] + intercept;
  }
  }
}
