// Filters, statistics and arithmetic over intensities.
#ifndef VOXEL_INTENSITY_KERNELS_H
#define VOXEL_INTENSITY_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Convolution in place along one axis, for `lanes` (at most 64) lines whose samples of one index lie next to
// each other: sample i of line v is data[i · stride + v]. `kernel` has 2 · radius + 1 weights; `index` tells
// for each of length + 2 · radius positions which sample stands there, or -1 for `fill`. Scratch:
// (length + 2 · radius) · 64 floats.
void vk_filter_lines_f32(float *data, int64_t lanes, int64_t length, int64_t stride, const float *kernel,
                         int64_t radius, const int32_t *index, float fill, float *scratch);
// The same along one contiguous row; scratch: length + 2 · radius + 64 floats.
void vk_filter_row_f32(float *row, int64_t length, const float *kernel, int64_t radius, const int32_t *index,
                       float fill, float *scratch);

// Which voxels count; voxels that are not finite never do.
enum vk_region {
  VK_ALL = 0,
  VK_NONZERO = 1,  // value ≠ 0
  VK_MASKED = 2,   // mask ≠ 0
  VK_POSITIVE = 3, // value > 0
};

typedef struct vk_moments {
  int64_t count;
  int64_t not_finite; // in the region as far as that can be told: all of them, or those in the mask
  double sum;
  double squares; // Σ (x − mean)² over these voxels
  float minimum, maximum;
} vk_moments;

// At most 65,536 voxels a call, so that the second look finds them in cache.
vk_moments vk_moments_f32(const float *data, int64_t count, int32_t region, const uint8_t *mask);

// Counts of the upper 16 bits of each value's sorting key, and of the lower 16 bits where slot[upper] > 0:
// in row slot - 1 of `fine`. Keys sort as the values do.
void vk_count_upper_f32(const float *data, int64_t count, int32_t region, const uint8_t *mask,
                        uint32_t *coarse);
void vk_count_lower_f32(const float *data, int64_t count, int32_t region, const uint8_t *mask,
                        const uint8_t *slot, uint32_t *fine);
float vk_value_of_key(uint32_t key);

// Equal bins over [low, high], the upper end included in the last; values outside are not counted.
void vk_histogram_f32(const float *data, int64_t count, int32_t region, const uint8_t *mask, double low,
                      double high, int64_t bins, uint32_t *counts);
void vk_count_labels_u16(const uint16_t *data, int64_t count, uint32_t *counts);

// x ← clamp((x − offset) · factor + shift), in single precision as written; in a region only where it holds.
void vk_rescale_f32(float *data, int64_t count, int32_t region, const uint8_t *mask, float offset,
                    float factor, float shift, float low, float high);
// x ← ((x − offset) · factor)^exponent · scale + shift, in double; a negative base counts as zero.
void vk_power_f32(float *data, int64_t count, double offset, double factor, double exponent, double scale,
                  double shift);
void vk_exp_f32(float *data, int64_t count);
void vk_multiply_f32(float *data, const float *other, int64_t count);
void vk_add_scaled_f32(float *data, const float *other, float factor, int64_t count);
// data ← √(data² + other²)
void vk_magnitude_f32(float *data, const float *other, int64_t count);

// Voxel `first + v` of a field of independent standard normal numbers, a pure function of key and index:
// data[v] = keep · data[v] + mean + deviation · n. `first` is a multiple of 64.
// Philox-4×32-10 (Salmon et al., SC 2011) and Box–Muller.
void vk_normal_f32(float *data, int64_t first, int64_t count, uint64_t key, float keep, float mean,
                   float deviation);
// The same, uniform in [low, high).
void vk_uniform_f32(float *data, int64_t first, int64_t count, uint64_t key, float low, float high);

// Box of voxels above a threshold in one slice, grown into `box`: lower i, j, upper i, j (past the end).
// Returns whether there is one.
int vk_box_f32(const float *slice, int64_t nx, int64_t ny, float threshold, int64_t box[4]);
int vk_box_u16(const uint16_t *slice, int64_t nx, int64_t ny, uint16_t threshold, int64_t box[4]);
int vk_box_u8(const uint8_t *slice, int64_t nx, int64_t ny, uint8_t threshold, int64_t box[4]);

#ifdef __cplusplus
}
#endif

#endif
