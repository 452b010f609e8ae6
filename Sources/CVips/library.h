// The functions of libvips that the shim calls, by their own prototypes. Variadic ones take pairs of a
// property's name and its value, and end with NULL.
#ifndef CVIPS_LIBRARY_H
#define CVIPS_LIBRARY_H

#include "cvips.h"

typedef struct VipsImage VipsImage;
typedef struct VipsSource VipsSource;
typedef struct VipsRegion VipsRegion;
typedef int cv_loader(VipsSource *source, VipsImage **out, ...);

typedef struct {
  int (*init)(const char *name);
  const char *(*error_buffer)(void);
  void (*error_clear)(void);
  void (*cache_set_max)(int count);
  void (*concurrency_set)(int count);
  VipsSource *(*source_new_from_file)(const char *path);
  VipsSource *(*source_new_from_memory)(const void *bytes, size_t count);
  VipsImage *(*image_new_from_memory)(const void *bytes, size_t count, int width, int height, int bands,
                                      int format);
  int (*image_get_width)(const VipsImage *image);
  int (*image_get_height)(const VipsImage *image);
  int (*image_get_bands)(const VipsImage *image);
  int (*image_get_format)(const VipsImage *image);
  int (*image_get_interpretation)(const VipsImage *image);
  double (*image_get_xres)(const VipsImage *image);
  double (*image_get_yres)(const VipsImage *image);
  int (*image_get_n_pages)(VipsImage *image);
  int (*image_get_orientation)(VipsImage *image);
  int (*image_hasalpha)(VipsImage *image);
  VipsRegion *(*region_new)(VipsImage *image);
  unsigned char *(*region_fetch)(VipsRegion *region, int left, int top, int width, int height, size_t *count);
  cv_loader *pngload_source;
  cv_loader *jpegload_source;
  cv_loader *tiffload_source;
  cv_loader *ppmload_source;
  // What a build of libvips may lack; NULL then.
  cv_loader *jp2kload_source;
  cv_loader *webpload_source;
  int (*openslideload)(const char *path, VipsImage **out, ...);
  char **(*image_get_fields)(const VipsImage *image);
  int (*image_get_as_string)(const VipsImage *image, const char *name, char **out);
  int (*copy)(VipsImage *image, VipsImage **out, ...);
  int (*pngsave_buffer)(VipsImage *image, void **bytes, size_t *count, ...);
  int (*jpegsave_buffer)(VipsImage *image, void **bytes, size_t *count, ...);
  void (*object_unref)(void *object);
  void (*free)(void *bytes);
  void (*free_names)(char **names);
} cv_library;

// The loaded library, or NULL; then the message says what is missing.
const cv_library *cv_loaded(void);

// Sets the thread's message.
void cv_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
// Takes over what libvips says, and clears it there.
void cv_say_reason(const cv_library *vips);

#endif
