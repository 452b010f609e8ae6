#include "boundary.hpp"
#include <ATen/ops/all.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/amin.h>
#include <ATen/ops/any.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/argmin.h>
#include <ATen/ops/cumsum.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/prod.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/topk.h>
#include <ATen/ops/var.h>
#include <algorithm>
#include <numeric>

namespace {

std::vector<int64_t> all_dims(const at::Tensor &x, const ptrdiff_t *dims, int32_t count) {
  if (count > 0) {
    auto list = ct::dims(dims, count);
    return {list.begin(), list.end()};
  }
  std::vector<int64_t> every(static_cast<size_t>(x.dim()));
  std::iota(every.begin(), every.end(), 0);
  return every;
}

/// libtorch multiplies along one dimension at a time; the last goes first, so that numbers stay valid.
at::Tensor product(at::Tensor x, std::vector<int64_t> dims, bool keep) {
  for (auto &dim : dims)
    dim = dim < 0 ? dim + x.dim() : dim;
  std::sort(dims.rbegin(), dims.rend());
  for (auto dim : dims)
    x = at::prod(x, dim, keep);
  return x;
}

at::Tensor reduce(ct_reduction_op op, const at::Tensor &x, at::IntArrayRef dims, bool keep) {
  switch (op) {
  case CT_SUM:
    return at::sum(x, dims, keep);
  case CT_MEAN:
    return at::mean(x, dims, keep);
  case CT_PRODUCT:
    return product(x, dims.vec(), keep);
  case CT_LARGEST:
    return at::amax(x, dims, keep);
  case CT_SMALLEST:
    return at::amin(x, dims, keep);
  case CT_ALL:
    return at::all(x, dims, keep);
  case CT_ANY:
    return at::any(x, dims, keep);
  case CT_LOG_SUM_EXP:
    return at::logsumexp(x, dims, keep);
  }
  TORCH_CHECK(false, "unknown reduction");
}

} // namespace

ct_status ct_reduce(ct_reduction_op op, const ct_tensor *x, const ptrdiff_t *dims, int32_t count, bool keep,
                    ct_tensor **out) {
  return ct::produce(out, [&] { return reduce(op, x->value, all_dims(x->value, dims, count), keep); });
}

ct_status ct_variance(const ct_tensor *x, const ptrdiff_t *dims, int32_t count, double correction, bool keep,
                      ct_tensor **out) {
  return ct::produce(out, [&] {
    auto list = all_dims(x->value, dims, count);
    return at::var(x->value, at::OptionalIntArrayRef(list), at::Scalar(correction), keep);
  });
}

ct_status ct_norm(const ct_tensor *x, double order, const ptrdiff_t *dims, int32_t count, bool keep,
                  ct_tensor **out) {
  return ct::produce(out, [&] {
    auto list = all_dims(x->value, dims, count);
    return at::linalg_vector_norm(x->value, order, at::OptionalIntArrayRef(list), keep);
  });
}

ct_status ct_argmax(const ct_tensor *x, ptrdiff_t dim, bool keep, ct_tensor **out) {
  return ct::produce(out, [&] { return at::argmax(x->value, dim, keep); });
}

ct_status ct_argmin(const ct_tensor *x, ptrdiff_t dim, bool keep, ct_tensor **out) {
  return ct::produce(out, [&] { return at::argmin(x->value, dim, keep); });
}

ct_status ct_cumulative_sum(const ct_tensor *x, ptrdiff_t dim, ct_tensor **out) {
  return ct::produce(out, [&] { return at::cumsum(x->value, dim); });
}

ct_status ct_top(const ct_tensor *x, ptrdiff_t count, ptrdiff_t dim, ct_tensor **values,
                 ct_tensor **indices) {
  *values = nullptr;
  *indices = nullptr;
  return ct::guarded([&] {
    auto [found, where] = at::topk(x->value, count, dim);
    auto first = std::make_unique<ct_tensor>(found);
    *indices = new ct_tensor{where};
    *values = first.release();
  });
}
