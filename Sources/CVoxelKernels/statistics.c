// Moments, exact ranks and histograms.
#include "dispatch.h"
#include "intensity_kernels.h"
#include <math.h>
#include <string.h>

// A key that sorts as the values do: positive values get the sign bit set, negative ones all bits flipped.
static VK_INLINE uint32_t key_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return bits ^ ((uint32_t)((int32_t)bits >> 31) | 0x80000000u);
}

float vk_value_of_key(uint32_t key) {
  uint32_t bits = key & 0x80000000u ? key ^ 0x80000000u : ~key;
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

static VK_INLINE int is_finite(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return (bits & 0x7F800000u) != 0x7F800000u;
}

static VK_INLINE int counts(float value, const uint8_t *mask, int64_t i, int region) {
  switch (region) {
  case VK_NONZERO:
    return value != 0;
  case VK_MASKED:
    return mask[i] != 0;
  case VK_POSITIVE:
    return value > 0;
  default:
    return 1;
  }
}

static VK_INLINE vk_moments moments(const float *restrict data, int64_t n, int region,
                                    const uint8_t *restrict mask) {
#pragma clang fp reassociate(on)
  int32_t used = 0, strange = 0, low = INT32_MAX, high = INT32_MIN;
  double sum = 0;
  for (int64_t i = 0; i < n; i++) {
    const float x = data[i];
    const int finite = is_finite(x), in = counts(x, mask, i, region);
    const int take = finite & in;
    int32_t bits;
    memcpy(&bits, &x, 4);
    bits ^= (int32_t)((uint32_t)(bits >> 31) >> 1);
    used += take;
    strange += (finite ^ 1) & (region == VK_MASKED ? in : 1);
    sum += take ? (double)x : 0.0;
    const int32_t under = take ? bits : INT32_MAX, over = take ? bits : INT32_MIN;
    low = under < low ? under : low;
    high = over > high ? over : high;
  }
  vk_moments m = {used, strange, sum, 0, 0, 0};
  if (used == 0)
    return m;
  low ^= (int32_t)((uint32_t)(low >> 31) >> 1);
  high ^= (int32_t)((uint32_t)(high >> 31) >> 1);
  memcpy(&m.minimum, &low, 4);
  memcpy(&m.maximum, &high, 4);
  const double mean = sum / used;
  double squares = 0;
  for (int64_t i = 0; i < n; i++) {
    const float x = data[i];
    const int take = is_finite(x) & counts(x, mask, i, region);
    const double d = take ? (double)x - mean : 0.0;
    squares += d * d;
  }
  m.squares = squares;
  return m;
}

VK_MULTIVERSION
vk_moments vk_moments_f32(const float *data, int64_t count, int32_t region, const uint8_t *mask) {
  switch (region) {
  case VK_NONZERO:
    return moments(data, count, VK_NONZERO, mask);
  case VK_MASKED:
    return moments(data, count, VK_MASKED, mask);
  case VK_POSITIVE:
    return moments(data, count, VK_POSITIVE, mask);
  default:
    return moments(data, count, VK_ALL, mask);
  }
}

#define BLOCK 1024

// Keys of a block, 0 where a voxel does not count (0 is the key of a NaN, which never counts).
static VK_INLINE void keys(const float *restrict data, int64_t n, int region, const uint8_t *restrict mask,
                           uint32_t *restrict out) {
  for (int64_t i = 0; i < n; i++)
    out[i] = is_finite(data[i]) & counts(data[i], mask, i, region) ? key_of(data[i]) : 0;
}

static VK_INLINE void keys_by(const float *data, int64_t n, int region, const uint8_t *mask, uint32_t *out) {
  switch (region) {
  case VK_NONZERO:
    keys(data, n, VK_NONZERO, mask, out);
    break;
  case VK_MASKED:
    keys(data, n, VK_MASKED, mask, out);
    break;
  case VK_POSITIVE:
    keys(data, n, VK_POSITIVE, mask, out);
    break;
  default:
    keys(data, n, VK_ALL, mask, out);
  }
}

VK_MULTIVERSION
void vk_count_upper_f32(const float *data, int64_t count, int32_t region, const uint8_t *mask,
                        uint32_t *coarse) {
  uint32_t key[BLOCK];
  for (int64_t start = 0; start < count; start += BLOCK) {
    const int64_t n = count - start < BLOCK ? count - start : BLOCK;
    keys_by(data + start, n, region, mask ? mask + start : mask, key);
    for (int64_t i = 0; i < n; i++)
      coarse[key[i] >> 16]++;
  }
}

VK_MULTIVERSION
void vk_count_lower_f32(const float *data, int64_t count, int32_t region, const uint8_t *mask,
                        const uint8_t *slot, uint32_t *fine) {
  uint32_t key[BLOCK];
  for (int64_t start = 0; start < count; start += BLOCK) {
    const int64_t n = count - start < BLOCK ? count - start : BLOCK;
    keys_by(data + start, n, region, mask ? mask + start : mask, key);
    for (int64_t i = 0; i < n; i++) {
      const uint32_t row = slot[key[i] >> 16];
      if (row)
        fine[(row - 1) * 65536 + (key[i] & 0xFFFF)]++;
    }
  }
}

VK_MULTIVERSION
void vk_histogram_f32(const float *data, int64_t count, int32_t region, const uint8_t *mask, double low,
                      double high, int64_t bins, uint32_t *out) {
  const double scale = (double)bins / (high - low);
  for (int64_t i = 0; i < count; i++) {
    const float x = data[i];
    if (!(x >= low && x <= high) || !counts(x, mask, i, region))
      continue;
    int64_t bin = (int64_t)((x - low) * scale);
    out[bin < bins ? bin : bins - 1]++;
  }
}

void vk_count_labels_u16(const uint16_t *data, int64_t count, uint32_t *out) {
  for (int64_t i = 0; i < count;) {
    // Labels come in runs.
    const uint16_t label = data[i];
    int64_t end = i + 1;
    while (end < count && data[end] == label)
      end++;
    out[label] += (uint32_t)(end - i);
    i = end;
  }
}
