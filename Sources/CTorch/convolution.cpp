#include "boundary.hpp"
#include "thin_convolution.hpp"
#include <ATen/autocast_mode.h>
#include <ATen/ops/add.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <numeric>

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

bool all_are(at::IntArrayRef values, int64_t wanted) {
  return std::all_of(values.begin(), values.end(), [&](int64_t value) { return value == wanted; });
}

bool is_channels_last(const at::Tensor &x) {
  return x.is_contiguous(x.dim() == 5 ? at::MemoryFormat::ChannelsLast3d : at::MemoryFormat::ChannelsLast);
}

/// `[N, C, …]` to `[N, …, C]`, and back.
at::Tensor channels_to_end(const at::Tensor &x) { return x.movedim(1, -1); }
at::Tensor channels_to_front(const at::Tensor &x) { return x.movedim(-1, 1); }

/// Whether shapes are those of a convolution that a matrix product over voxels computes.
bool is_plain(const at::Tensor &x, const at::Tensor &weight, int64_t dims, int64_t groups) {
  return x.device().is_cpu() && dims >= 2 && x.dim() == dims + 2 && weight.dim() == dims + 2 && groups == 1 &&
         x.numel() > 0;
}

/// A kernel of ones: every stride-th voxel times a matrix.
at::Tensor pointwise(at::Tensor x, const at::Tensor &weight, const std::optional<at::Tensor> &bias,
                     at::IntArrayRef stride) {
  for (size_t axis = 0; axis < stride.size(); ++axis)
    if (stride[axis] != 1)
      x = x.slice(static_cast<int64_t>(axis) + 2, 0, x.size(static_cast<int64_t>(axis) + 2), stride[axis]);
  return channels_to_front(at::linear(channels_to_end(x).contiguous(), weight.flatten(1), bias));
}

/// A transposed convolution whose kernel is its stride: every voxel becomes a block of its own.
at::Tensor blockwise(const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias) {
  const int64_t dims = x.dim() - 2, outputs = weight.size(1);
  auto matrix = channels_to_end(weight).reshape({weight.size(0), -1});
  auto blocks = at::matmul(channels_to_end(x), matrix);
  std::vector<int64_t> split{x.size(0)}, joined{x.size(0)}, order{0};
  for (int64_t axis = 0; axis < dims; ++axis)
    split.push_back(x.size(axis + 2));
  for (int64_t axis = 0; axis < dims; ++axis) {
    split.push_back(weight.size(axis + 2));
    joined.push_back(x.size(axis + 2) * weight.size(axis + 2));
    order.push_back(1 + axis);
    order.push_back(1 + dims + axis);
  }
  split.push_back(outputs);
  joined.push_back(outputs);
  order.push_back(1 + 2 * dims);
  auto y = blocks.reshape(split).permute(order).reshape(joined);
  return channels_to_front(bias ? at::add(y, *bias) : y);
}

} // namespace

ct_status ct_convolution(const ct_tensor *x, const ct_tensor *weight, const ct_tensor *bias,
                         const ptrdiff_t *stride, const ptrdiff_t *padding, const ptrdiff_t *dilation,
                         int32_t dims, ptrdiff_t groups, ct_tensor **out) {
  return ct::produce(out, [&] {
    auto input = cast(x->value), kernel = cast(weight->value);
    auto addend = cast_optional(bias);
    auto strides = ct::dims(stride, dims), paddings = ct::dims(padding, dims);
    if (is_plain(input, kernel, dims, groups) && is_channels_last(input) &&
        all_are(kernel.sizes().slice(2), 1) && all_are(paddings, 0) && input.size(1) == kernel.size(1))
      return pointwise(input, kernel, addend, strides);
    if (ct::thin::fits_convolution(input, kernel, addend, strides, paddings, ct::dims(dilation, dims),
                                   groups))
      return ct::thin::convolution(input, kernel, addend);
    const std::vector<int64_t> none(static_cast<size_t>(dims), 0);
    return at::convolution(input, kernel, addend, strides, paddings, ct::dims(dilation, dims), false, none,
                           groups);
  });
}

ct_status ct_transposed_convolution(const ct_tensor *x, const ct_tensor *weight, const ct_tensor *bias,
                                    const ptrdiff_t *stride, const ptrdiff_t *padding,
                                    const ptrdiff_t *output_padding, const ptrdiff_t *dilation, int32_t dims,
                                    ptrdiff_t groups, ct_tensor **out) {
  return ct::produce(out, [&] {
    auto input = cast(x->value), kernel = cast(weight->value);
    auto addend = cast_optional(bias);
    auto strides = ct::dims(stride, dims), paddings = ct::dims(padding, dims);
    auto extras = ct::dims(output_padding, dims);
    if (is_plain(input, kernel, dims, groups) && is_channels_last(input) &&
        strides == kernel.sizes().slice(2) && all_are(paddings, 0) && all_are(extras, 0) &&
        all_are(ct::dims(dilation, dims), 1) && input.size(1) == kernel.size(0))
      return blockwise(input, kernel, addend);
    if (ct::thin::fits_expansion(input, kernel, addend, strides, paddings, extras, ct::dims(dilation, dims),
                                 groups))
      return ct::thin::expansion(input, kernel, addend);
    return at::convolution(input, kernel, addend, strides, paddings, ct::dims(dilation, dims), true, extras,
                           groups);
  });
}
