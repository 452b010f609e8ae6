// The one place where C++ exceptions become status codes. Every function of the contract goes through here.
#ifndef CTORCH_BOUNDARY_HPP
#define CTORCH_BOUNDARY_HPP

#include "ctorch.h"
#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <atomic>
#include <optional>
#include <vector>

struct ct_tensor {
  at::Tensor value;
  explicit ct_tensor(at::Tensor tensor) : value(std::move(tensor)) { live.fetch_add(1); }
  ~ct_tensor() { live.fetch_sub(1); }
  ct_tensor(const ct_tensor &) = delete;
  static std::atomic<int64_t> live;
};

struct ct_generator {
  at::Generator value;
};

namespace ct {

/// Stores the message of the exception that is being handled, and says what kind it is.
ct_status describe_current_exception() noexcept;

template <typename Body> ct_status guarded(Body &&body) noexcept {
  try {
    body();
    return CT_OK;
  } catch (...) {
    return describe_current_exception();
  }
}

template <typename Body> ct_status produce(ct_tensor **out, Body &&body) noexcept {
  *out = nullptr;
  return guarded([&] { *out = new ct_tensor{body()}; });
}

inline at::IntArrayRef dims(const ptrdiff_t *values, int64_t count) {
  static_assert(sizeof(ptrdiff_t) == sizeof(int64_t), "a 64-bit machine is needed");
  return {reinterpret_cast<const int64_t *>(values), static_cast<size_t>(count)};
}

inline std::optional<at::Tensor> optional(const ct_tensor *tensor) {
  return tensor ? std::optional<at::Tensor>(tensor->value) : std::nullopt;
}

inline std::vector<at::Tensor> list(const ct_tensor *const *tensors, int64_t count) {
  std::vector<at::Tensor> result;
  result.reserve(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i)
    result.push_back(tensors[i]->value);
  return result;
}

at::ScalarType scalar_type(ct_dtype dtype);
ct_dtype dtype(at::ScalarType type);
c10::Device device(ct_device device);
at::MemoryFormat format(ct_format format);
/// A whole number for integer tensors, so that adding 1 does not make them floating point.
at::Scalar scalar(const at::Tensor &like, double value);

bool is_borrowed(const at::Tensor &tensor);
/// Throws unless the tensor's memory is libtorch's own.
void require_owned(const at::Tensor &tensor);

} // namespace ct

#endif
