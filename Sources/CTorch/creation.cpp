#include "boundary.hpp"
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <cstring>

namespace {

/// Memory that someone else owns, with what gives it back.
struct Borrowed {
  void *owner;
  void (*release)(void *);
};

void release_borrowed(void *context) {
  auto *borrowed = static_cast<Borrowed *>(context);
  borrowed->release(borrowed->owner);
  delete borrowed;
}

} // namespace

namespace ct {

bool is_borrowed(const at::Tensor &tensor) {
  return tensor.defined() && tensor.has_storage() &&
         tensor.storage().data_ptr().get_deleter() == &release_borrowed;
}

void require_owned(const at::Tensor &tensor) {
  TORCH_CHECK(!is_borrowed(tensor), "this tensor borrows an image's memory and can't be changed in place");
}

} // namespace ct

ct_status ct_from_memory(void *data, const ptrdiff_t *sizes, const ptrdiff_t *strides, int32_t rank,
                         ct_dtype dtype, void *owner, void (*release)(void *), ct_tensor **out) {
  auto *context = new (std::nothrow) Borrowed{owner, release};
  if (!context)
    release(owner);
  return ct::produce(out, [&] {
    TORCH_CHECK(context, "not enough memory");
    // From here on the maker owns the context, and frees it on failure too.
    return at::for_blob(data, ct::dims(sizes, rank))
        .strides(ct::dims(strides, rank))
        .context(context, &release_borrowed)
        .options(at::TensorOptions().dtype(ct::scalar_type(dtype)))
        .make_tensor();
  });
}

ct_status ct_from_bytes(const void *bytes, size_t count, const ptrdiff_t *sizes, int32_t rank, ct_dtype dtype,
                        ct_tensor **out) {
  return ct::produce(out, [&] {
    size_t expected = c10::elementSize(ct::scalar_type(dtype));
    for (int32_t i = 0; i < rank; ++i) {
      TORCH_CHECK(sizes[i] >= 0, "a size is negative");
      TORCH_CHECK(!__builtin_mul_overflow(expected, static_cast<size_t>(sizes[i]), &expected),
                  "the shape has more elements than memory has bytes");
    }
    TORCH_CHECK(expected == count, "the shape needs ", expected, " bytes, found ", count);
    auto result = at::empty(ct::dims(sizes, rank), ct::scalar_type(dtype));
    if (count > 0)
      std::memcpy(result.data_ptr(), bytes, count);
    return result;
  });
}

ct_status ct_full(const ptrdiff_t *sizes, int32_t rank, double value, ct_dtype dtype, ct_device device,
                  ct_tensor **out) {
  return ct::produce(out, [&] {
    auto options = at::TensorOptions().dtype(ct::scalar_type(dtype)).device(ct::device(device));
    return at::full(ct::dims(sizes, rank), value, options);
  });
}

ct_status ct_empty(const ptrdiff_t *sizes, int32_t rank, ct_dtype dtype, ct_device device, ct_format format,
                   ct_tensor **out) {
  return ct::produce(out, [&] {
    auto options = at::TensorOptions().dtype(ct::scalar_type(dtype)).device(ct::device(device));
    return at::empty(ct::dims(sizes, rank), options, ct::format(format));
  });
}

ct_status ct_arange(double start, double end, double step, ct_dtype dtype, ct_tensor **out) {
  return ct::produce(out, [&] { return at::arange(start, end, step, ct::scalar_type(dtype)); });
}
