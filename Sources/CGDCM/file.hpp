// A data set that was read, shared by the functions about its elements and its pixels.
#ifndef CGDCM_FILE_HPP
#define CGDCM_FILE_HPP

#include "boundary.hpp"

#include <gdcmImageReader.h>
#include <gdcmReader.h>

#include <memory>

struct cg_file {
  std::unique_ptr<gdcm::Reader> reader;
  gdcm::ImageReader *image = nullptr; // the same object, where pixels were read
  size_t size = 0;
  const gdcm::DataSet &data() const { return reader->GetFile().GetDataSet(); }
};

namespace cg {

// No coding of the standard shrinks pixels by a larger ratio (deflate's limit); small images may be constant.
inline size_t pixel_allowance(size_t file_size) {
  constexpr size_t least = size_t(64) << 20;
  return file_size > (SIZE_MAX - least) / 1032 ? SIZE_MAX : least + file_size * 1032;
}

} // namespace cg

#endif
