#include "boundary.hpp"
#include <ATen/ops/adaptive_avg_pool1d.h>
#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/adaptive_avg_pool3d.h>
#include <ATen/ops/adaptive_max_pool1d.h>
#include <ATen/ops/adaptive_max_pool2d.h>
#include <ATen/ops/adaptive_max_pool3d.h>
#include <ATen/ops/avg_pool1d.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/avg_pool3d.h>
#include <ATen/ops/max_pool1d.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/max_pool3d.h>

namespace {

void check_dims(int32_t dims) {
  TORCH_CHECK(dims >= 1 && dims <= 3, "expected 1 to 3 spatial dimensions, found ", dims);
}

} // namespace

ct_status ct_max_pool(const ct_tensor *x, const ptrdiff_t *kernel, const ptrdiff_t *stride,
                      const ptrdiff_t *padding, int32_t dims, bool ceil_mode, ct_tensor **out) {
  return ct::produce(out, [&] {
    check_dims(dims);
    auto k = ct::dims(kernel, dims), s = ct::dims(stride, dims), p = ct::dims(padding, dims);
    const int64_t one = 1;
    at::IntArrayRef dilation(&one, 1);
    if (dims == 1)
      return at::max_pool1d(x->value, k, s, p, dilation, ceil_mode);
    if (dims == 2)
      return at::max_pool2d(x->value, k, s, p, dilation, ceil_mode);
    return at::max_pool3d(x->value, k, s, p, dilation, ceil_mode);
  });
}

ct_status ct_average_pool(const ct_tensor *x, const ptrdiff_t *kernel, const ptrdiff_t *stride,
                          const ptrdiff_t *padding, int32_t dims, bool ceil_mode, bool count_padding,
                          ct_tensor **out) {
  return ct::produce(out, [&] {
    check_dims(dims);
    auto k = ct::dims(kernel, dims), s = ct::dims(stride, dims), p = ct::dims(padding, dims);
    if (dims == 1)
      return at::avg_pool1d(x->value, k, s, p, ceil_mode, count_padding);
    if (dims == 2)
      return at::avg_pool2d(x->value, k, s, p, ceil_mode, count_padding);
    return at::avg_pool3d(x->value, k, s, p, ceil_mode, count_padding);
  });
}

ct_status ct_adaptive_average_pool(const ct_tensor *x, const ptrdiff_t *size, int32_t dims, ct_tensor **out) {
  return ct::produce(out, [&] {
    check_dims(dims);
    auto sizes = ct::dims(size, dims);
    if (dims == 1)
      return at::adaptive_avg_pool1d(x->value, sizes);
    if (dims == 2)
      return at::adaptive_avg_pool2d(x->value, sizes);
    return at::adaptive_avg_pool3d(x->value, sizes);
  });
}

ct_status ct_adaptive_max_pool(const ct_tensor *x, const ptrdiff_t *size, int32_t dims, ct_tensor **out) {
  return ct::produce(out, [&] {
    check_dims(dims);
    auto sizes = ct::dims(size, dims);
    if (dims == 1)
      return std::get<0>(at::adaptive_max_pool1d(x->value, sizes));
    if (dims == 2)
      return std::get<0>(at::adaptive_max_pool2d(x->value, sizes));
    return std::get<0>(at::adaptive_max_pool3d(x->value, sizes));
  });
}
