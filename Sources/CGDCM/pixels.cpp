// Decoding pixels.
#include "file.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

using cg::failed;
using cg::guarded;
using cg::pixel_allowance;

namespace {

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
