#include "convert_kernels.h"
#include "dispatch.h"
#include <math.h>

#define TO(TYPE)                                                                                             \
  do {                                                                                                       \
    const TYPE *restrict from = in;                                                                          \
    if (slope == 1 && intercept == 0)                                                                        \
      for (int64_t i = 0; i < count; i++)                                                                    \
        out[i] = (float)from[i];                                                                             \
    else                                                                                                     \
      for (int64_t i = 0; i < count; i++)                                                                    \
        out[i] = (float)(slope * (double)from[i] + intercept);                                               \
  } while (0)

VK_MULTIVERSION
void vk_to_f32(const void *in, int32_t type, int64_t count, double slope, double intercept,
               float *restrict out) {
  switch (type) {
  case VK_U8:
    TO(uint8_t);
    break;
  case VK_I8:
    TO(int8_t);
    break;
  case VK_U16:
    TO(uint16_t);
    break;
  case VK_I16:
    TO(int16_t);
    break;
  case VK_U32:
    TO(uint32_t);
    break;
  case VK_I32:
    TO(int32_t);
    break;
  case VK_U64:
    TO(uint64_t);
    break;
  case VK_I64:
    TO(int64_t);
    break;
  case VK_F32:
    TO(float);
    break;
  default:
    TO(double);
  }
}

// The largest double that still converts is `HIGH`; beyond it the type's own maximum stands in.
#define FROM(TYPE, LOW, HIGH, MAXIMUM)                                                                       \
  do {                                                                                                       \
    TYPE *restrict to = out;                                                                                 \
    for (int64_t i = 0; i < count; i++) {                                                                    \
      double v = rint(slope * (double)in[i] + intercept);                                                    \
      double c = v > LOW ? v : LOW;                                                                          \
      c = c < HIGH ? c : HIGH;                                                                               \
      TYPE r = (TYPE)c;                                                                                      \
      r = v >= HIGH ? MAXIMUM : r;                                                                           \
      to[i] = v == v ? r : 0;                                                                                \
    }                                                                                                        \
  } while (0)

VK_MULTIVERSION
void vk_from_f32(const float *restrict in, int64_t count, double slope, double intercept, int32_t type,
                 void *out) {
  switch (type) {
  case VK_U8:
    FROM(uint8_t, 0.0, 255.0, UINT8_MAX);
    break;
  case VK_I8:
    FROM(int8_t, -128.0, 127.0, INT8_MAX);
    break;
  case VK_U16:
    FROM(uint16_t, 0.0, 65535.0, UINT16_MAX);
    break;
  case VK_I16:
    FROM(int16_t, -32768.0, 32767.0, INT16_MAX);
    break;
  case VK_U32:
    FROM(uint32_t, 0.0, 4294967295.0, UINT32_MAX);
    break;
  case VK_I32:
    FROM(int32_t, -2147483648.0, 2147483647.0, INT32_MAX);
    break;
  case VK_U64:
    FROM(uint64_t, 0.0, 18446744073709549568.0, UINT64_MAX);
    break;
  case VK_I64:
    FROM(int64_t, -9223372036854775808.0, 9223372036854774784.0, INT64_MAX);
    break;
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
