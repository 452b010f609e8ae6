// The contract between Swift and GDCM.
//
// Every function returns CG_OK or a status, never lets a C++ exception out, and keeps no pointer that it was
// given. After a failure `cg_message()` says why; it belongs to the calling thread and holds until its next
// call. Output arguments are written only on success. Different threads may call at once.
#ifndef CGDCM_H
#define CGDCM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  CG_OK = 0,
  CG_NOT_DICOM,     // GDCM failed an assertion, or threw
  CG_NO_IMAGE,      // pixels that can't be decoded
  CG_TOO_LARGE,     // more bytes are claimed than there can be
  CG_OUT_OF_MEMORY, // the machine has no memory for it
} cg_status;

const char *cg_message(void);

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
