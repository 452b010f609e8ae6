#include "quiet.hpp"
#include "boundary.hpp"

#include <gdcmTrace.h>

#include <mutex>
#include <ostream>

void cg::be_quiet() {
  static std::once_flag once;
  std::call_once(once, [] {
    cg::load_dictionaries();
    gdcm::Trace::WarningOff();
    gdcm::Trace::ErrorOff();
    gdcm::Trace::DebugOff();
    // Failed assertions are told even so. It lives as long as the process, since GDCM keeps it.
    gdcm::Trace::SetErrorStream(*new std::ostream(nullptr));
  });
}

#if defined(__GLIBC__)
#include <dlfcn.h>

// GDCM's three JPEG libraries print what is wrong with a stream, which callers get as an error anyway. Their
// handlers are made by a function whose place is taken here; of what it makes, the printing is left out.
namespace {

// The head of libjpeg's `jpeg_error_mgr`, unchanged since its version 6.
struct ErrorHandlers {
  void (*error_exit)(void *);
  void (*emit_message)(void *, int);
  void (*output_message)(void *);
};

ErrorHandlers *silent(const char *name, ErrorHandlers *handlers) {
  using Maker = ErrorHandlers *(*)(ErrorHandlers *);
  const auto make = reinterpret_cast<Maker>(dlsym(RTLD_NEXT, name));
  if (!make)
    std::terminate();
  handlers = make(handlers);
  handlers->output_message = [](void *) {};
  return handlers;
}

} // namespace

// OpenJPEG is told by GDCM to print. Others of its users in the process, such as libvips, keep their
// handlers.
namespace {

using Printer = void (*)(const char *, void *);

int handle(const char *name, void *codec, Printer printer, void *data) {
  using Setter = int (*)(void *, Printer, void *);
  const auto set = reinterpret_cast<Setter>(dlsym(RTLD_NEXT, name));
  if (!set)
    return 0;
  const bool is_ours = cg::inside.assertion_exit != nullptr;
  return set(codec, is_ours ? [](const char *, void *) {} : printer, data);
}

} // namespace

extern "C" {
int opj_set_error_handler(void *codec, Printer printer, void *data) {
  return handle("opj_set_error_handler", codec, printer, data);
}
int opj_set_warning_handler(void *codec, Printer printer, void *data) {
  return handle("opj_set_warning_handler", codec, printer, data);
}
int opj_set_info_handler(void *codec, Printer printer, void *data) {
  return handle("opj_set_info_handler", codec, printer, data);
}
void *gdcmjpeg8_jpeg_std_error(void *handlers) {
  return silent("gdcmjpeg8_jpeg_std_error", static_cast<ErrorHandlers *>(handlers));
}
void *gdcmjpeg12_jpeg_std_error(void *handlers) {
  return silent("gdcmjpeg12_jpeg_std_error", static_cast<ErrorHandlers *>(handlers));
}
void *gdcmjpeg16_jpeg_std_error(void *handlers) {
  return silent("gdcmjpeg16_jpeg_std_error", static_cast<ErrorHandlers *>(handlers));
}
}
#endif
