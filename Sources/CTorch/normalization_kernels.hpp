// Passes over channels-last memory `[voxels, channels]`, taken as one line of numbers. Parameters repeat with
// a period that is a multiple of both the channels and 64, so that every vector has its own; `Float` stands
// for float or bfloat16. A line begins at the period's beginning and may end anywhere.
#ifndef CTORCH_NORMALIZATION_KERNELS_HPP
#define CTORCH_NORMALIZATION_KERNELS_HPP

#include "vector.hpp"
#include <cstdint>

namespace ct {

/// Parameters with a period, in numbers.
struct Affine {
  const float *scale;
  const float *shift;
  const float *slope;
};

/// What the backward pass sums, each with the period.
struct Sums {
  /// dz, the gradient by the normalized and scaled value.
  float *gradient;
  /// dz · (x − mean)
  float *moment;
  /// dy · z where z ≤ 0, for the slope.
  float *slope;
};

/// Adds x − pivot and its square to the sums.
template <typename Float>
void sum_moments(const Float *x, int64_t count, int64_t period, const float *pivot, float *sums,
                 float *squares);
/// y = a(x · scale + shift) + residual, with a(z) = z > 0 ? z : slope · z; `residual` may be NULL.
template <typename Float>
void activate(const Float *x, const Float *residual, Float *y, int64_t count, int64_t period, Affine affine);
template <typename Float>
void sum_gradients(const Float *x, const Float *dy, int64_t count, int64_t period, Affine affine,
                   const float *mean, Sums sums);
/// dx = dz · first + x · second + third
template <typename Float>
void propagate(const Float *x, const Float *dy, Float *dx, int64_t count, int64_t period, Affine affine,
               const float *first, const float *second, const float *third);

} // namespace ct

#endif
