// Separable convolution.
#include "dispatch.h"
#include "intensity_kernels.h"
#include <string.h>

#define LANES 64
typedef float v16 __attribute__((vector_size(64), aligned(4)));

#define LOAD(X, FROM) memcpy(&X, FROM, sizeof X)

// Four neighbouring outputs of 16 lanes share their loads; at least four taps.
static VK_INLINE void four(const float *from, int64_t step, const float *kernel, int64_t taps, float *out) {
  v16 x, a, b, c, d;
  LOAD(x, from);
  a = kernel[0] * x;
  LOAD(x, from + step);
  a += kernel[1] * x;
  b = kernel[0] * x;
  LOAD(x, from + 2 * step);
  a += kernel[2] * x;
  b += kernel[1] * x;
  c = kernel[0] * x;
  LOAD(x, from + 3 * step);
  a += kernel[3] * x;
  b += kernel[2] * x;
  c += kernel[1] * x;
  d = kernel[0] * x;
  for (int64_t t = 4; t < taps; t++) {
    LOAD(x, from + t * step);
    a += kernel[t] * x;
    b += kernel[t - 1] * x;
    c += kernel[t - 2] * x;
    d += kernel[t - 3] * x;
  }
  LOAD(x, from + taps * step);
  b += kernel[taps - 1] * x;
  c += kernel[taps - 2] * x;
  d += kernel[taps - 3] * x;
  LOAD(x, from + (taps + 1) * step);
  c += kernel[taps - 1] * x;
  d += kernel[taps - 2] * x;
  LOAD(x, from + (taps + 2) * step);
  d += kernel[taps - 1] * x;
  memcpy(out, &a, sizeof a);
  memcpy(out + LANES, &b, sizeof b);
  memcpy(out + 2 * LANES, &c, sizeof c);
  memcpy(out + 3 * LANES, &d, sizeof d);
}

VK_MULTIVERSION
void vk_filter_lines_f32(float *data, int64_t lanes, int64_t length, int64_t stride, const float *kernel,
                         int64_t radius, const int32_t *index, float fill, float *scratch) {
  const int64_t taps = 2 * radius + 1, padded = length + 2 * radius;
  for (int64_t i = 0; i < padded; i++) {
    float *restrict line = scratch + i * LANES;
    if (index[i] < 0) {
      for (int v = 0; v < LANES; v++)
        line[v] = fill;
    } else if (lanes == LANES) {
      memcpy(line, data + index[i] * stride, LANES * sizeof(float));
    } else {
      memset(line, 0, LANES * sizeof(float));
      memcpy(line, data + index[i] * stride, (size_t)lanes * sizeof(float));
    }
  }
  float out[4 * LANES];
  for (int64_t i = 0; i < length; i += 4) {
    const int count = length - i < 4 ? (int)(length - i) : 4;
    if (count < 4 || taps < 4) {
      for (int r = 0; r < count; r++)
        for (int v = 0; v < LANES; v += 16) {
          v16 sum = {0};
          for (int64_t t = 0; t < taps; t++) {
            v16 x;
            memcpy(&x, scratch + (i + r + t) * LANES + v, sizeof x);
            sum += kernel[t] * x;
          }
          memcpy(out + r * LANES + v, &sum, sizeof sum);
        }
    } else {
      for (int v = 0; v < LANES; v += 16)
        four(scratch + i * LANES + v, LANES, kernel, taps, out + v);
    }
    for (int r = 0; r < count; r++)
      memcpy(data + (i + r) * stride, out + r * LANES, (size_t)lanes * sizeof(float));
  }
}

VK_MULTIVERSION
void vk_filter_row_f32(float *row, int64_t length, const float *kernel, int64_t radius, const int32_t *index,
                       float fill, float *scratch) {
  const int64_t taps = 2 * radius + 1, padded = length + 2 * radius;
  for (int64_t i = 0; i < radius; i++)
    scratch[i] = index[i] < 0 ? fill : row[index[i]];
  memcpy(scratch + radius, row, (size_t)length * sizeof(float));
  for (int64_t i = length + radius; i < padded; i++)
    scratch[i] = index[i] < 0 ? fill : row[index[i]];
  memset(scratch + padded, 0, 64 * sizeof(float));
  int64_t i = 0;
  for (; i + 64 <= length; i += 64) {
    v16 a = {0}, b = {0}, c = {0}, d = {0};
    for (int64_t t = 0; t < taps; t++) {
      const float *from = scratch + i + t;
      v16 x[4];
      memcpy(x, from, sizeof x);
      a += kernel[t] * x[0];
      b += kernel[t] * x[1];
      c += kernel[t] * x[2];
      d += kernel[t] * x[3];
    }
    memcpy(row + i, &a, sizeof a);
    memcpy(row + i + 16, &b, sizeof b);
    memcpy(row + i + 32, &c, sizeof c);
    memcpy(row + i + 48, &d, sizeof d);
  }
  for (; i < length; i += 16) {
    v16 a = {0};
    for (int64_t t = 0; t < taps; t++) {
      v16 x;
      memcpy(&x, scratch + i + t, sizeof x);
      a += kernel[t] * x;
    }
    memcpy(row + i, &a, (size_t)(length - i < 16 ? length - i : 16) * sizeof(float));
  }
}
