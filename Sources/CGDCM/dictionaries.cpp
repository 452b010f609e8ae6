#include "boundary.hpp"

#include <gdcmDicts.h>
#include <mutex>

#if defined(__GLIBC__)
#include <dlfcn.h>

// GDCM fills its dictionaries, some ten thousand entries, when the library is loaded: a third of the start of
// a program that may never see a DICOM file. Its call is taken here, and made when the first file is opened.
namespace {
gdcm::Dicts *waiting = nullptr;
}

void gdcm::Dicts::LoadDefaults() { waiting = this; }

void cg::load_dictionaries() {
  static std::once_flag once;
  std::call_once(once, [] {
    using Member = void (*)(gdcm::Dicts *);
    auto load = reinterpret_cast<Member>(dlsym(RTLD_NEXT, "_ZN4gdcm5Dicts12LoadDefaultsEv"));
    if (waiting && load)
      load(waiting);
  });
}
#else
void cg::load_dictionaries() {}
#endif
