#include "parallel.hpp"
#include <ATen/Parallel.h>
#include <atomic>
#if defined(__APPLE__)
#include <dispatch/dispatch.h>
#else
#include <dlfcn.h>
#endif

// The OpenMP runtime is not instrumented, so the thread sanitizer must be told what a start and an end order.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#include <sanitizer/tsan_interface.h>
#define CT_RELEASE(work) __tsan_release(work)
#define CT_ACQUIRE(work) __tsan_acquire(work)
#endif
#endif
#if !defined(CT_RELEASE)
#define CT_RELEASE(work) ((void)0)
#define CT_ACQUIRE(work) ((void)0)
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

void run(void *work) {
  CT_ACQUIRE(work);
  static_cast<Work *>(work)->run();
  CT_RELEASE(work);
}

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
    CT_RELEASE(&work);
    launch(&run, &work, threads, 0);
    CT_ACQUIRE(&work);
    return;
  }
#endif
  work.run();
}
