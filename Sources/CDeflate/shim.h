// libdeflate for whole buffers, zlib where a stream is needed; bzip2 beside them.
#include <bzlib.h>
#include <libdeflate.h>
#include <zlib.h>
