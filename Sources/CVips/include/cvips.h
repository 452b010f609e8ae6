// The contract between Swift and libvips.
//
// libvips is opened at run time, by the first call that needs it: linking it would slow down the start of
// every program. Every function returns CV_OK or a status and keeps no pointer that it was given, except that
// the bytes of cv_open_memory must outlive the image. After a failure `cv_message()` says why; it belongs to
// the calling thread and holds until its next call. Output arguments are written only on success. Different
// images may be used by different threads, one image by one thread at a time. (libvips has one error text for
// the whole process: when several threads fail at once, a message may hold words of another's.)
//
// Loaders are chosen by the caller and never guessed by libvips; those that libvips does not trust with
// strange files are blocked, except PNM, which is its own small code, JPEG 2000 and OpenSlide, which callers
// ask for only when the content is of that kind. Nothing is cached between calls.
#ifndef CVIPS_H
#define CVIPS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  CV_OK = 0,
  CV_UNAVAILABLE, // libvips is not installed, too old, or built without this format
  CV_DAMAGED,     // the file can't be decoded
  CV_FAILED,      // anything else
} cv_status;

typedef enum { CV_PNG, CV_JPEG, CV_TIFF, CV_PNM, CV_JPEG2000, CV_WEBP, CV_SLIDE } cv_format;

// The element types in the order of libvips.
typedef enum {
  CV_UINT8 = 0,
  CV_INT8,
  CV_UINT16,
  CV_INT16,
  CV_UINT32,
  CV_INT32,
  CV_FLOAT32,
  CV_COMPLEX64,
  CV_FLOAT64,
  CV_COMPLEX128,
} cv_type;

// An opened file whose header is read. The caller closes it.
typedef struct cv_image cv_image;

typedef struct {
  int32_t width, height, bands;
  int32_t pages;       // images in the file, at least 1
  int32_t type;        // a cv_type
  int32_t has_alpha;   // whether the last band is an opacity
  int32_t is_rgb;      // whether the first three bands are colors
  int32_t is_cmyk;     // whether the first four bands are inks
  int32_t orientation; // EXIF: 1 for upright, to 8; pixels are as stored
  double x_resolution; // pixels a millimeter; 1 where the file says nothing
  double y_resolution;
} cv_info;

const char *cv_message(void);

// Which image of a file is opened; all zero for the first one, read from the top.
typedef struct {
  int32_t page;           // of a TIFF or an animated WebP
  int32_t level;          // of a slide, 0 for the finest
  const char *associated; // of a slide: the name of an associated image, NULL for the slide itself
  int32_t is_random;      // whether regions are read in any order; else rows are, once and from the top
} cv_choice;

// Reads the header. Damage that is met later makes the reading calls fail. Slides are opened by path only.
cv_status cv_open_file(const char *path, cv_format format, const cv_choice *choice, cv_image **out);
cv_status cv_open_memory(const void *bytes, size_t count, cv_format format, const cv_choice *choice,
                         cv_image **out);
void cv_close(cv_image *image);
void cv_get_info(const cv_image *image, cv_info *out);

// Decodes rows or a region, the bands of a pixel side by side. `capacity` is exactly the bytes of it.
cv_status cv_read_rows(cv_image *image, int32_t top, int32_t rows, void *out, size_t capacity);
cv_status cv_read_region(cv_image *image, int32_t left, int32_t top, int32_t width, int32_t height, void *out,
                         size_t capacity);

// Metadata as texts. `*names` has `*count` names and is released with cv_free_names, `*text` with cv_free.
cv_status cv_get_names(const cv_image *image, char ***names, int32_t *count);
void cv_free_names(char **names);
cv_status cv_get_text(const cv_image *image, const char *name, char **text);

// A file in memory that the caller releases with cv_free: PNG of 8 and 16 bits unsigned, without loss, with
// its resolution in pixels a millimeter; JPEG of 8 bits and 1 or 3 bands, with a quality of 1 to 100.
cv_status cv_encode(const void *pixels, int32_t width, int32_t height, int32_t bands, cv_type type,
                    cv_format format, double x_resolution, double y_resolution, int32_t quality, void **out,
                    size_t *count);
void cv_free(void *bytes);

#ifdef __cplusplus
}
#endif
#endif
