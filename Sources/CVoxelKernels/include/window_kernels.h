// Blending of overlapping windows and the choice of the strongest class.
#ifndef VOXEL_WINDOW_KERNELS_H
#define VOXEL_WINDOW_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// One window's share in a weighted sum, for the voxels with one j:
//   sums[c, i, j, k] += weights[i, j, k] · prediction[c, i, j, k],  totals[i, j, k] += weights[i, j, k].
// `prediction` begins at the row and is any strided array (strides in elements, for channel, i, k), such as
// logits with the channels last; `weights` is the window's row, with the distance between planes; `sums` and
// `totals` begin at the target's row, with the distance between planes and channels.
void vk_window_add(const float *prediction, const int64_t prediction_stride[3], const float *weights,
                   int64_t weights_plane, int64_t channels, int64_t size_i, int64_t size_k, float *sums,
                   float *totals, int64_t plane, int64_t channel);

// values[i] *= 1 / weights[i]
void vk_window_normalize(float *values, const float *weights, int64_t count);

// labels[i] = the first channel with the largest value; NaN never wins over a number.
void vk_argmax(const float *values, int64_t channels, int64_t channel_stride, int64_t count,
               uint16_t *labels);

// One output row of labels from a plane of channel values, by bilinear interpolation and argmax: output voxel
// x lies between columns index0[x] and index1[x] (share weight[x] of the second) of the rows row0 and row1
// (share row_weight). `label_stride` is the distance between neighbouring output voxels.
void vk_argmax_bilinear_row(const float *plane, int64_t channels, int64_t channel_stride, int64_t row0,
                            int64_t row1, float row_weight, const int32_t *index0, const int32_t *index1,
                            const float *weight, int64_t count, float *scratch, uint16_t *labels,
                            int64_t label_stride);

#ifdef __cplusplus
}
#endif

#endif
