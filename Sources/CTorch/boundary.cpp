#include "boundary.hpp"
#include <c10/util/Exception.h>
#include <new>
#include <string>
#include <torch/csrc/api/include/torch/version.h>

std::atomic<int64_t> ct_tensor::live{0};

namespace {

thread_local std::string last_error;

/// libtorch reports a failed CPU allocation as a plain error; its text is all there is.
bool tells_of_memory(const std::string &message) {
  for (const char *sign : {"can't allocate memory", "not enough memory", "out of memory",
                           "Storage size calculation overflowed", "Invalid buffer size"})
    if (message.find(sign) != std::string::npos)
      return true;
  return false;
}

ct_status remember(std::string message, ct_status status) noexcept {
  try {
    last_error = std::move(message);
  } catch (...) {
    last_error.clear();
  }
  return status;
}

} // namespace

namespace ct {

ct_status describe_current_exception() noexcept {
  try {
    throw;
  } catch (const c10::OutOfMemoryError &error) {
    return remember(error.what_without_backtrace(), CT_OUT_OF_MEMORY);
  } catch (const c10::NotImplementedError &error) {
    return remember(error.what_without_backtrace(), CT_UNSUPPORTED);
  } catch (const c10::Error &error) {
    std::string message = error.what_without_backtrace();
    return remember(message, tells_of_memory(message) ? CT_OUT_OF_MEMORY : CT_REFUSED);
  } catch (const std::bad_alloc &) {
    return remember("not enough memory", CT_OUT_OF_MEMORY);
  } catch (const std::exception &error) {
    std::string message = error.what();
    return remember(message, tells_of_memory(message) ? CT_OUT_OF_MEMORY : CT_INTERNAL);
  } catch (...) {
    return remember("an exception of unknown type", CT_INTERNAL);
  }
}

at::ScalarType scalar_type(ct_dtype dtype) {
  switch (dtype) {
  case CT_UINT8:
    return at::kByte;
  case CT_INT8:
    return at::kChar;
  case CT_INT16:
    return at::kShort;
  case CT_INT32:
    return at::kInt;
  case CT_INT64:
    return at::kLong;
  case CT_FLOAT16:
    return at::kHalf;
  case CT_BFLOAT16:
    return at::kBFloat16;
  case CT_FLOAT32:
    return at::kFloat;
  case CT_FLOAT64:
    return at::kDouble;
  case CT_BOOL:
    return at::kBool;
  case CT_OTHER_DTYPE:
    break;
  }
  TORCH_CHECK(false, "this element type can't be made here");
}

ct_dtype dtype(at::ScalarType type) {
  for (int32_t candidate = CT_UINT8; candidate < CT_OTHER_DTYPE; ++candidate)
    if (scalar_type(static_cast<ct_dtype>(candidate)) == type)
      return static_cast<ct_dtype>(candidate);
  return CT_OTHER_DTYPE;
}

c10::Device device(ct_device device) {
  switch (device.kind) {
  case CT_CPU:
    return c10::Device(c10::kCPU);
  case CT_CUDA:
    return c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(device.index));
  case CT_MPS:
    return c10::Device(c10::kMPS);
  case CT_OTHER_DEVICE:
    break;
  }
  TORCH_CHECK(false, "unknown device");
}

at::MemoryFormat format(ct_format format) {
  switch (format) {
  case CT_CHANNELS_LAST:
    return at::MemoryFormat::ChannelsLast;
  case CT_CHANNELS_LAST_3D:
    return at::MemoryFormat::ChannelsLast3d;
  case CT_CONTIGUOUS:
    break;
  }
  return at::MemoryFormat::Contiguous;
}

at::Scalar scalar(const at::Tensor &like, double value) {
  if (at::isIntegralType(like.scalar_type(), true) &&
      value == static_cast<double>(static_cast<int64_t>(value)))
    return at::Scalar(static_cast<int64_t>(value));
  return at::Scalar(value);
}

} // namespace ct

const char *ct_version(void) { return TORCH_VERSION; }
const char *ct_last_error(void) { return last_error.c_str(); }
int64_t ct_live_tensors(void) { return ct_tensor::live.load(); }
