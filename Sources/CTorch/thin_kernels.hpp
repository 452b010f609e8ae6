// Convolutions of 3³ kernels with at most four output channels, as the last layers of segmentation networks
// have them. Registers hold sixteen voxels of a row rather than sixteen channels.
//
// "Rows" are tensors `[N, D, H, C, W]` with zeros around, so that nothing is checked at the borders; other
// tensors are `[N, D, H, W, C]`. All lines are one sample's; a job is one slice of it.
#ifndef CTORCH_THIN_KERNELS_HPP
#define CTORCH_THIN_KERNELS_HPP

#include <cstdint>

namespace ct::thin {

constexpr int64_t most_outputs = 4;

/// Whether the machine has the registers that the kernels need (AVX-512).
bool is_available();

/// One sample in rows.
struct Rows {
  const float *first;
  int64_t height, channels, width;
  const float *row(int64_t d, int64_t h) const { return first + (d * height + h) * channels * width; }
};

/// A slice of the padded rows from a slice of channels-last voxels.
void make_rows(const float *voxels, int64_t height, int64_t width, int64_t channels, int64_t before,
               float *rows, int64_t padded_height, int64_t padded_width);

/// Sizes of the result (or of the gradient that stands for it).
struct Size {
  int64_t height, width, inputs, outputs;
};

/// One slice of a convolution with stride 1 and padding 1; `x` has one voxel of zeros on both sides. `weight`
/// is
/// `[ci][kd][kh][kw][co]`; `bias` may be NULL.
void convolve(const Rows &x, const float *weight, const float *bias, Size size, int64_t slice, float *y);
/// Its weight gradient from one slice, `[ci][kd][kh][kw][co]`, and the bias gradient after it.
void convolve_weight_gradient(const Rows &x, const Rows &dy, Size size, int64_t slice, float *gradient);

/// Slices 2·slice and 2·slice + 1 of a transposed convolution with stride 2, padding 1 and output padding 1;
/// `x` has one voxel of zeros at the end. `size` is the input's. `weight` is `[kd][kh][ci][kw][co]`.
void expand(const Rows &x, const float *weight, const float *bias, Size size, int64_t slice, float *y);
/// Its data gradient for one slice of the input; `dy` has one voxel of zeros at the beginning. `weight` is
/// `[kd][kh][kw][co][ci]`. Inputs are a multiple of 16.
void expand_data_gradient(const Rows &dy, const float *weight, Size size, int64_t slice, float *dx);
/// Its weight gradient from one slice of the input, `[kd][kh][kw][co][ci]`.
void expand_weight_gradient(const float *x, const Rows &dy, Size size, int64_t slice, float *gradient);

} // namespace ct::thin

#endif
