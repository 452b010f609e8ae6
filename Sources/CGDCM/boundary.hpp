// Where C++ exceptions, failed assertions and exaggerated claims of GDCM become status codes.
#ifndef CGDCM_BOUNDARY_HPP
#define CGDCM_BOUNDARY_HPP

#include "cgdcm.h"

#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <stdexcept>

namespace cg {

// What this thread is inside of.
struct Inside {
  // Where an assertion inside GDCM returns to; null outside.
  std::jmp_buf *assertion_exit = nullptr;
  // The largest block that may be asked for: GDCM takes memory for whatever length an element claims before
  // it reads a byte of it.
  size_t allocation_limit = SIZE_MAX;
  bool limit_was_hit = false;
};

extern constinit thread_local Inside inside;

// Fills GDCM's dictionaries, unless they are; before anything is read.
void load_dictionaries();

// Keeps the reason for `cg_message`, and returns the status.
cg_status failed(cg_status status, const char *why);

// The one place where exceptions become status codes, and failed assertions too: distributions build GDCM
// with assertions on, and damaged files reach them.
//
// An assertion can't be unwound, since its caller was compiled to believe that it never returns or throws. So
// the frames in between are left as they are: what they had allocated is lost, which a damaged file may cost.
template <typename Body> cg_status guarded(size_t limit, Body &&body) noexcept {
  std::jmp_buf here;
  std::jmp_buf *const outer = inside.assertion_exit;
  if (setjmp(here) != 0) {
    inside.assertion_exit = outer;
    inside.allocation_limit = SIZE_MAX;
    return failed(CG_NOT_DICOM, "the data set is damaged");
  }
  inside.assertion_exit = &here;
  inside.allocation_limit = limit;
  inside.limit_was_hit = false;
  struct Leave {
    std::jmp_buf *outer;
    ~Leave() {
      inside.assertion_exit = outer;
      inside.allocation_limit = SIZE_MAX;
    }
  } leave{outer};
  try {
    return body();
  } catch (const std::bad_alloc &) {
    if (inside.limit_was_hit)
      return failed(CG_TOO_LARGE, "an element claims more bytes than the file can hold");
    return failed(CG_OUT_OF_MEMORY, "there is not enough memory");
  } catch (const std::length_error &) {
    return failed(CG_TOO_LARGE, "an element claims more bytes than memory can hold");
  } catch (const std::exception &error) {
    return failed(CG_NOT_DICOM, error.what());
  } catch (...) {
    return failed(CG_NOT_DICOM, "GDCM failed without a reason");
  }
}

} // namespace cg

#endif
