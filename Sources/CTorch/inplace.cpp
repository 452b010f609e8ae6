#include "boundary.hpp"
#include <ATen/ops/add.h>
#include <ATen/ops/copy.h>
#include <ATen/ops/fill.h>
#include <ATen/ops/mul.h>

ct_status ct_copy_into(ct_tensor *target, const ct_tensor *source) {
  return ct::guarded([&] {
    ct::require_owned(target->value);
    TORCH_CHECK(target->value.sizes() == source->value.sizes(), "the target's shape is ",
                target->value.sizes(), ", the source's ", source->value.sizes());
    target->value.copy_(source->value);
  });
}

ct_status ct_fill(ct_tensor *target, double value) {
  return ct::guarded([&] {
    ct::require_owned(target->value);
    target->value.fill_(ct::scalar(target->value, value));
  });
}

ct_status ct_accumulate(ct_tensor *target, double scale, const ct_tensor *source, double factor) {
  return ct::guarded([&] {
    ct::require_owned(target->value);
    if (scale != 1)
      target->value.mul_(ct::scalar(target->value, scale));
    target->value.add_(source->value, ct::scalar(target->value, factor));
  });
}

ct_status ct_multiply_into(ct_tensor *target, const ct_tensor *factor) {
  return ct::guarded([&] {
    ct::require_owned(target->value);
    target->value.mul_(factor->value);
  });
}
