// Reading a data set from a file or from memory.
#include "file.hpp"
#include "quiet.hpp"

#include <gdcmVersion.h>

#include <algorithm>
#include <fstream>
#include <string>

using cg::failed;
using cg::guarded;
using cg::pixel_allowance;

namespace {

// A stream over memory that somebody else owns.
class MemoryBuffer : public std::streambuf {
public:
  MemoryBuffer(const void *bytes, size_t count) {
    char *start = const_cast<char *>(static_cast<const char *>(bytes));
    setg(start, start, start + count);
  }

protected:
  pos_type seekoff(off_type offset, std::ios_base::seekdir from, std::ios_base::openmode) override {
    off_type base = from == std::ios_base::beg   ? 0
                    : from == std::ios_base::cur ? gptr() - eback()
                                                 : egptr() - eback();
    off_type target = base + offset;
    if (target < 0 || target > egptr() - eback())
      return pos_type(off_type(-1));
    setg(eback(), eback() + target, egptr());
    return pos_type(target);
  }
  pos_type seekpos(pos_type position, std::ios_base::openmode mode) override {
    return seekoff(off_type(position), std::ios_base::beg, mode);
  }
};

// A stream that knows whether a value was asked for of which only a part is there. GDCM fills up such values
// with zeros and says nothing.
template <typename Buffer> class Watched : public Buffer {
public:
  using Buffer::Buffer;
  bool is_cut = false;

protected:
  std::streamsize xsgetn(char *to, std::streamsize count) override {
    const std::streamsize got = Buffer::xsgetn(to, count);
    // At the end of a file GDCM asks for a tag, four bytes, in vain.
    is_cut = is_cut || (got < count && count > 4);
    return got;
  }
};

// How much of a file is read.
enum class Extent { header, image, whole };

template <typename Buffer> cg_status open_stream(Watched<Buffer> &buffer, Extent extent, cg_file **out) {
  cg::be_quiet();
  std::istream stream(&buffer);
  auto file = std::make_unique<cg_file>();
  stream.seekg(0, std::ios::end);
  file->size = size_t(std::max<std::streamoff>(stream.tellg(), 0));
  stream.seekg(0, std::ios::beg);
  // No element is longer than the file, unless the data set is deflated. GDCM's own tables are small.
  char head[512] = {};
  stream.read(head, sizeof head);
  stream.clear();
  stream.seekg(0, std::ios::beg);
  const bool is_deflated = std::string(head, sizeof head).find("1.2.840.10008.1.2.1.99") != std::string::npos;
  cg::inside.allocation_limit = is_deflated ? pixel_allowance(file->size) : file->size + (size_t(1) << 20);
  buffer.is_cut = false;
  if (extent == Extent::image) {
    auto image = std::make_unique<gdcm::ImageReader>();
    file->image = image.get();
    file->reader = std::move(image);
  } else {
    file->reader = std::make_unique<gdcm::Reader>();
  }
  file->reader->SetStream(stream);
  const bool is_read = extent == Extent::image   ? file->image->Read()
                       : extent == Extent::whole ? file->reader->Read()
                                                 : file->reader->ReadUpToTag(gdcm::Tag(0x7fe0, 0x0010));
  if (!is_read)
    return extent == Extent::image
               ? failed(CG_NO_IMAGE, "the pixels are missing, cut off or in a coding that is not known")
               : failed(CG_NOT_DICOM, "the data set is damaged or no DICOM");
  const gdcm::TransferSyntax syntax = file->reader->GetFile().GetHeader().GetDataSetTransferSyntax();
  const bool is_plain =
      !syntax.IsEncapsulated() && syntax != gdcm::TransferSyntax::DeflatedExplicitVRLittleEndian;
  if (extent != Extent::header && is_plain && buffer.is_cut)
    return failed(CG_NO_IMAGE, "the file is cut off in the midst of a value");
  *out = file.release();
  return CG_OK;
}

} // namespace

const char *cg_version(void) { return gdcm::Version::GetVersion(); }

static cg_status open_path(const char *path, Extent extent, cg_file **out) {
  // Outside of the guard: the file is closed even where a failed assertion leaves what is inside as it is.
  Watched<std::filebuf> buffer;
  return guarded(SIZE_MAX, [&] {
    if (!buffer.open(path, std::ios::in | std::ios::binary))
      return failed(CG_NOT_DICOM, "the file can't be opened");
    return open_stream(buffer, extent, out);
  });
}

static cg_status open_bytes(const void *bytes, size_t count, Extent extent, cg_file **out) {
  return guarded(SIZE_MAX, [&] {
    Watched<MemoryBuffer> buffer(bytes, count);
    return open_stream(buffer, extent, out);
  });
}

cg_status cg_open(const char *path, cg_file **out) { return open_path(path, Extent::header, out); }

cg_status cg_open_memory(const void *bytes, size_t count, cg_file **out) {
  return open_bytes(bytes, count, Extent::header, out);
}

cg_status cg_open_image(const char *path, cg_file **out) { return open_path(path, Extent::image, out); }

cg_status cg_open_image_memory(const void *bytes, size_t count, cg_file **out) {
  return open_bytes(bytes, count, Extent::image, out);
}

cg_status cg_open_whole_memory(const void *bytes, size_t count, cg_file **out) {
  return open_bytes(bytes, count, Extent::whole, out);
}

void cg_close(cg_file *file) { delete file; }
