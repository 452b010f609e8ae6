// libdeflate for whole buffers, zlib where a stream is needed.
#include <libdeflate.h>
#include <zlib.h>
