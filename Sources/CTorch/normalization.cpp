#include "boundary.hpp"
#include <ATen/ops/avg_pool3d.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/pad.h>

ct_status ct_batch_norm(const ct_tensor *x, const ct_tensor *weight, const ct_tensor *bias, ct_tensor *mean,
                        ct_tensor *variance, bool training, double momentum, double epsilon,
                        ct_tensor **out) {
  return ct::produce(out, [&] {
    TORCH_CHECK(!training || x->value.numel() > x->value.size(1),
                "batch statistics need more than one value a channel, found shape ", x->value.sizes());
    return at::batch_norm(x->value, ct::optional(weight), ct::optional(bias), ct::optional(mean),
                          ct::optional(variance), training, momentum, epsilon, false);
  });
}

ct_status ct_group_norm(const ct_tensor *x, ptrdiff_t groups, const ct_tensor *weight, const ct_tensor *bias,
                        double epsilon, ct_tensor **out) {
  return ct::produce(out, [&] {
    return at::group_norm(x->value, groups, ct::optional(weight), ct::optional(bias), epsilon, false);
  });
}

ct_status ct_instance_norm(const ct_tensor *x, const ct_tensor *weight, const ct_tensor *bias, double epsilon,
                           ct_tensor **out) {
  return ct::produce(out, [&] {
    const auto &value = x->value;
    TORCH_CHECK(value.dim() > 2 && value.numel() > value.size(0) * value.size(1),
                "instance statistics need more than one value a channel, found shape ", value.sizes());
    // The same arithmetic as group normalization with a group for each channel, which is the faster kernel.
    return at::group_norm(value, value.size(1), ct::optional(weight), ct::optional(bias), epsilon, false);
  });
}

ct_status ct_layer_norm(const ct_tensor *x, const ptrdiff_t *shape, int32_t rank, const ct_tensor *weight,
                        const ct_tensor *bias, double epsilon, ct_tensor **out) {
  return ct::produce(out, [&] {
    return at::layer_norm(x->value, ct::dims(shape, rank), ct::optional(weight), ct::optional(bias), epsilon,
                          false);
  });
}

ct_status ct_local_response_norm(const ct_tensor *x, ptrdiff_t size, double alpha, double beta, double k,
                                 ct_tensor **out) {
  return ct::produce(out, [&] {
    const auto &value = x->value;
    TORCH_CHECK(value.dim() >= 3, "local response normalization needs channels and space, found shape ",
                value.sizes());
    // The mean of the squares over neighbouring channels: pooling with the channels as depth.
    auto squares = value.square().reshape({value.size(0), 1, value.size(1), value.size(2), -1});
    auto padded = at::pad(squares, {0, 0, 0, 0, size / 2, (size - 1) / 2}, "constant", 0.0);
    auto mean = at::avg_pool3d(padded, {size, 1, 1}, {1, 1, 1}).reshape(value.sizes());
    return value.div(mean.mul(alpha).add(k).pow(beta));
  });
}
