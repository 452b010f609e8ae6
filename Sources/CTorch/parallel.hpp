// Work on the same threads as libtorch's own kernels.
#ifndef CTORCH_PARALLEL_HPP
#define CTORCH_PARALLEL_HPP

#include <cstdint>

namespace ct {

/// Calls `body(context, index)` once for each index of `0..<count`, on as many threads as libtorch may use,
/// which take indices in order. The body must not throw. What is computed must not depend on who takes which
/// index.
void parallel(int64_t count, void (*body)(void *context, int64_t index), void *context) noexcept;

template <typename Body> void parallel(int64_t count, Body &&body) noexcept {
  parallel(
      count, [](void *context, int64_t index) { (*static_cast<Body *>(context))(index); },
      const_cast<void *>(static_cast<const void *>(&body)));
}

} // namespace ct

#endif
