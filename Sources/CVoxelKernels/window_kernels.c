#include "window_kernels.h"
#include "dispatch.h"

VK_MULTIVERSION
void vk_window_add(const float *prediction, const int64_t prediction_stride[3], const float *weights,
                   int64_t channels, int64_t size_i, int64_t size_j, float *sums, int64_t sums_row,
                   int64_t sums_channel) {
  const int64_t step = prediction_stride[1];
  for (int64_t c = 0; c < channels; ++c) {
    for (int64_t j = 0; j < size_j; ++j) {
      const float *restrict from = prediction + c * prediction_stride[0] + j * prediction_stride[2];
      const float *restrict w = weights + j * size_i;
      float *restrict to = sums + c * sums_channel + j * sums_row;
      if (step == 1) {
        for (int64_t i = 0; i < size_i; ++i)
          to[i] += w[i] * from[i];
      } else {
        for (int64_t i = 0; i < size_i; ++i)
          to[i] += w[i] * from[i * step];
      }
    }
  }
}

VK_MULTIVERSION
void vk_window_normalize(float *restrict values, const float *restrict weights, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    values[i] /= weights[i];
}

VK_MULTIVERSION
void vk_argmax(const float *values, int64_t channels, int64_t channel_stride, int64_t count,
               uint16_t *labels) {
  enum { block = 256 };
  float best[block];
  for (int64_t start = 0; start < count; start += block) {
    const int64_t n = count - start < block ? count - start : block;
    for (int64_t i = 0; i < n; ++i) {
      best[i] = values[start + i];
      labels[start + i] = 0;
    }
    for (int64_t c = 1; c < channels; ++c) {
      const float *restrict v = values + c * channel_stride + start;
      for (int64_t i = 0; i < n; ++i) {
        const int wins = v[i] > best[i] || (best[i] != best[i] && v[i] == v[i]);
        labels[start + i] = wins ? (uint16_t)c : labels[start + i];
        best[i] = wins ? v[i] : best[i];
      }
    }
  }
}

VK_MULTIVERSION
void vk_argmax_bilinear_row(const float *plane, int64_t channels, int64_t channel_stride, int64_t row0,
                            int64_t row1, float row_weight, const int32_t *index0, const int32_t *index1,
                            const float *weight, int64_t count, float *scratch, uint16_t *labels,
                            int64_t label_stride) {
  for (int64_t c = 0; c < channels; ++c) {
    const float *restrict a = plane + c * channel_stride + row0;
    const float *restrict b = plane + c * channel_stride + row1;
    for (int64_t x = 0; x < count; ++x) {
      const float left = a[index0[x]] + row_weight * (b[index0[x]] - a[index0[x]]);
      const float right = a[index1[x]] + row_weight * (b[index1[x]] - a[index1[x]]);
      const float value = left + weight[x] * (right - left);
      if (c == 0) {
        scratch[x] = value;
        labels[x * label_stride] = 0;
      } else if (value > scratch[x]) {
        scratch[x] = value;
        labels[x * label_stride] = (uint16_t)c;
      }
    }
  }
}
