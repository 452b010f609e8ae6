// The contract between Swift and GDCM.
//
// Every function returns CG_OK or a status, never lets a C++ exception out, and keeps no pointer that it was
// given. After a failure `cg_message()` says why; it belongs to the calling thread and holds until its next
// call. Output arguments are written only on success. Different files may be used by different threads.
#ifndef CGDCM_H
#define CGDCM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  CG_OK = 0,
  CG_NOT_DICOM,     // the bytes are no DICOM data set, or a damaged one
  CG_NO_IMAGE,      // a data set without an image, or pixels that GDCM can't decode
  CG_TOO_LARGE,     // more bytes are claimed than there can be
  CG_OUT_OF_MEMORY, // the machine has no memory for it
} cg_status;

// A parsed data set. The caller closes it.
typedef struct cg_file cg_file;

// The element type of decoded pixels.
typedef struct {
  int32_t bits;      // 8, 16, 32 or 64
  int32_t is_signed; // of integers
  int32_t is_float;
  int32_t samples; // components side by side: 1 or 3
  int32_t columns, rows, frames;
  int32_t stored_bits, high_bit; // of integers
  int32_t is_inverted;           // MONOCHROME1: low values are bright
} cg_pixels;

const char *cg_version(void);
const char *cg_message(void);

// Reads everything before the pixels. `path` is for the file system's encoding.
cg_status cg_open(const char *path, cg_file **out);
cg_status cg_open_memory(const void *bytes, size_t count, cg_file **out);
// Reads the pixels too; decoding waits for cg_decode.
cg_status cg_open_image(const char *path, cg_file **out);
cg_status cg_open_image_memory(const void *bytes, size_t count, cg_file **out);
void cg_close(cg_file *file);

// The files of cg_open_image only.
cg_status cg_get_pixels(const cg_file *file, cg_pixels *out);
// Decodes all frames: `capacity` is at least bits / 8 · samples · columns · rows · frames.
cg_status cg_decode(cg_file *file, void *out, size_t capacity);

// Any element, by tag: for segmentations, contours, reports and the like.

// Reads the pixels' bytes too, as they are stored, whatever they are.
cg_status cg_open_whole_memory(const void *bytes, size_t count, cg_file **out);
// The elements before the pixels, those of the file's head first, in one block that the caller frees with
// cg_free. It is in this machine's byte order, without padding: a 32-bit count of elements, then for each
//   group and element, 16 bits each; two letters, the value representation; 16 bits, 1 for a sequence, else
//   0; a 32-bit count of bytes, and those; or of items, and each of these a block like the whole.
cg_status cg_get_tree(const cg_file *file, uint8_t **out, size_t *count);
void cg_free(void *block);
// The bytes of pixels that are not compressed: the file's own until it is closed.
cg_status cg_get_raw_pixels(const cg_file *file, const uint8_t **out, size_t *count);

// What the standard's dictionary says of a tag: two letters and a keyword, zero-terminated; empty where it
// has none.
void cg_look_up(uint16_t group, uint16_t element, char vr[3], char *keyword, size_t capacity);
// How a stream of the JPEG family is decoded.
typedef enum { CG_JPEG = 0, CG_JPEG_LOSSLESS, CG_JPEG_LS, CG_JPEG_2000 } cg_family;

// What the samples of a pixel mean.
typedef enum { CG_GRAY = 0, CG_RGB, CG_YBR_FULL, CG_YBR_FULL_422, CG_YBR_ICT, CG_YBR_RCT } cg_colors;

// One frame's stream, by its own header.
typedef struct {
  cg_family family;
  cg_colors colors;      // in: as the data set has them; out: as decoded
  int32_t columns, rows; // above 0
  int32_t samples;       // 1 or 3
  int32_t precision;     // bits of a sample, 1 to 32
  int32_t is_signed;
  int32_t is_planar; // in: as the data set has it; out: whether samples lie plane by plane
} cg_stream;

// Decodes a stream to samples of 1, 2 or 4 bytes, the least that hold the precision. Different threads may
// decode at once.
cg_status cg_decode_stream(cg_stream *stream, const void *bytes, size_t count, void *out, size_t capacity);

// What the standard's dictionary says of a tag: two letters and a keyword, zero-terminated; empty where it
// has none.
void cg_look_up(uint16_t group, uint16_t element, char vr[3], char *keyword, size_t capacity);

#ifdef __cplusplus
}
#endif
#endif
