#include "boundary.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {
thread_local std::string message;
}

constinit thread_local cg::Inside cg::inside;

cg_status cg::failed(cg_status status, const char *why) {
  message = why;
  return status;
}

const char *cg_message(void) { return message.c_str(); }

#if defined(__GLIBC__)
// Takes the place of the C++ library's, to keep GDCM within the limit; elsewhere it does the same.
void *operator new(std::size_t size) {
  if (size > cg::inside.allocation_limit) {
    cg::inside.limit_was_hit = true;
    throw std::bad_alloc();
  }
  for (;;) {
    if (void *memory = std::malloc(size ? size : 1))
      return memory;
    if (std::new_handler handler = std::get_new_handler())
      handler();
    else
      throw std::bad_alloc();
  }
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, std::size_t) noexcept { std::free(memory); }

// Takes the place of the C library's: outside this shim it does the same.
extern "C" void __assert_fail(const char *claim, const char *file, unsigned line,
                              const char *function) noexcept {
  if (cg::inside.assertion_exit)
    std::longjmp(*cg::inside.assertion_exit, 1);
  std::fprintf(stderr, "%s:%u: %s: Assertion `%s' failed.\n", file, line, function, claim);
  std::abort();
}
#endif
