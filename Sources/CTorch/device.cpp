#include "boundary.hpp"
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <mutex>
#include <string>

void ct_set_threads(int32_t count) {
  (void)ct::guarded([&] { at::set_num_threads(count > 0 ? count : 1); });
}

int32_t ct_threads(void) { return static_cast<int32_t>(at::get_num_threads()); }

namespace {

/// The CUDA build keeps its kernels in a library of their own, beside the CPU's. Nothing links it; it is
/// opened when it is asked for, and registers itself.
void open_cuda_library() {
  static std::once_flag once;
  std::call_once(once, [] {
    Dl_info info;
    if (!dladdr(reinterpret_cast<const void *>(&at::get_num_threads), &info) || !info.dli_fname)
      return;
    std::string path = info.dli_fname;
    auto slash = path.find_last_of('/');
    std::string folder = slash == std::string::npos ? "" : path.substr(0, slash + 1);
    dlopen((folder + "libtorch_cuda.so").c_str(), RTLD_NOW | RTLD_GLOBAL);
  });
}

} // namespace

bool ct_device_available(ct_device_kind kind) { return ct_device_count(kind) > 0; }

int32_t ct_device_count(ct_device_kind kind) {
  int32_t count = 0;
  (void)ct::guarded([&] {
    if (kind == CT_CPU) {
      count = 1;
    } else if (kind == CT_CUDA) {
      open_cuda_library();
      if (at::globalContext().hasCUDA())
        count = static_cast<int32_t>(at::detail::getCUDAHooks().deviceCount());
    } else if (kind == CT_MPS) {
      count = at::globalContext().hasMPS() ? 1 : 0;
    }
  });
  return count;
}

bool ct_cpu_has_bfloat16(void) {
#if defined(__x86_64__) && defined(__linux__)
  return __builtin_cpu_supports("avx512bf16") || __builtin_cpu_supports("amx-bf16");
#elif defined(__APPLE__)
  return false;
#else
  return false;
#endif
}
