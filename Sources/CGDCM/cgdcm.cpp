#include "boundary.hpp"

#include <gdcmAttribute.h>
#include <gdcmImageReader.h>
#include <gdcmReader.h>
#include <gdcmSequenceOfItems.h>
#include <gdcmTrace.h>
#include <gdcmVersion.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <vector>

struct cg_file {
  std::unique_ptr<gdcm::Reader> reader;
  gdcm::ImageReader *image = nullptr; // the same object, where pixels were read
  size_t size = 0;
  const gdcm::DataSet &data() const { return reader->GetFile().GetDataSet(); }
};

using cg::failed;
using cg::guarded;

namespace {

// No coding of the standard shrinks pixels by a larger ratio (deflate's limit); small images may be constant.
size_t pixel_allowance(size_t file_size) {
  constexpr size_t least = size_t(64) << 20;
  return file_size > (SIZE_MAX - least) / 1032 ? SIZE_MAX : least + file_size * 1032;
}

// GDCM must not write on standard error. (Its tables are built when the library is loaded.)
void prepare() {
  static std::once_flag once;
  std::call_once(once, [] {
    gdcm::Trace::WarningOff();
    gdcm::Trace::ErrorOff();
    gdcm::Trace::DebugOff();
  });
}

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

template <typename Buffer> cg_status open_stream(Watched<Buffer> &buffer, bool with_pixels, cg_file **out) {
  prepare();
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
  if (with_pixels) {
    auto image = std::make_unique<gdcm::ImageReader>();
    file->image = image.get();
    file->reader = std::move(image);
  } else {
    file->reader = std::make_unique<gdcm::Reader>();
  }
  file->reader->SetStream(stream);
  if (with_pixels ? !file->image->Read() : !file->reader->ReadUpToTag(gdcm::Tag(0x7fe0, 0x0010)))
    return with_pixels
               ? failed(CG_NO_IMAGE, "the pixels are missing, cut off or in a coding that is not known")
               : failed(CG_NOT_DICOM, "the data set is damaged or no DICOM");
  const gdcm::TransferSyntax syntax = file->reader->GetFile().GetHeader().GetDataSetTransferSyntax();
  const bool is_plain =
      !syntax.IsEncapsulated() && syntax != gdcm::TransferSyntax::DeflatedExplicitVRLittleEndian;
  if (with_pixels && is_plain && buffer.is_cut)
    return failed(CG_NO_IMAGE, "the file is cut off in the midst of a value");
  *out = file.release();
  return CG_OK;
}

std::string text(const gdcm::DataSet &data, gdcm::Tag tag) {
  if (!data.FindDataElement(tag))
    return {};
  const gdcm::ByteValue *value = data.GetDataElement(tag).GetByteValue();
  if (!value || !value->GetPointer())
    return {};
  std::string result(value->GetPointer(), value->GetLength());
  result.resize(std::strlen(result.c_str()));
  while (!result.empty() && result.back() == ' ')
    result.pop_back();
  return result;
}

// Decimal strings, separated by backslashes; empty unless there are at least `count`, all finite.
std::vector<double> numbers(const gdcm::DataSet &data, gdcm::Tag tag, size_t count) {
  std::string list = text(data, tag);
  std::vector<double> result;
  const char *at = list.c_str();
  while (*at && result.size() < count) {
    char *end = nullptr;
    double value = std::strtod(at, &end);
    if (end == at || !std::isfinite(value))
      return {};
    result.push_back(value);
    at = std::strchr(end, '\\');
    if (!at)
      break;
    at++;
  }
  if (result.size() < count)
    result.clear();
  return result;
}

int32_t integer(const gdcm::DataSet &data, gdcm::Tag tag) {
  auto list = numbers(data, tag, 1);
  return list.empty() || std::fabs(list[0]) > 2e9 ? 0 : int32_t(list[0]);
}

template <uint16_t Group, uint16_t Element>
int32_t unsigned_short(const gdcm::DataSet &data, int32_t absent) {
  const gdcm::Tag tag(Group, Element);
  if (!data.FindDataElement(tag))
    return absent;
  const gdcm::ByteValue *value = data.GetDataElement(tag).GetByteValue();
  if (!value || value->GetLength() < 2)
    return absent;
  uint16_t number;
  std::memcpy(&number, value->GetPointer(), 2);
  return number;
}

// Reads what the data set (top level, or the item of a functional group) says of a frame.
void read_frame(const gdcm::DataSet &data, cg_frame &frame) {
  auto copy = [&](gdcm::Tag tag, double *to, size_t count, int32_t &has) {
    auto list = numbers(data, tag, count);
    if (list.empty())
      return;
    std::copy(list.begin(), list.end(), to);
    has = 1;
  };
  copy(gdcm::Tag(0x0020, 0x0032), frame.position, 3, frame.has_position);
  copy(gdcm::Tag(0x0020, 0x0037), frame.orientation, 6, frame.has_orientation);
  if (!frame.has_spacing)
    copy(gdcm::Tag(0x0018, 0x1164), frame.spacing, 2, frame.has_spacing); // at the detector: better than none
  copy(gdcm::Tag(0x0028, 0x0030), frame.spacing, 2, frame.has_spacing);
  int32_t found = 0;
  copy(gdcm::Tag(0x0018, 0x0050), &frame.distance, 1, found);
  copy(gdcm::Tag(0x0018, 0x0088), &frame.distance, 1, found);
  auto slope = numbers(data, gdcm::Tag(0x0028, 0x1053), 1),
       intercept = numbers(data, gdcm::Tag(0x0028, 0x1052), 1);
  if (slope.empty())
    slope = numbers(data, gdcm::Tag(0x3004, 0x000e), 1); // of dose grids
  if (!slope.empty() && slope[0] != 0)
    frame.slope = slope[0];
  if (!intercept.empty())
    frame.intercept = intercept[0];
}

gdcm::SmartPointer<gdcm::SequenceOfItems> sequence(const gdcm::DataSet &data, gdcm::Tag tag) {
  if (!data.FindDataElement(tag))
    return nullptr;
  return data.GetDataElement(tag).GetValueAsSQ();
}

// The macros of an enhanced image's functional groups that say where a frame lies and how it is rescaled.
void read_groups(const gdcm::DataSet &groups, cg_frame &frame) {
  const gdcm::Tag macros[] = {{0x0020, 0x9113}, {0x0020, 0x9116}, {0x0028, 0x9110}, {0x0028, 0x9145}};
  for (const gdcm::Tag &tag : macros)
    if (auto items = sequence(groups, tag))
      if (items->GetNumberOfItems() > 0)
        read_frame(items->GetItem(1).GetNestedDataSet(), frame);
}

// What the pixels become by decoding, and the guard against claims that the file can't hold.
cg_status describe(const cg_file *file, cg_pixels &pixels) {
  if (!file->image)
    return failed(CG_NO_IMAGE, "the pixels were not read");
  const gdcm::Image &image = file->image->GetImage();
  const gdcm::PixelFormat &format = image.GetPixelFormat();
  pixels = {};
  pixels.columns = int32_t(image.GetDimension(0));
  pixels.rows = int32_t(image.GetDimension(1));
  pixels.frames = image.GetNumberOfDimensions() > 2 ? int32_t(image.GetDimension(2)) : 1;
  if (pixels.columns <= 0 || pixels.rows <= 0 || pixels.frames <= 0)
    return failed(CG_NO_IMAGE, "an axis has no pixels");
  pixels.samples = format.GetSamplesPerPixel();
  pixels.stored_bits = format.GetBitsStored();
  pixels.high_bit = format.GetHighBit();
  switch (format.GetScalarType()) {
  case gdcm::PixelFormat::UINT8:
  case gdcm::PixelFormat::INT8:
    pixels.bits = 8;
    break;
  case gdcm::PixelFormat::UINT12:
  case gdcm::PixelFormat::INT12:
  case gdcm::PixelFormat::UINT16:
  case gdcm::PixelFormat::INT16:
    pixels.bits = 16;
    break;
  case gdcm::PixelFormat::UINT32:
  case gdcm::PixelFormat::INT32:
    pixels.bits = 32;
    break;
  case gdcm::PixelFormat::FLOAT32:
    pixels.bits = 32;
    pixels.is_float = 1;
    break;
  case gdcm::PixelFormat::FLOAT64:
    pixels.bits = 64;
    pixels.is_float = 1;
    break;
  default:
    return failed(CG_NO_IMAGE, "the pixel type is not known");
  }
  pixels.is_signed = !pixels.is_float && format.GetPixelRepresentation();
  const auto photometric = image.GetPhotometricInterpretation();
  pixels.is_inverted = photometric == gdcm::PhotometricInterpretation::MONOCHROME1;
  // GDCM 3.0 decodes these to wrong values.
  const gdcm::TransferSyntax syntax = file->reader->GetFile().GetHeader().GetDataSetTransferSyntax();
  if (syntax == gdcm::TransferSyntax::RLELossless && pixels.samples > 1 && pixels.bits > 8)
    return failed(CG_NO_IMAGE, "colors of more than 8 bits in RLE coding are not supported");
  if (syntax == gdcm::TransferSyntax::ExplicitVRBigEndian && pixels.bits > 16)
    return failed(CG_NO_IMAGE, "big-endian pixels of more than 16 bits are not supported");
  if (pixels.samples != 1 && pixels.samples != 3)
    return failed(CG_NO_IMAGE, "pixels have neither one sample nor three");
  const double claimed =
      double(pixels.columns) * pixels.rows * pixels.frames * pixels.samples * (pixels.bits / 8);
  if (claimed > double(pixel_allowance(file->size)))
    return failed(CG_TOO_LARGE, "the header claims more pixels than the file can hold");
  return CG_OK;
}

// YBR_FULL to RGB (DICOM PS3.3 C.7.6.3.1.2), in place.
void to_rgb(uint8_t *pixels, size_t count) {
  auto clamp = [](double value) { return uint8_t(std::min(255.0, std::max(0.0, std::nearbyint(value)))); };
  for (size_t i = 0; i < count; i++, pixels += 3) {
    const double y = pixels[0], b = pixels[1] - 128.0, r = pixels[2] - 128.0;
    pixels[0] = clamp(y + 1.402 * r);
    pixels[1] = clamp(y - 0.344136 * b - 0.714136 * r);
    pixels[2] = clamp(y + 1.772 * b);
  }
}

} // namespace

const char *cg_version(void) { return gdcm::Version::GetVersion(); }

static cg_status open_path(const char *path, bool with_pixels, cg_file **out) {
  // Outside of the guard: the file is closed even where a failed assertion leaves what is inside as it is.
  Watched<std::filebuf> buffer;
  return guarded(SIZE_MAX, [&] {
    if (!buffer.open(path, std::ios::in | std::ios::binary))
      return failed(CG_NOT_DICOM, "the file can't be opened");
    return open_stream(buffer, with_pixels, out);
  });
}

static cg_status open_bytes(const void *bytes, size_t count, bool with_pixels, cg_file **out) {
  return guarded(SIZE_MAX, [&] {
    Watched<MemoryBuffer> buffer(bytes, count);
    return open_stream(buffer, with_pixels, out);
  });
}

cg_status cg_open(const char *path, cg_file **out) { return open_path(path, false, out); }

cg_status cg_open_memory(const void *bytes, size_t count, cg_file **out) {
  return open_bytes(bytes, count, false, out);
}

cg_status cg_open_image(const char *path, cg_file **out) { return open_path(path, true, out); }

cg_status cg_open_image_memory(const void *bytes, size_t count, cg_file **out) {
  return open_bytes(bytes, count, true, out);
}

void cg_close(cg_file *file) { delete file; }

cg_status cg_get_facts(const cg_file *file, cg_facts *out) {
  return guarded(pixel_allowance(file->size), [&] {
    const gdcm::DataSet &data = file->data();
    cg_facts facts = {};
    facts.rows = unsigned_short<0x0028, 0x0010>(data, 0);
    facts.columns = unsigned_short<0x0028, 0x0011>(data, 0);
    facts.samples = unsigned_short<0x0028, 0x0002>(data, 1);
    facts.bits_allocated = unsigned_short<0x0028, 0x0100>(data, 0);
    facts.bits_stored = unsigned_short<0x0028, 0x0101>(data, facts.bits_allocated);
    facts.high_bit = unsigned_short<0x0028, 0x0102>(data, facts.bits_stored - 1);
    facts.is_signed = unsigned_short<0x0028, 0x0103>(data, 0) == 1;
    const std::string frames = text(data, gdcm::Tag(0x0028, 0x0008));
    if (frames.find_first_not_of("0123456789 +") != std::string::npos)
      return failed(CG_NOT_DICOM, "the number of frames is no number");
    facts.frames = std::max(1, integer(data, gdcm::Tag(0x0028, 0x0008)));
    facts.acquisition = integer(data, gdcm::Tag(0x0020, 0x0012));
    facts.instance = integer(data, gdcm::Tag(0x0020, 0x0013));
    *out = facts;
    return CG_OK;
  });
}

cg_status cg_get_frame(const cg_file *file, int32_t index, cg_frame *out) {
  return guarded(pixel_allowance(file->size), [&] {
    cg_frame frame = {};
    frame.slope = 1;
    read_frame(file->data(), frame);
    if (auto shared = sequence(file->data(), gdcm::Tag(0x5200, 0x9229)))
      if (shared->GetNumberOfItems() > 0)
        read_groups(shared->GetItem(1).GetNestedDataSet(), frame);
    if (auto each = sequence(file->data(), gdcm::Tag(0x5200, 0x9230)))
      if (index >= 0 && size_t(index) < each->GetNumberOfItems())
        read_groups(each->GetItem(size_t(index) + 1).GetNestedDataSet(), frame);
    // Dose grids give one position and the frames' distances from it along the normal.
    const auto offsets = numbers(file->data(), gdcm::Tag(0x3004, 0x000c), size_t(std::max(0, index)) + 1);
    if (!offsets.empty() && frame.has_position && frame.has_orientation) {
      const double *a = frame.orientation, *b = frame.orientation + 3,
                   distance = offsets.back() - offsets.front();
      frame.position[0] += distance * (a[1] * b[2] - a[2] * b[1]);
      frame.position[1] += distance * (a[2] * b[0] - a[0] * b[2]);
      frame.position[2] += distance * (a[0] * b[1] - a[1] * b[0]);
    }
    *out = frame;
    return CG_OK;
  });
}

cg_status cg_get_text(const cg_file *file, uint16_t group, uint16_t element, char *out, size_t capacity) {
  return guarded(pixel_allowance(file->size), [&] {
    const gdcm::Tag tag(group, element);
    std::string value;
    if (tag == gdcm::Tag(0x0002, 0x0010))
      value =
          gdcm::TransferSyntax::GetTSString(file->reader->GetFile().GetHeader().GetDataSetTransferSyntax());
    else
      value = text(file->data(), tag);
    if (capacity == 0)
      return CG_OK;
    const size_t count = std::min(value.size(), capacity - 1);
    std::memcpy(out, value.data(), count);
    out[count] = 0;
    return CG_OK;
  });
}

cg_status cg_get_pixels(const cg_file *file, cg_pixels *out) {
  return guarded(pixel_allowance(file->size), [&] {
    cg_pixels pixels;
    const cg_status status = describe(file, pixels);
    if (status == CG_OK)
      *out = pixels;
    return status;
  });
}

cg_status cg_decode(cg_file *file, void *out, size_t capacity) {
  return guarded(pixel_allowance(file->size), [&] {
    cg_pixels pixels;
    if (const cg_status status = describe(file, pixels); status != CG_OK)
      return status;
    const size_t count = size_t(pixels.columns) * size_t(pixels.rows) * size_t(pixels.frames);
    const size_t bytes = count * size_t(pixels.samples) * size_t(pixels.bits / 8);
    if (bytes > capacity)
      return failed(CG_TOO_LARGE, "the pixels don't fit the memory given for them");
    const gdcm::Image *image = &file->image->GetImage();
    if (image->GetBufferLength() != bytes)
      return failed(CG_NO_IMAGE, "the pixels take another number of bytes than the header says");
    // GDCM reads as many bytes as the header claims, whether they are there or not.
    if (!file->reader->GetFile().GetHeader().GetDataSetTransferSyntax().IsEncapsulated()) {
      const gdcm::Tag tag(0x7fe0, 0x0010);
      const gdcm::ByteValue *value =
          file->data().FindDataElement(tag) ? file->data().GetDataElement(tag).GetByteValue() : nullptr;
      // Packed 12-bit pixels, and colors whose differences are stored for every second pixel.
      const bool is_packed = image->GetPixelFormat().GetBitsAllocated() == 12;
      const bool is_halved =
          image->GetPhotometricInterpretation() == gdcm::PhotometricInterpretation::YBR_FULL_422;
      const size_t needed = is_packed ? bytes / 4 * 3 : is_halved ? bytes / 3 * 2 : bytes;
      if (!value || value->GetLength() < needed)
        return failed(CG_NO_IMAGE, "the pixels are cut off: fewer bytes than the header says");
    }
    if (!image->GetBuffer(static_cast<char *>(out)))
      return failed(CG_NO_IMAGE, "the pixels are damaged, cut off or in a coding that is not known");
    const auto photometric = image->GetPhotometricInterpretation();
    if (pixels.samples == 3 && image->GetPlanarConfiguration() == 1) {
      std::vector<char> planes(static_cast<char *>(out), static_cast<char *>(out) + bytes);
      const size_t width = size_t(pixels.bits / 8), frame = size_t(pixels.columns) * size_t(pixels.rows);
      for (size_t f = 0; f < size_t(pixels.frames); f++)
        for (size_t i = 0; i < frame; i++)
          for (size_t c = 0; c < 3; c++)
            std::memcpy(static_cast<char *>(out) + ((f * frame + i) * 3 + c) * width,
                        planes.data() + ((f * 3 + c) * frame + i) * width, width);
    }
    if (pixels.samples == 3 && pixels.bits == 8 &&
        (photometric == gdcm::PhotometricInterpretation::YBR_FULL ||
         photometric == gdcm::PhotometricInterpretation::YBR_FULL_422))
      to_rgb(static_cast<uint8_t *>(out), count);
    return CG_OK;
  });
}
