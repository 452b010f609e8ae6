// What the elements of a data set say of the image and of its frames.
#include "file.hpp"

#include <gdcmSequenceOfItems.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

using cg::failed;
using cg::guarded;
using cg::pixel_allowance;

namespace {

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

} // namespace

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
