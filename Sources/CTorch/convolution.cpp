#include "boundary.hpp"
#include <ATen/autocast_mode.h>
#include <ATen/ops/convolution.h>

namespace {

/// The tensor in the precision that the thread's autocast asks for; libtorch has no rule of its own for the
/// general convolution on CPUs.
at::Tensor cast(const at::Tensor &tensor) {
  auto device = tensor.device().type();
  if (!at::autocast::is_autocast_enabled(device))
    return tensor;
  return at::autocast::cached_cast(at::autocast::get_autocast_dtype(device), tensor, device);
}

std::optional<at::Tensor> cast_optional(const ct_tensor *tensor) {
  return tensor ? std::optional<at::Tensor>(cast(tensor->value)) : std::nullopt;
}

} // namespace

ct_status ct_convolution(const ct_tensor *x, const ct_tensor *weight, const ct_tensor *bias,
                         const ptrdiff_t *stride, const ptrdiff_t *padding, const ptrdiff_t *dilation,
                         int32_t dims, ptrdiff_t groups, ct_tensor **out) {
  return ct::produce(out, [&] {
    const std::vector<int64_t> none(static_cast<size_t>(dims), 0);
    return at::convolution(cast(x->value), cast(weight->value), cast_optional(bias), ct::dims(stride, dims),
                           ct::dims(padding, dims), ct::dims(dilation, dims), false, none, groups);
  });
}

ct_status ct_transposed_convolution(const ct_tensor *x, const ct_tensor *weight, const ct_tensor *bias,
                                    const ptrdiff_t *stride, const ptrdiff_t *padding,
                                    const ptrdiff_t *output_padding, const ptrdiff_t *dilation, int32_t dims,
                                    ptrdiff_t groups, ct_tensor **out) {
  return ct::produce(out, [&] {
    return at::convolution(cast(x->value), cast(weight->value), cast_optional(bias), ct::dims(stride, dims),
                           ct::dims(padding, dims), ct::dims(dilation, dims), true,
                           ct::dims(output_padding, dims), groups);
  });
}
