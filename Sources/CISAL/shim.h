// ISA-L's fast Deflate as one function: its stream is a struct of 80 KiB that Swift need not know.
#ifndef CISAL_SHIM_H
#define CISAL_SHIM_H

#include <isa-l/igzip_lib.h>
#include <stdlib.h>

// Compresses to a raw Deflate stream (RFC 1951) at ISA-L's level 1.
// Returns its length; 0 when `capacity` is too small or there is no memory.
static inline size_t ci_deflate(const void *bytes, size_t count, void *out, size_t capacity) {
  const uint32_t piece = 1u << 30;
  struct isal_zstream *stream = (struct isal_zstream *)malloc(sizeof *stream);
  uint8_t *level_buffer = (uint8_t *)malloc(ISAL_DEF_LVL1_DEFAULT);
  size_t written = 0, read = 0;
  int finished = 0;
  if (stream && level_buffer) {
    isal_deflate_init(stream);
    stream->level = 1;
    stream->level_buf = level_buffer;
    stream->level_buf_size = ISAL_DEF_LVL1_DEFAULT;
    stream->gzip_flag = IGZIP_DEFLATE;
    while (!finished) {
      const uint32_t in = count - read < piece ? (uint32_t)(count - read) : piece;
      const uint32_t room = capacity - written < piece ? (uint32_t)(capacity - written) : piece;
      stream->next_in = (uint8_t *)bytes + read;
      stream->avail_in = in;
      stream->end_of_stream = read + in == count;
      stream->next_out = (uint8_t *)out + written;
      stream->avail_out = room;
      if (room == 0 || isal_deflate(stream) != COMP_OK)
        break;
      read += in - stream->avail_in;
      written += room - stream->avail_out;
      finished = stream->internal_state.state == ZSTATE_END;
    }
  }
  free(level_buffer);
  free(stream);
  return finished ? written : 0;
}

#endif
