#include "boundary.hpp"
#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/InferenceMode.h>
#include <memory>

bool ct_requires_gradient(const ct_tensor *x) { return x->value.requires_grad(); }

ct_status ct_set_requires_gradient(ct_tensor *x, bool value) {
  return ct::guarded([&] { x->value.requires_grad_(value); });
}

ct_status ct_gradient(const ct_tensor *x, ct_tensor **out) {
  *out = nullptr;
  return ct::guarded([&] {
    const auto &gradient = x->value.grad();
    if (gradient.defined())
      *out = new ct_tensor{gradient};
  });
}

ct_status ct_set_gradient(ct_tensor *x, const ct_tensor *gradient) {
  return ct::guarded([&] { x->value.mutable_grad() = gradient ? gradient->value : at::Tensor(); });
}

ct_status ct_backward(const ct_tensor *x, const ct_tensor *gradient) {
  return ct::guarded([&] { x->value.backward(gradient ? gradient->value : at::Tensor()); });
}

ct_status ct_detach(const ct_tensor *x, ct_tensor **out) {
  return ct::produce(out, [&] { return x->value.detach(); });
}

ct_status ct_set_data(ct_tensor *x, const ct_tensor *value) {
  return ct::guarded([&] { x->value.set_data(value->value); });
}

bool ct_set_gradient_mode(bool enabled) {
  bool former = at::GradMode::is_enabled();
  at::GradMode::set_enabled(enabled);
  return former;
}

void *ct_inference_begin(void) { return new c10::InferenceMode(true); }

void ct_inference_end(void *guard) { delete static_cast<c10::InferenceMode *>(guard); }

namespace {

/// The thread's former autocast settings.
struct Autocast {
  at::DeviceType device;
  bool enabled;
  at::ScalarType dtype;
};

} // namespace

void *ct_autocast_begin(ct_device_kind device, ct_dtype dtype) {
  auto type = device == CT_CUDA ? at::kCUDA : device == CT_MPS ? at::kMPS : at::kCPU;
  auto former = std::make_unique<Autocast>(
      Autocast{type, at::autocast::is_autocast_enabled(type), at::autocast::get_autocast_dtype(type)});
  (void)ct::guarded([&] {
    at::autocast::set_autocast_enabled(type, true);
    at::autocast::set_autocast_dtype(type, ct::scalar_type(dtype));
    at::autocast::increment_nesting();
  });
  return former.release();
}

void ct_autocast_end(void *guard) {
  std::unique_ptr<Autocast> former(static_cast<Autocast *>(guard));
  (void)ct::guarded([&] {
    if (at::autocast::decrement_nesting() == 0)
      at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(former->device, former->enabled);
    at::autocast::set_autocast_dtype(former->device, former->dtype);
  });
}
