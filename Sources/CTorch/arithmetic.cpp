#include "boundary.hpp"
#include <ATen/ops/abs.h>
#include <ATen/ops/add.h>
#include <ATen/ops/ceil.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/div.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/floor.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ge.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/gt.h>
#include <ATen/ops/hardsigmoid.h>
#include <ATen/ops/hardswish.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/isnan.h>
#include <ATen/ops/le.h>
#include <ATen/ops/lerp.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/log.h>
#include <ATen/ops/log1p.h>
#include <ATen/ops/log_sigmoid.h>
#include <ATen/ops/logical_and.h>
#include <ATen/ops/logical_not.h>
#include <ATen/ops/logical_or.h>
#include <ATen/ops/lt.h>
#include <ATen/ops/masked_fill.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/mish.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/ne.h>
#include <ATen/ops/neg.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/reciprocal.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/relu6.h>
#include <ATen/ops/remainder.h>
#include <ATen/ops/round.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/selu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/sign.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/sqrt.h>
#include <ATen/ops/square.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/where.h>

namespace {

at::Tensor unary(ct_unary_op op, const at::Tensor &x) {
  switch (op) {
  case CT_NEGATE:
    return at::neg(x);
  case CT_ABS:
    return at::abs(x);
  case CT_EXP:
    return at::exp(x);
  case CT_LOG:
    return at::log(x);
  case CT_LOG1P:
    return at::log1p(x);
  case CT_SQRT:
    return at::sqrt(x);
  case CT_RSQRT:
    return at::rsqrt(x);
  case CT_SQUARE:
    return at::square(x);
  case CT_RECIPROCAL:
    return at::reciprocal(x);
  case CT_SIGN:
    return at::sign(x);
  case CT_FLOOR:
    return at::floor(x);
  case CT_CEIL:
    return at::ceil(x);
  case CT_ROUND:
    return at::round(x);
  case CT_SIN:
    return at::sin(x);
  case CT_COS:
    return at::cos(x);
  case CT_TANH:
    return at::tanh(x);
  case CT_SIGMOID:
    return at::sigmoid(x);
  case CT_LOG_SIGMOID:
    return at::log_sigmoid(x);
  case CT_RELU:
    return at::relu(x);
  case CT_RELU6:
    return at::clamp(x, 0, 6);
  case CT_SELU:
    return at::selu(x);
  case CT_GELU_ERF:
    return at::gelu(x, "none");
  case CT_GELU_TANH:
    return at::gelu(x, "tanh");
  case CT_SILU:
    return at::silu(x);
  case CT_MISH:
    return at::mish(x);
  case CT_SOFTSIGN:
    return at::div(x, at::add(at::abs(x), 1));
  case CT_HARDSWISH:
    return at::hardswish(x);
  case CT_HARDSIGMOID:
    return at::hardsigmoid(x);
  case CT_NOT:
    return at::logical_not(x);
  case CT_IS_NAN:
    return at::isnan(x);
  case CT_IS_FINITE:
    return at::isfinite(x);
  }
  TORCH_CHECK(false, "unknown operation");
}

/// The second operand is a tensor or a number; libtorch has both for each of these.
template <typename Other> at::Tensor binary(ct_binary_op op, const at::Tensor &a, const Other &b) {
  switch (op) {
  case CT_ADD:
    return at::add(a, b);
  case CT_SUBTRACT:
    return at::sub(a, b);
  case CT_MULTIPLY:
    return at::mul(a, b);
  case CT_DIVIDE:
    return at::div(a, b);
  case CT_POWER:
    return at::pow(a, b);
  case CT_REMAINDER:
    return at::remainder(a, b);
  case CT_EQUAL:
    return at::eq(a, b);
  case CT_NOT_EQUAL:
    return at::ne(a, b);
  case CT_LESS:
    return at::lt(a, b);
  case CT_LESS_EQUAL:
    return at::le(a, b);
  case CT_GREATER:
    return at::gt(a, b);
  case CT_GREATER_EQUAL:
    return at::ge(a, b);
  default:
    break;
  }
  TORCH_CHECK(false, "this operation needs two tensors");
}

at::Tensor like(const at::Tensor &tensor, double value) {
  return at::full({}, ct::scalar(tensor, value), tensor.options());
}

} // namespace

ct_status ct_unary(ct_unary_op op, const ct_tensor *x, ct_tensor **out) {
  return ct::produce(out, [&] { return unary(op, x->value); });
}

ct_status ct_binary(ct_binary_op op, const ct_tensor *a, const ct_tensor *b, ct_tensor **out) {
  return ct::produce(out, [&] {
    switch (op) {
    case CT_MAXIMUM:
      return at::maximum(a->value, b->value);
    case CT_MINIMUM:
      return at::minimum(a->value, b->value);
    case CT_AND:
      return at::logical_and(a->value, b->value);
    case CT_OR:
      return at::logical_or(a->value, b->value);
    default:
      return binary(op, a->value, b->value);
    }
  });
}

ct_status ct_binary_scalar(ct_binary_op op, const ct_tensor *a, double b, ct_tensor **out) {
  return ct::produce(out, [&] {
    if (op == CT_MAXIMUM)
      return at::clamp(a->value, ct::scalar(a->value, b), std::nullopt);
    if (op == CT_MINIMUM)
      return at::clamp(a->value, std::nullopt, ct::scalar(a->value, b));
    return binary(op, a->value, ct::scalar(a->value, b));
  });
}

ct_status ct_binary_from_scalar(ct_binary_op op, double a, const ct_tensor *b, ct_tensor **out) {
  return ct::produce(out, [&] { return binary(op, like(b->value, a), b->value); });
}

ct_status ct_clamp(const ct_tensor *x, double low, double high, ct_tensor **out) {
  return ct::produce(
      out, [&] { return at::clamp(x->value, ct::scalar(x->value, low), ct::scalar(x->value, high)); });
}

ct_status ct_where(const ct_tensor *condition, const ct_tensor *a, const ct_tensor *b, ct_tensor **out) {
  return ct::produce(out, [&] { return at::where(condition->value, a->value, b->value); });
}

ct_status ct_masked_fill(const ct_tensor *x, const ct_tensor *mask, double value, ct_tensor **out) {
  return ct::produce(out,
                     [&] { return at::masked_fill(x->value, mask->value, ct::scalar(x->value, value)); });
}

ct_status ct_lerp(const ct_tensor *a, const ct_tensor *b, double weight, ct_tensor **out) {
  return ct::produce(out, [&] { return at::lerp(a->value, b->value, weight); });
}

ct_status ct_matmul(const ct_tensor *a, const ct_tensor *b, ct_tensor **out) {
  return ct::produce(out, [&] { return at::matmul(a->value, b->value); });
}

ct_status ct_linear(const ct_tensor *x, const ct_tensor *weight, const ct_tensor *bias, ct_tensor **out) {
  return ct::produce(out, [&] { return at::linear(x->value, weight->value, ct::optional(bias)); });
}
