#include "window_kernels.h"
#include "dispatch.h"

// A block of the prediction is turned in the first-level cache: it is read along k and the channels, where
// logits with the channels last are dense, and written along i, where the sums are.
enum { turned = 16, turned_channels = 8 };

static inline __attribute__((always_inline)) void turn(const float *restrict from, const int64_t stride[3],
                                                       int64_t channels, int64_t ni, int64_t nk,
                                                       float *restrict tile) {
  for (int64_t i = 0; i < ni; ++i)
    for (int64_t k = 0; k < nk; ++k)
      for (int64_t c = 0; c < channels; ++c)
        tile[(c * turned + k) * turned + i] = from[i * stride[1] + k * stride[2] + c * stride[0]];
}

static inline __attribute__((always_inline)) void add_row(float *restrict to, const float *restrict weights,
                                                          const float *restrict values, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    to[i] += weights[i] * values[i];
}

VK_MULTIVERSION
void vk_window_add(const float *prediction, const int64_t stride[3], const float *weights,
                   int64_t weights_plane, int64_t channels, int64_t size_i, int64_t size_k, float *sums,
                   float *totals, int64_t plane, int64_t channel) {
  for (int64_t k = 0; k < size_k; ++k)
    for (int64_t i = 0; i < size_i; ++i)
      totals[k * plane + i] += weights[k * weights_plane + i];
  if (stride[1] == 1) {
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t k = 0; k < size_k; ++k)
        add_row(sums + c * channel + k * plane, weights + k * weights_plane,
                prediction + c * stride[0] + k * stride[2], size_i);
    return;
  }
  float tile[turned_channels * turned * turned];
  for (int64_t k0 = 0; k0 < size_k; k0 += turned) {
    const int64_t nk = size_k - k0 < turned ? size_k - k0 : turned;
    for (int64_t c0 = 0; c0 < channels; c0 += turned_channels) {
      const int64_t nc = channels - c0 < turned_channels ? channels - c0 : turned_channels;
      for (int64_t i0 = 0; i0 < size_i; i0 += turned) {
        const int64_t ni = size_i - i0 < turned ? size_i - i0 : turned;
        turn(prediction + c0 * stride[0] + i0 * stride[1] + k0 * stride[2], stride, nc, ni, nk, tile);
        for (int64_t c = 0; c < nc; ++c)
          for (int64_t k = 0; k < nk; ++k)
            add_row(sums + (c0 + c) * channel + (k0 + k) * plane + i0,
                    weights + (k0 + k) * weights_plane + i0, tile + (c * turned + k) * turned, ni);
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
