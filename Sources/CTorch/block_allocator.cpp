#include "boundary.hpp"
#include <c10/core/CPUAllocator.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif
#include <mutex>
#include <new>
#include <unordered_map>

namespace {

using Take = void *(*)(size_t, size_t *);
using Give = void (*)(void *, size_t);

/// libtorch's memory on the CPU: large blocks come from where the caller's other large blocks come from, so
/// that a volume's memory serves the network and the other way round; small ones from libtorch's own
/// allocator.
class BlockAllocator final : public c10::Allocator {
public:
  BlockAllocator(Take take, Give give) : take(take) { BlockAllocator::give = give; }

  c10::DataPtr allocate(size_t bytes) override {
    if (bytes < smallest)
      return c10::GetDefaultCPUAllocator()->allocate(bytes);
    size_t capacity = 0;
    void *address = take(bytes, &capacity);
    // As libtorch's own allocator says it, so that the boundary knows it for what it is.
    TORCH_CHECK(address != nullptr, "DefaultCPUAllocator: can't allocate memory: you tried to allocate ",
                bytes, " bytes.");
    {
      std::lock_guard<std::mutex> guard(lock());
      capacities()[address] = capacity;
    }
    return {address, address, &release, c10::Device(c10::DeviceType::CPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &release; }

  void copy_data(void *target, const void *source, std::size_t bytes) const override {
    default_copy_data(target, source, bytes);
  }

private:
  static constexpr size_t smallest = 1 << 20;

  Take take;
  // A deleter knows the address alone.
  static inline Give give = nullptr;

  // Never destroyed: tensors may outlive the statics of any file.
  static std::mutex &lock() {
    static auto *value = new std::mutex;
    return *value;
  }

  static std::unordered_map<void *, size_t> &capacities() {
    static auto *value = new std::unordered_map<void *, size_t>;
    return *value;
  }

  static void release(void *address) {
    size_t capacity = 0;
    {
      std::lock_guard<std::mutex> guard(lock());
      auto found = capacities().find(address);
      if (found != capacities().end()) {
        capacity = found->second;
        capacities().erase(found);
      }
    }
    if (capacity > 0)
      give(address, capacity);
    else
      c10::GetDefaultCPUAllocator()->raw_deallocate(address);
  }
};

} // namespace

void ct_use_blocks(void *(*take)(size_t, size_t *), void (*give)(void *, size_t)) {
#if defined(__GLIBC__)
  // What libtorch's own libraries take in large pieces goes back to the system when it is freed. The C
  // library would raise this limit with each such piece, and keep up to 32 MB of them.
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
  (void)ct::guarded([&] {
    static auto *allocator = new BlockAllocator(take, give);
    c10::SetCPUAllocator(allocator, 1);
  });
}
