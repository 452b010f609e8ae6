#include "boundary.hpp"
#include <ATen/ops/_upsample_nearest_exact1d.h>
#include <ATen/ops/_upsample_nearest_exact2d.h>
#include <ATen/ops/_upsample_nearest_exact3d.h>
#include <ATen/ops/upsample_bicubic2d.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <ATen/ops/upsample_linear1d.h>
#include <ATen/ops/upsample_nearest1d.h>
#include <ATen/ops/upsample_nearest2d.h>
#include <ATen/ops/upsample_nearest3d.h>
#include <ATen/ops/upsample_trilinear3d.h>

ct_status ct_interpolate(const ct_tensor *x, const ptrdiff_t *size, const double *scales, int32_t dims,
                         ct_interpolation mode, bool align_corners, ct_tensor **out) {
  return ct::produce(out, [&] {
    const auto &value = x->value;
    TORCH_CHECK(value.dim() == dims + 2 && dims >= 1 && dims <= 3, "expected ", dims,
                " spatial dimensions after batch and channels, found shape ", value.sizes());
    auto sizes = ct::dims(size, dims);
    auto scale = [&](int axis) { return scales ? std::optional<double>(scales[axis]) : std::nullopt; };
    switch (mode) {
    case CT_NEAREST:
      if (dims == 1)
        return at::upsample_nearest1d(value, sizes, scale(0));
      if (dims == 2)
        return at::upsample_nearest2d(value, sizes, scale(0), scale(1));
      return at::upsample_nearest3d(value, sizes, scale(0), scale(1), scale(2));
    case CT_NEAREST_EXACT:
      if (dims == 1)
        return at::_upsample_nearest_exact1d(value, sizes, scale(0));
      if (dims == 2)
        return at::_upsample_nearest_exact2d(value, sizes, scale(0), scale(1));
      return at::_upsample_nearest_exact3d(value, sizes, scale(0), scale(1), scale(2));
    case CT_LINEAR:
      if (dims == 1)
        return at::upsample_linear1d(value, sizes, align_corners, scale(0));
      if (dims == 2)
        return at::upsample_bilinear2d(value, sizes, align_corners, scale(0), scale(1));
      return at::upsample_trilinear3d(value, sizes, align_corners, scale(0), scale(1), scale(2));
    case CT_CUBIC:
      TORCH_CHECK(dims == 2, "cubic interpolation has two spatial dimensions, found ", dims);
      return at::upsample_bicubic2d(value, sizes, align_corners, scale(0), scale(1));
    }
    TORCH_CHECK(false, "unknown interpolation");
  });
}
