#include "library.h"

#include <ctype.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char message[1024];

const char *cv_message(void) { return message; }

void cv_say(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
}

void cv_say_reason(const cv_library *vips) {
  cv_say("%s", vips->error_buffer());
  vips->error_clear();
  // One line, without blanks at its end.
  for (char *c = message; *c; c++) {
    if (iscntrl((unsigned char)*c)) {
      *c = c[1] == 0 ? 0 : ';';
    }
    if (*c == 0) {
      break;
    }
  }
  if (message[0] == 0) {
    cv_say("libvips gives no reason");
  }
}

static const char *const names[] = {
#ifdef __APPLE__
    "libvips.42.dylib",
    "/opt/homebrew/lib/libvips.42.dylib",
    "/usr/local/lib/libvips.42.dylib",
    "/opt/local/lib/libvips.42.dylib",
#else
    "libvips.so.42",
    "libvips.so",
#endif
};

static cv_library library;
static int is_loaded;
static char failure[sizeof message];

static int require(void *handle, const char *name, void *slot) {
  void *symbol = dlsym(handle, name);
  if (symbol == NULL) {
    snprintf(failure, sizeof failure, "libvips lacks %s: it is older than 8.12", name);
    return 0;
  }
  memcpy(slot, &symbol, sizeof symbol);
  return 1;
}

static void find(void *handle, const char *name, void *slot) {
  void *symbol = dlsym(handle, name);
  memcpy(slot, &symbol, sizeof symbol);
}

// Warnings of decoders would reach the terminal.
static void be_silent(const char *domain, int level, const char *text, void *data) {
  (void)domain, (void)level, (void)text, (void)data;
}

static void start(void *handle) {
  void (*block_untrusted)(int) = NULL;
  void (*block)(const char *, int) = NULL;
  unsigned (*set_log_handler)(const char *, int, void *, void *) = NULL;
  if (!require(handle, "g_log_set_handler", &set_log_handler)) {
    return;
  }
  static const char *const domains[] = {"VIPS", "GLib", "GLib-GObject"};
  for (size_t i = 0; i < sizeof domains / sizeof *domains; i++) {
    set_log_handler(domains[i], 0xfc, (void *)be_silent, NULL);
  }
  if (library.init("deepmedicine") != 0) {
    snprintf(failure, sizeof failure, "libvips does not start: %s", library.error_buffer());
    return;
  }
  // Since 8.13; before, the caller's choice of the loader is the only fence.
  find(handle, "vips_block_untrusted_set", &block_untrusted);
  find(handle, "vips_operation_block_set", &block);
  if (block_untrusted != NULL && block != NULL) {
    block_untrusted(1);
    block("VipsForeignLoadPpm", 0);
    block("VipsForeignLoadJp2k", 0);
    block("VipsForeignLoadOpenslide", 0);
  }
  library.cache_set_max(0);
  // Callers read several images side by side.
  library.concurrency_set(1);
  is_loaded = 1;
}

static void load(void) {
  void *handle = NULL;
  for (size_t i = 0; i < sizeof names / sizeof *names && handle == NULL; i++) {
    handle = dlopen(names[i], RTLD_LAZY | RTLD_LOCAL);
  }
  if (handle == NULL) {
    const char *reason = dlerror();
    snprintf(failure, sizeof failure, "libvips can't be loaded: %s", reason ? reason : "no reason is given");
    return;
  }
#define VIPS(name) require(handle, "vips_" #name, &library.name)
  if (VIPS(init) && VIPS(error_buffer) && VIPS(error_clear) && VIPS(cache_set_max) && VIPS(concurrency_set) &&
      VIPS(source_new_from_file) && VIPS(source_new_from_memory) && VIPS(image_new_from_memory) &&
      VIPS(image_get_width) && VIPS(image_get_height) && VIPS(image_get_bands) && VIPS(image_get_format) &&
      VIPS(image_get_interpretation) && VIPS(image_get_xres) && VIPS(image_get_yres) &&
      VIPS(image_get_n_pages) && VIPS(image_get_orientation) && VIPS(image_hasalpha) && VIPS(region_new) &&
      VIPS(region_fetch) && VIPS(pngload_source) && VIPS(jpegload_source) && VIPS(tiffload_source) &&
      VIPS(ppmload_source) && VIPS(copy) && VIPS(pngsave_buffer) && VIPS(jpegsave_buffer) &&
      VIPS(image_get_fields) && VIPS(image_get_as_string) &&
      require(handle, "g_object_unref", &library.object_unref) && require(handle, "g_free", &library.free) &&
      require(handle, "g_strfreev", &library.free_names)) {
    find(handle, "vips_jp2kload_source", &library.jp2kload_source);
    find(handle, "vips_webpload_source", &library.webpload_source);
    find(handle, "vips_openslideload", &library.openslideload);
    start(handle);
  }
#undef VIPS
}

const cv_library *cv_loaded(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  if (!is_loaded) {
    cv_say("%s", failure);
    return NULL;
  }
  return &library;
}
