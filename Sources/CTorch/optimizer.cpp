#include "boundary.hpp"
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/stack.h>

namespace {

/// The fused kernels walk over raw memory, so that everything must lie as the parameters do.
std::vector<at::Tensor> laid_out_as(const std::vector<at::Tensor> &parameters,
                                    std::vector<at::Tensor> tensors) {
  for (size_t i = 0; i < tensors.size(); ++i)
    if (tensors[i].strides() != parameters[i].strides())
      tensors[i] = at::empty_like(parameters[i]).copy_(tensors[i]);
  return tensors;
}

/// States are written, so that a copy would not do.
void require_same_layout(const std::vector<at::Tensor> &parameters, const std::vector<at::Tensor> &states) {
  for (size_t i = 0; i < states.size(); ++i)
    TORCH_CHECK(states[i].strides() == parameters[i].strides() && states[i].sizes() == parameters[i].sizes(),
                "an optimizer's state lies otherwise than its parameter");
}

} // namespace

ct_status ct_sgd_step(ct_tensor *const *parameters, ct_tensor *const *gradients, ct_tensor *const *momenta,
                      int32_t count, double rate, double momentum, double dampening, double decay,
                      bool nesterov, bool first) {
  return ct::guarded([&] {
    at::NoGradGuard guard;
    auto buffers = momenta ? ct::list(momenta, count) : std::vector<at::Tensor>();
    auto p = ct::list(parameters, count);
    require_same_layout(p, buffers);
    at::_fused_sgd_(p, laid_out_as(p, ct::list(gradients, count)), buffers, decay, momentum, rate, dampening,
                    nesterov, false, first);
  });
}

ct_status ct_adam_step(ct_tensor *const *parameters, ct_tensor *const *gradients, ct_tensor *const *means,
                       ct_tensor *const *squares, ct_tensor *const *steps, int32_t count, double rate,
                       double beta1, double beta2, double epsilon, double decay, bool decoupled) {
  return ct::guarded([&] {
    at::NoGradGuard guard;
    auto p = ct::list(parameters, count), m = ct::list(means, count), s = ct::list(squares, count),
         t = ct::list(steps, count);
    auto g = laid_out_as(p, ct::list(gradients, count));
    require_same_layout(p, m);
    require_same_layout(p, s);
    at::_foreach_add_(t, 1);
    if (decoupled)
      at::_fused_adamw_(p, g, m, s, {}, t, rate, beta1, beta2, decay, epsilon, false, false);
    else
      at::_fused_adam_(p, g, m, s, {}, t, rate, beta1, beta2, decay, epsilon, false, false);
  });
}

ct_status ct_global_norm(ct_tensor *const *tensors, int32_t count, double *norm) {
  return ct::guarded([&] {
    at::NoGradGuard guard;
    *norm = 0;
    if (count > 0)
      *norm = at::stack(at::_foreach_norm(ct::list(tensors, count))).norm().item().toDouble();
  });
}

ct_status ct_scale_all(ct_tensor *const *tensors, int32_t count, double factor) {
  return ct::guarded([&] {
    at::NoGradGuard guard;
    if (count > 0)
      at::_foreach_mul_(ct::list(tensors, count), factor);
  });
}

ct_status ct_lerp_all(ct_tensor *const *targets, ct_tensor *const *sources, int32_t count, double weight) {
  return ct::guarded([&] {
    at::NoGradGuard guard;
    if (count > 0)
      at::_foreach_lerp_(ct::list(targets, count), ct::list(sources, count), weight);
  });
}
