#include "parallel.hpp"
#include <ATen/Parallel.h>
#include <atomic>
#if defined(__APPLE__)
#include <dispatch/dispatch.h>
#else
#include <dlfcn.h>
#endif

namespace {

struct Work {
  int64_t count;
  void (*body)(void *, int64_t);
  void *context;
  std::atomic<int64_t> next{0};

  void run() {
    for (int64_t index = next.fetch_add(1); index < count; index = next.fetch_add(1))
      body(context, index);
  }
};

void run(void *work) { static_cast<Work *>(work)->run(); }

} // namespace

void ct::parallel(int64_t count, void (*body)(void *, int64_t), void *context) noexcept {
  Work work{count, body, context};
  auto threads = static_cast<unsigned>(at::get_num_threads());
  if (count < static_cast<int64_t>(threads))
    threads = static_cast<unsigned>(count > 0 ? count : 1);
#if defined(__APPLE__)
  if (threads > 1) {
    dispatch_apply_f(threads, DISPATCH_APPLY_AUTO, &work, [](void *shared, size_t) { run(shared); });
    return;
  }
#else
  // libtorch brings the OpenMP runtime along. Calling it by name needs no compiler flag, and both share
  // threads.
  using Launch = void (*)(void (*)(void *), void *, unsigned, unsigned);
  static const auto launch = reinterpret_cast<Launch>(dlsym(RTLD_DEFAULT, "GOMP_parallel"));
  if (threads > 1 && launch) {
    launch(&run, &work, threads, 0);
    return;
  }
#endif
  work.run();
}
