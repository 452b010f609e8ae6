// Sampling of volumes at other positions.
#ifndef VOXEL_RESAMPLE_KERNELS_H
#define VOXEL_RESAMPLE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// What lies outside the input.
enum vk_boundary {
  VK_CONSTANT = 0,   // a given value
  VK_BORDER = 1,     // the nearest voxel
  VK_REFLECTION = 2, // mirrored about the outer faces of the edge voxels: d c b a | a b c d
  VK_MIRROR = 3,     // mirrored about the centres of the edge voxels: d c b | a | b c d
};

// Sampling along the input's own axes. Everything is told in the order of the input's axes; where a result
// goes follows from `output_stride`, which may permute the axes.
typedef struct vk_aligned {
  const void *input;
  void *output;
  int64_t input_size[3];
  int64_t count[3];         // samples along each input axis
  int64_t output_stride[3]; // in elements, for a step of one sample; one of them is 1
  int32_t taps;             // 1, 2 or 4
  int32_t x_step;           // for copies: 1 or -1 where index[0] runs evenly, 0 otherwise
  const int32_t *index[3];  // `taps` planes of `count` input indices, all inside; -1 in copies: outside
  const float *weight[3];   // the same shape
  float constant;           // fills what the weights leave to one
} vk_aligned;

// Units of work: 16 rows each. Units write disjoint memory.
int64_t vk_aligned_units(const vk_aligned *job);
// Floats of scratch that one call of vk_aligned_f32 needs.
int64_t vk_aligned_scratch(const vk_aligned *job);
void vk_aligned_f32(const vk_aligned *job, int64_t first, int64_t last, float *scratch);
// Copies (taps = 1) of elements of 1, 2, 4 or 8 bytes; scratch of 16 · count[0] elements, `fill` of one.
void vk_aligned_copy(const vk_aligned *job, int64_t first, int64_t last, int32_t bytes, const void *fill,
                     void *scratch);

// Sampling anywhere: position = matrix · (index + displacement), in input voxels.
typedef struct vk_warp {
  const void *input;
  void *output;
  int64_t input_size[3];
  int64_t output_size[3];
  int64_t channels;
  double matrix[12]; // three rows of four
  int32_t boundary;
  int32_t half_up; // nearest: floor(x + 0.5) rather than half to even
  float constant;
  const float *displacement; // three planes on the output grid (dense), or on the control grid, or NULL
  int32_t control_taps;      // 0: dense, 2: linear, 4: cubic B-spline
  int64_t control_size[3];
  const int32_t *control_index[3]; // `control_taps` planes of output_size control indices
  const float *control_weight[3];
} vk_warp;

// Units of work; they write disjoint memory.
int64_t vk_warp_units(const vk_warp *job);
// Floats of scratch that one call needs.
int64_t vk_warp_scratch(const vk_warp *job);
void vk_warp_linear_f32(const vk_warp *job, int64_t unit, float *scratch);
// The input holds B-spline coefficients; the boundary tells how they continue.
void vk_warp_cubic_f32(const vk_warp *job, int64_t unit, float *scratch);
void vk_warp_nearest(const vk_warp *job, int64_t unit, int32_t bytes, const void *fill, float *scratch);

// In place: samples → cubic B-spline coefficients along one axis, for `lanes` neighbouring lines that start
// at `data`; samples of a line lie `stride` elements apart. `boundary` is VK_MIRROR or VK_REFLECTION.
// Scratch: `length · 16` doubles.
void vk_spline_prefilter_f32(float *data, int64_t lanes, int64_t length, int64_t stride, int64_t lane_stride,
                             int32_t boundary, double *scratch);

#ifdef __cplusplus
}
#endif

#endif
