// Arithmetic over intensities, in place.
#include "elementary.h"
#include "intensity_kernels.h"

static VK_INLINE void rescale(float *restrict data, int64_t count, int region, const uint8_t *restrict mask,
                              float offset, float factor, float shift, float low, float high) {
  for (int64_t i = 0; i < count; i++) {
    float x = data[i];
    float y = (x - offset) * factor + shift;
    y = y < low ? low : y;
    y = y > high ? high : y;
    if (region == VK_NONZERO)
      y = x != 0 ? y : x;
    else if (region == VK_MASKED)
      y = mask[i] != 0 ? y : x;
    else if (region == VK_POSITIVE)
      y = x > 0 ? y : x;
    data[i] = y;
  }
}

VK_MULTIVERSION
void vk_rescale_f32(float *data, int64_t count, int32_t region, const uint8_t *mask, float offset,
                    float factor, float shift, float low, float high) {
  switch (region) {
  case VK_NONZERO:
    rescale(data, count, VK_NONZERO, mask, offset, factor, shift, low, high);
    break;
  case VK_MASKED:
    rescale(data, count, VK_MASKED, mask, offset, factor, shift, low, high);
    break;
  case VK_POSITIVE:
    rescale(data, count, VK_POSITIVE, mask, offset, factor, shift, low, high);
    break;
  default:
    rescale(data, count, VK_ALL, mask, offset, factor, shift, low, high);
  }
}

VK_MULTIVERSION
void vk_power_f32(float *restrict data, int64_t count, double offset, double factor, double exponent,
                  double scale, double shift) {
  const double at_zero = exponent > 0 ? 0 : exponent == 0 ? 1 : INFINITY;
  for (int64_t i = 0; i < count; i++) {
    double base = ((double)data[i] - offset) * factor;
    double power = vk_exp2(exponent * vk_log2(base));
    power = base > 0x1p-1000 ? power : base == base ? at_zero : base;
    data[i] = (float)(power * scale + shift);
  }
}

VK_MULTIVERSION
void vk_exp_f32(float *restrict data, int64_t count) {
  for (int64_t i = 0; i < count; i++)
    data[i] = data[i] == data[i] ? (float)vk_exp2((double)data[i] * 1.4426950408889634074) : data[i];
}

VK_MULTIVERSION
void vk_multiply_f32(float *restrict data, const float *restrict other, int64_t count) {
  for (int64_t i = 0; i < count; i++)
    data[i] *= other[i];
}

VK_MULTIVERSION
void vk_add_scaled_f32(float *restrict data, const float *restrict other, float factor, int64_t count) {
  for (int64_t i = 0; i < count; i++)
    data[i] += factor * other[i];
}

VK_MULTIVERSION
void vk_magnitude_f32(float *restrict data, const float *restrict other, int64_t count) {
  for (int64_t i = 0; i < count; i++)
    data[i] = sqrtf(data[i] * data[i] + other[i] * other[i]);
}
