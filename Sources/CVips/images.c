#include "library.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct cv_image {
  VipsSource *source;
  VipsImage *image;
  VipsRegion *region; // once rows are read
  cv_info info;
};

// Values of libvips' enumerations.
enum { FAIL_ON_ERROR = 2, ACCESS_RANDOM = 0, ACCESS_SEQUENTIAL = 1 };
enum { INTERPRETATION_MULTIBAND = 0, INTERPRETATION_GRAY = 1, INTERPRETATION_GRAY16 = 26 };
enum { INTERPRETATION_CMYK = 15, INTERPRETATION_RGB = 17, INTERPRETATION_SRGB = 22 };
enum { INTERPRETATION_RGB16 = 25, INTERPRETATION_SCRGB = 28 };

static size_t element_bytes(int type) {
  static const size_t bytes[] = {1, 1, 2, 2, 4, 4, 4, 8, 8, 16};
  return type >= 0 && type <= CV_COMPLEX128 ? bytes[type] : 0;
}

static cv_loader *loader(const cv_library *vips, cv_format format) {
  switch (format) {
  case CV_PNG:
    return vips->pngload_source;
  case CV_JPEG:
    return vips->jpegload_source;
  case CV_TIFF:
    return vips->tiffload_source;
  case CV_PNM:
    return vips->ppmload_source;
  case CV_JPEG2000:
    return vips->jp2kload_source;
  case CV_WEBP:
    return vips->webpload_source;
  case CV_SLIDE:
    return NULL;
  }
  return NULL;
}

static void read_info(const cv_library *vips, VipsImage *image, cv_info *info) {
  info->width = vips->image_get_width(image);
  info->height = vips->image_get_height(image);
  info->bands = vips->image_get_bands(image);
  info->type = vips->image_get_format(image);
  info->pages = vips->image_get_n_pages(image);
  info->has_alpha = vips->image_hasalpha(image);
  int meaning = vips->image_get_interpretation(image);
  info->is_rgb = info->bands >= 3 && (meaning == INTERPRETATION_RGB || meaning == INTERPRETATION_SRGB ||
                                      meaning == INTERPRETATION_RGB16 || meaning == INTERPRETATION_SCRGB);
  info->is_cmyk = info->bands >= 4 && meaning == INTERPRETATION_CMYK;
  info->orientation = vips->image_get_orientation(image);
  info->x_resolution = vips->image_get_xres(image);
  info->y_resolution = vips->image_get_yres(image);
}

static cv_status failed_to_load(const cv_library *vips) {
  cv_say_reason(vips);
  // The name of an operation that the library was built without.
  return strstr(cv_message(), "class \"") != NULL ? CV_UNAVAILABLE : CV_DAMAGED;
}

// Takes the image and its source (or NULL) over.
static cv_status opened(const cv_library *vips, VipsSource *source, VipsImage *image, cv_image **out) {
  cv_image *made = calloc(1, sizeof *made);
  if (made == NULL) {
    vips->object_unref(image);
    if (source != NULL) {
      vips->object_unref(source);
    }
    cv_say("no memory");
    return CV_FAILED;
  }
  made->source = source;
  made->image = image;
  read_info(vips, image, &made->info);
  *out = made;
  return CV_OK;
}

// Takes the source over.
static cv_status open_source(const cv_library *vips, VipsSource *source, cv_format format,
                             const cv_choice *choice, cv_image **out) {
  cv_loader *load = loader(vips, format);
  VipsImage *image = NULL;
  if (source == NULL) {
    cv_say_reason(vips);
    return CV_FAILED;
  }
  if (load == NULL) {
    vips->object_unref(source);
    cv_say("this build of libvips has no reader for the format");
    return CV_UNAVAILABLE;
  }
  int access = choice->is_random ? ACCESS_RANDOM : ACCESS_SEQUENTIAL;
  // Only formats with pages have the property.
  int result = choice->page > 0 ? load(source, &image, "access", access, "fail_on", FAIL_ON_ERROR, "page",
                                       choice->page, NULL)
                                : load(source, &image, "access", access, "fail_on", FAIL_ON_ERROR, NULL);
  if (result != 0) {
    vips->object_unref(source);
    return failed_to_load(vips);
  }
  return opened(vips, source, image, out);
}

static cv_status open_slide(const cv_library *vips, const char *path, const cv_choice *choice,
                            cv_image **out) {
  VipsImage *image = NULL;
  if (vips->openslideload == NULL) {
    cv_say("this build of libvips has no OpenSlide");
    return CV_UNAVAILABLE;
  }
  int result = choice->associated != NULL
                   ? vips->openslideload(path, &image, "associated", choice->associated, NULL)
                   : vips->openslideload(path, &image, "level", choice->level, NULL);
  return result != 0 ? failed_to_load(vips) : opened(vips, NULL, image, out);
}

cv_status cv_open_file(const char *path, cv_format format, const cv_choice *choice, cv_image **out) {
  const cv_library *vips = cv_loaded();
  if (vips == NULL) {
    return CV_UNAVAILABLE;
  }
  vips->error_clear();
  if (format == CV_SLIDE) {
    return open_slide(vips, path, choice, out);
  }
  return open_source(vips, vips->source_new_from_file(path), format, choice, out);
}

cv_status cv_open_memory(const void *bytes, size_t count, cv_format format, const cv_choice *choice,
                         cv_image **out) {
  const cv_library *vips = cv_loaded();
  if (vips == NULL) {
    return CV_UNAVAILABLE;
  }
  vips->error_clear();
  return open_source(vips, vips->source_new_from_memory(bytes, count), format, choice, out);
}

void cv_close(cv_image *image) {
  const cv_library *vips = image ? cv_loaded() : NULL;
  if (vips == NULL) {
    return;
  }
  if (image->region != NULL) {
    vips->object_unref(image->region);
  }
  vips->object_unref(image->image);
  if (image->source != NULL) {
    vips->object_unref(image->source);
  }
  free(image);
}

void cv_get_info(const cv_image *image, cv_info *out) { *out = image->info; }

cv_status cv_read_rows(cv_image *image, int32_t top, int32_t rows, void *out, size_t capacity) {
  return cv_read_region(image, 0, top, image->info.width, rows, out, capacity);
}

cv_status cv_read_region(cv_image *image, int32_t left, int32_t top, int32_t width, int32_t height, void *out,
                         size_t capacity) {
  const cv_library *vips = cv_loaded();
  if (vips == NULL) {
    return CV_UNAVAILABLE;
  }
  const cv_info *info = &image->info;
  size_t wanted = (size_t)width * (size_t)info->bands * element_bytes(info->type) * (size_t)height;
  if (left < 0 || width <= 0 || left > info->width - width || top < 0 || height <= 0 ||
      top > info->height - height || capacity != wanted) {
    cv_say("region out of range");
    return CV_FAILED;
  }
  if (image->region == NULL) {
    image->region = vips->region_new(image->image);
  }
  size_t count = 0;
  unsigned char *pixels =
      image->region ? vips->region_fetch(image->region, left, top, width, height, &count) : NULL;
  if (pixels == NULL || count != wanted) {
    vips->free(pixels);
    cv_say_reason(vips);
    return CV_DAMAGED;
  }
  memcpy(out, pixels, count);
  vips->free(pixels);
  return CV_OK;
}

cv_status cv_get_names(const cv_image *image, char ***names, int32_t *count) {
  const cv_library *vips = cv_loaded();
  if (vips == NULL) {
    return CV_UNAVAILABLE;
  }
  char **fields = vips->image_get_fields(image->image);
  int32_t number = 0;
  while (fields != NULL && fields[number] != NULL) {
    number++;
  }
  *names = fields;
  *count = number;
  return CV_OK;
}

void cv_free_names(char **names) {
  const cv_library *vips = names ? cv_loaded() : NULL;
  if (vips != NULL) {
    vips->free_names(names);
  }
}

cv_status cv_get_text(const cv_image *image, const char *name, char **text) {
  const cv_library *vips = cv_loaded();
  if (vips == NULL) {
    return CV_UNAVAILABLE;
  }
  vips->error_clear();
  char *found = NULL;
  if (vips->image_get_as_string(image->image, name, &found) != 0 || found == NULL) {
    cv_say_reason(vips);
    return CV_FAILED;
  }
  *text = found;
  return CV_OK;
}

// What the bands are: PNG knows 16 bits by it.
static int meaning(int bands, cv_type type) {
  if (type == CV_UINT16) {
    return bands <= 2 ? INTERPRETATION_GRAY16 : INTERPRETATION_RGB16;
  }
  return bands <= 2 ? INTERPRETATION_GRAY : INTERPRETATION_SRGB;
}

cv_status cv_encode(const void *pixels, int32_t width, int32_t height, int32_t bands, cv_type type,
                    cv_format format, double x_resolution, double y_resolution, int32_t quality, void **out,
                    size_t *count) {
  const cv_library *vips = cv_loaded();
  if (vips == NULL) {
    return CV_UNAVAILABLE;
  }
  vips->error_clear();
  size_t bytes = (size_t)width * (size_t)height * (size_t)bands * element_bytes(type);
  VipsImage *image = vips->image_new_from_memory(pixels, bytes, width, height, bands, type);
  VipsImage *meant = NULL;
  if (image == NULL || vips->copy(image, &meant, "interpretation", meaning(bands, type), "xres", x_resolution,
                                  "yres", y_resolution, NULL) != 0) {
    if (image != NULL) {
      vips->object_unref(image);
    }
    cv_say_reason(vips);
    return CV_FAILED;
  }
  vips->object_unref(image);
  void *made = NULL;
  size_t length = 0;
  int result = -1;
  if (format == CV_PNG) {
    result = vips->pngsave_buffer(meant, &made, &length, NULL);
  } else if (format == CV_JPEG) {
    result = vips->jpegsave_buffer(meant, &made, &length, "Q", quality, NULL);
  }
  vips->object_unref(meant);
  if (result != 0) {
    cv_say_reason(vips);
    return CV_FAILED;
  }
  *out = made;
  *count = length;
  return CV_OK;
}

void cv_free(void *bytes) {
  const cv_library *vips = bytes ? cv_loaded() : NULL;
  if (vips != NULL) {
    vips->free(bytes);
  }
}
