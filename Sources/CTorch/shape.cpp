#include "boundary.hpp"
#include <ATen/ops/cat.h>
#include <ATen/ops/flip.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/pad.h>
#include <ATen/ops/reshape.h>
#include <ATen/ops/roll.h>
#include <ATen/ops/stack.h>

ct_status ct_reshape(const ct_tensor *x, const ptrdiff_t *sizes, int32_t rank, ct_tensor **out) {
  return ct::produce(out, [&] { return at::reshape(x->value, ct::dims(sizes, rank)); });
}

ct_status ct_permute(const ct_tensor *x, const ptrdiff_t *axes, int32_t rank, ct_tensor **out) {
  return ct::produce(out, [&] { return x->value.permute(ct::dims(axes, rank)); });
}

ct_status ct_expand(const ct_tensor *x, const ptrdiff_t *sizes, int32_t rank, ct_tensor **out) {
  return ct::produce(out, [&] { return x->value.expand(ct::dims(sizes, rank)); });
}

ct_status ct_unsqueeze(const ct_tensor *x, ptrdiff_t dim, ct_tensor **out) {
  return ct::produce(out, [&] { return x->value.unsqueeze(dim); });
}

ct_status ct_squeeze(const ct_tensor *x, ptrdiff_t dim, ct_tensor **out) {
  return ct::produce(out, [&] {
    TORCH_CHECK(x->value.size(dim) == 1, "dimension ", dim, " has size ", x->value.size(dim), ", not 1");
    return x->value.squeeze(dim);
  });
}

ct_status ct_select(const ct_tensor *x, ptrdiff_t dim, ptrdiff_t index, ct_tensor **out) {
  return ct::produce(out, [&] { return x->value.select(dim, index); });
}

ct_status ct_slice(const ct_tensor *x, ptrdiff_t dim, ptrdiff_t start, ptrdiff_t end, ptrdiff_t step,
                   ct_tensor **out) {
  return ct::produce(out, [&] { return x->value.slice(dim, start, end, step); });
}

ct_status ct_index_select(const ct_tensor *x, ptrdiff_t dim, const ct_tensor *indices, ct_tensor **out) {
  return ct::produce(out, [&] { return at::index_select(x->value, dim, indices->value); });
}

ct_status ct_gather(const ct_tensor *x, ptrdiff_t dim, const ct_tensor *indices, ct_tensor **out) {
  return ct::produce(out, [&] { return at::gather(x->value, dim, indices->value); });
}

ct_status ct_flip(const ct_tensor *x, const ptrdiff_t *dims, int32_t count, ct_tensor **out) {
  return ct::produce(out, [&] { return at::flip(x->value, ct::dims(dims, count)); });
}

ct_status ct_roll(const ct_tensor *x, const ptrdiff_t *shifts, const ptrdiff_t *dims, int32_t count,
                  ct_tensor **out) {
  return ct::produce(out, [&] { return at::roll(x->value, ct::dims(shifts, count), ct::dims(dims, count)); });
}

ct_status ct_repeat(const ct_tensor *x, const ptrdiff_t *times, int32_t rank, ct_tensor **out) {
  return ct::produce(out, [&] { return x->value.repeat(ct::dims(times, rank)); });
}

ct_status ct_concatenate(const ct_tensor *const *parts, int32_t count, ptrdiff_t dim, ct_tensor **out) {
  return ct::produce(out, [&] { return at::cat(ct::list(parts, count), dim); });
}

ct_status ct_stack(const ct_tensor *const *parts, int32_t count, ptrdiff_t dim, ct_tensor **out) {
  return ct::produce(out, [&] { return at::stack(ct::list(parts, count), dim); });
}

ct_status ct_pad(const ct_tensor *x, const ptrdiff_t *widths, int32_t count, ct_padding_mode mode,
                 double value, ct_tensor **out) {
  return ct::produce(out, [&] {
    const char *name = mode == CT_PAD_REFLECT     ? "reflect"
                       : mode == CT_PAD_REPLICATE ? "replicate"
                       : mode == CT_PAD_CIRCULAR  ? "circular"
                                                  : "constant";
    auto filling = mode == CT_PAD_CONSTANT ? std::optional<double>(value) : std::nullopt;
    return at::pad(x->value, ct::dims(widths, count), name, filling);
  });
}

ct_status ct_one_hot(const ct_tensor *x, ptrdiff_t classes, ct_tensor **out) {
  return ct::produce(out, [&] { return at::one_hot(x->value.to(at::kLong), classes); });
}
