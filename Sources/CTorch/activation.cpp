#include "boundary.hpp"
#include <ATen/ops/elu.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/prelu.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/softplus.h>

ct_status ct_softmax(const ct_tensor *x, ptrdiff_t dim, ct_tensor **out) {
  return ct::produce(out, [&] { return at::softmax(x->value, dim); });
}

ct_status ct_log_softmax(const ct_tensor *x, ptrdiff_t dim, ct_tensor **out) {
  return ct::produce(out, [&] { return at::log_softmax(x->value, dim); });
}

ct_status ct_leaky_relu(const ct_tensor *x, double slope, ct_tensor **out) {
  return ct::produce(out, [&] { return at::leaky_relu(x->value, slope); });
}

ct_status ct_prelu(const ct_tensor *x, const ct_tensor *slope, ct_tensor **out) {
  return ct::produce(out, [&] { return at::prelu(x->value, slope->value.to(x->value.scalar_type())); });
}

ct_status ct_elu(const ct_tensor *x, double alpha, double scale, double input_scale, ct_tensor **out) {
  return ct::produce(out, [&] { return at::elu(x->value, alpha, scale, input_scale); });
}

ct_status ct_softplus(const ct_tensor *x, double beta, double threshold, ct_tensor **out) {
  return ct::produce(out, [&] { return at::softplus(x->value, beta, threshold); });
}
