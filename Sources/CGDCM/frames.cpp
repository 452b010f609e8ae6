// Decoding streams of the JPEG family, one frame at a time.
#include "boundary.hpp"
#include "quiet.hpp"

#include <gdcmFragment.h>
#include <gdcmImage.h>
#include <gdcmSequenceOfFragments.h>

#include <algorithm>

using cg::failed;
using cg::guarded;

namespace {

gdcm::PhotometricInterpretation::PIType photometric(cg_colors colors) {
  switch (colors) {
  case CG_RGB:
    return gdcm::PhotometricInterpretation::RGB;
  case CG_YBR_FULL:
    return gdcm::PhotometricInterpretation::YBR_FULL;
  case CG_YBR_FULL_422:
    return gdcm::PhotometricInterpretation::YBR_FULL_422;
  case CG_YBR_RCT:
    return gdcm::PhotometricInterpretation::YBR_RCT;
  case CG_YBR_ICT:
    return gdcm::PhotometricInterpretation::YBR_ICT;
  case CG_GRAY:
    break;
  }
  return gdcm::PhotometricInterpretation::MONOCHROME2;
}

gdcm::TransferSyntax::TSType syntax(cg_family family) {
  switch (family) {
  case CG_JPEG_LOSSLESS:
    return gdcm::TransferSyntax::JPEGLosslessProcess14_1;
  case CG_JPEG_LS:
    return gdcm::TransferSyntax::JPEGLSNearLossless;
  case CG_JPEG_2000:
    return gdcm::TransferSyntax::JPEG2000;
  case CG_JPEG:
    break;
  }
  return gdcm::TransferSyntax::JPEGExtendedProcess2_4;
}

} // namespace

cg_status cg_decode_stream(cg_stream *stream, const void *bytes, size_t count, void *out, size_t capacity) {
  const size_t width = stream->precision > 16 ? 4 : stream->precision > 8 ? 2 : 1;
  const size_t needed = width * size_t(stream->columns) * size_t(stream->rows) * size_t(stream->samples);
  // What decoders take beside their output: copies of it and of the stream, and tables.
  const size_t limit = (size_t(64) << 20) + 16 * needed + 4 * count;
  cg::be_quiet();
  return guarded(limit, [&] {
    if (needed > capacity)
      return failed(CG_TOO_LARGE, "the pixels don't fit the memory given for them");
    if (count > UINT32_MAX - 1)
      return failed(CG_TOO_LARGE, "a frame takes more than four gigabytes");
    gdcm::Image image;
    image.SetNumberOfDimensions(2);
    image.SetDimension(0, unsigned(stream->columns));
    image.SetDimension(1, unsigned(stream->rows));
    gdcm::PixelFormat format(uint16_t(stream->samples), uint16_t(8 * width), uint16_t(stream->precision),
                             uint16_t(stream->precision - 1), uint16_t(stream->is_signed != 0));
    image.SetPixelFormat(format);
    image.SetPhotometricInterpretation(photometric(stream->colors));
    image.SetPlanarConfiguration(stream->samples > 1 && stream->is_planar ? 1 : 0);
    image.SetTransferSyntax(syntax(stream->family));
    gdcm::SmartPointer<gdcm::SequenceOfFragments> fragments = new gdcm::SequenceOfFragments;
    gdcm::Fragment fragment;
    fragment.SetByteValue(static_cast<const char *>(bytes), gdcm::VL(uint32_t(count)));
    fragments->AddFragment(fragment);
    gdcm::DataElement element(gdcm::Tag(0x7fe0, 0x0010));
    element.SetVR(gdcm::VR::OB);
    element.SetValue(*fragments);
    image.SetDataElement(element);
    if (image.GetBufferLength() != needed)
      return failed(CG_NO_IMAGE, "the stream's samples take another number of bytes than its header says");
    if (!image.GetBuffer(static_cast<char *>(out)))
      return failed(CG_NO_IMAGE, "the stream is damaged, cut off or of a kind that is not decoded");
    if (image.GetBufferLength() != needed)
      return failed(CG_NO_IMAGE, "the stream's samples take another number of bytes than its header says");
    // Decoders say what they found, and what they undid.
    switch (image.GetPhotometricInterpretation()) {
    case gdcm::PhotometricInterpretation::YBR_FULL:
    case gdcm::PhotometricInterpretation::YBR_FULL_422:
      stream->colors = CG_YBR_FULL;
      break;
    default:
      stream->colors = stream->samples > 1 ? CG_RGB : CG_GRAY;
    }
    stream->is_planar = stream->samples > 1 && image.GetPlanarConfiguration() == 1;
    return CG_OK;
  });
}
