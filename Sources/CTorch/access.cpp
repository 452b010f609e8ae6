#include "boundary.hpp"
#include <ATen/ops/_unsafe_view.h>
#include <ATen/ops/item.h>
#include <cstring>

void ct_tensor_release(ct_tensor *tensor) { delete tensor; }

int32_t ct_rank(const ct_tensor *tensor) { return static_cast<int32_t>(tensor->value.dim()); }

void ct_shape(const ct_tensor *tensor, ptrdiff_t *sizes) {
  auto source = tensor->value.sizes();
  for (size_t i = 0; i < source.size(); ++i)
    sizes[i] = static_cast<ptrdiff_t>(source[i]);
}

void ct_strides(const ct_tensor *tensor, ptrdiff_t *strides) {
  auto source = tensor->value.strides();
  for (size_t i = 0; i < source.size(); ++i)
    strides[i] = static_cast<ptrdiff_t>(source[i]);
}

ct_dtype ct_tensor_dtype(const ct_tensor *tensor) { return ct::dtype(tensor->value.scalar_type()); }

ct_device ct_tensor_device(const ct_tensor *tensor) {
  auto device = tensor->value.device();
  int32_t index = device.has_index() ? device.index() : 0;
  switch (device.type()) {
  case c10::kCPU:
    return {CT_CPU, 0};
  case c10::kCUDA:
    return {CT_CUDA, index};
  case c10::kMPS:
    return {CT_MPS, index};
  default:
    return {CT_OTHER_DEVICE, index};
  }
}

bool ct_is_contiguous(const ct_tensor *tensor, ct_format format) {
  const auto &value = tensor->value;
  if ((format == CT_CHANNELS_LAST && value.dim() != 4) || (format == CT_CHANNELS_LAST_3D && value.dim() != 5))
    return false;
  return value.is_contiguous(ct::format(format));
}

bool ct_is_borrowed(const ct_tensor *tensor) { return ct::is_borrowed(tensor->value); }

bool ct_shares_memory(const ct_tensor *a, const ct_tensor *b) {
  return a->value.has_storage() && b->value.has_storage() &&
         a->value.storage().data() == b->value.storage().data() && a->value.storage().data() != nullptr;
}

void *ct_data(const ct_tensor *tensor) {
  return tensor->value.device().is_cpu() ? tensor->value.data_ptr() : nullptr;
}

ct_status ct_copy_out(const ct_tensor *tensor, ct_dtype dtype, void *bytes, size_t count) {
  return ct::guarded([&] {
    auto source = tensor->value.detach().to(c10::kCPU, ct::scalar_type(dtype)).contiguous();
    TORCH_CHECK(source.nbytes() == count, "the buffer holds ", count, " bytes, the tensor ", source.nbytes());
    if (count > 0)
      std::memcpy(bytes, source.const_data_ptr(), count);
  });
}

ct_status ct_item(const ct_tensor *tensor, double *value) {
  return ct::guarded([&] { *value = tensor->value.item().toDouble(); });
}
