#include "boundary.hpp"
#include <ATen/ops/clone.h>

ct_status ct_to_dtype(const ct_tensor *x, ct_dtype dtype, ct_tensor **out) {
  return ct::produce(out, [&] { return x->value.to(ct::scalar_type(dtype)); });
}

ct_status ct_to_device(const ct_tensor *x, ct_device device, ct_tensor **out) {
  return ct::produce(out, [&] { return x->value.to(ct::device(device)); });
}

ct_status ct_contiguous(const ct_tensor *x, ct_format format, ct_tensor **out) {
  return ct::produce(out, [&] { return x->value.contiguous(ct::format(format)); });
}

ct_status ct_clone(const ct_tensor *x, ct_tensor **out) {
  return ct::produce(out, [&] { return x->value.clone(); });
}

ct_status ct_alias(const ct_tensor *x, ct_tensor **out) {
  return ct::produce(out, [&] { return x->value; });
}
