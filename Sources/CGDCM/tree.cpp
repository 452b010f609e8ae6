// Any element of a data set, by tag.
#include "file.hpp"

#include <gdcmDict.h>
#include <gdcmDicts.h>
#include <gdcmGlobal.h>
#include <gdcmSequenceOfItems.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

using cg::failed;
using cg::guarded;
using cg::pixel_allowance;

namespace {

constexpr int deepest = 32;

const gdcm::Tag pixel_data(0x7fe0, 0x0010);

// Two letters for what may be several representations: the one that keeps the bytes' width.
std::string letters(gdcm::VR vr) {
  switch (gdcm::VR::VRType(vr)) {
  case gdcm::VR::INVALID:
    return "UN";
  case gdcm::VR::US_SS:
  case gdcm::VR::US_SS_OW:
    return "US";
  case gdcm::VR::OB_OW:
  case gdcm::VR::US_OW:
    return "OW";
  default: {
    const char *name = gdcm::VR::GetVRString(vr);
    return name && std::strlen(name) == 2 ? name : "UN";
  }
  }
}

const gdcm::DictEntry *entry(gdcm::Tag tag) {
  if (tag.IsPrivate())
    return nullptr;
  static const gdcm::Dict &dictionary = gdcm::Global::GetInstance().GetDicts().GetPublicDict();
  const gdcm::DictEntry &found = dictionary.GetDictEntry(tag);
  return std::strcmp(found.GetName(), "") == 0 ? nullptr : &found;
}

gdcm::VR dictionary_vr(gdcm::Tag tag) {
  if (tag.GetElement() == 0)
    return gdcm::VR::UL;
  if (tag.IsPrivate())
    return tag.GetElement() >= 0x10 && tag.GetElement() <= 0xff ? gdcm::VR::LO : gdcm::VR::UN;
  const gdcm::DictEntry *known = entry(tag);
  return known ? known->GetVR() : gdcm::VR(gdcm::VR::UN);
}

struct Block {
  std::vector<uint8_t> bytes;

  void append(const void *from, size_t count) {
    const auto *start = static_cast<const uint8_t *>(from);
    bytes.insert(bytes.end(), start, start + count);
  }
  template <typename Number> void number(Number value) { append(&value, sizeof value); }
  void set(size_t at, uint32_t value) { std::memcpy(bytes.data() + at, &value, sizeof value); }
};

void append(const gdcm::DataSet &data, Block &block, int depth);

// Whether it was one.
bool append_sequence(const gdcm::DataElement &element, gdcm::VR vr, Block &block, int depth) {
  if (vr != gdcm::VR::SQ && !element.GetVL().IsUndefined())
    return false;
  const auto items = element.GetValueAsSQ();
  if (!items && !element.IsEmpty())
    return false;
  const size_t count = items ? items->GetNumberOfItems() : 0;
  if (depth >= deepest)
    throw std::runtime_error("sequences are nested too deep");
  block.append("SQ", 2);
  block.number(uint16_t(1));
  block.number(uint32_t(count));
  for (size_t i = 1; i <= count; i++)
    append(items->GetItem(i).GetNestedDataSet(), block, depth + 1);
  return true;
}

void append(const gdcm::DataElement &element, Block &block, int depth) {
  const gdcm::Tag tag = element.GetTag();
  gdcm::VR vr = element.GetVR();
  if (vr == gdcm::VR::INVALID || vr == gdcm::VR::UN)
    vr = dictionary_vr(tag);
  block.number(uint16_t(tag.GetGroup()));
  block.number(uint16_t(tag.GetElement()));
  if (append_sequence(element, vr, block, depth))
    return;
  const gdcm::ByteValue *value = element.GetByteValue();
  const size_t count = value && value->GetPointer() ? size_t(value->GetLength()) : 0;
  block.append(letters(vr).data(), 2);
  block.number(uint16_t(0));
  block.number(uint32_t(count));
  if (count > 0)
    block.append(value->GetPointer(), count);
}

void append(const gdcm::DataSet &data, Block &block, int depth) {
  const size_t at = block.bytes.size();
  block.number(uint32_t(0));
  uint32_t count = 0;
  for (const gdcm::DataElement &element : data.GetDES()) {
    if (element.GetTag() == pixel_data)
      continue;
    append(element, block, depth);
    count++;
  }
  block.set(at, count);
}

} // namespace

cg_status cg_get_tree(const cg_file *file, uint8_t **out, size_t *count) {
  return guarded(pixel_allowance(file->size), [&] {
    gdcm::DataSet all = file->reader->GetFile().GetHeader();
    for (const gdcm::DataElement &element : file->data().GetDES())
      if (element.GetTag() != pixel_data)
        all.Insert(element);
    Block block;
    append(all, block, 0);
    auto *copy = static_cast<uint8_t *>(std::malloc(block.bytes.size()));
    if (!copy)
      return failed(CG_OUT_OF_MEMORY, "there is not enough memory");
    std::memcpy(copy, block.bytes.data(), block.bytes.size());
    *out = copy;
    *count = block.bytes.size();
    return CG_OK;
  });
}

void cg_free(void *block) { std::free(block); }

cg_status cg_get_raw_pixels(const cg_file *file, const uint8_t **out, size_t *count) {
  return guarded(pixel_allowance(file->size), [&] {
    if (file->reader->GetFile().GetHeader().GetDataSetTransferSyntax().IsEncapsulated())
      return failed(CG_NO_IMAGE, "the pixels are compressed");
    const gdcm::ByteValue *value = file->data().FindDataElement(pixel_data)
                                       ? file->data().GetDataElement(pixel_data).GetByteValue()
                                       : nullptr;
    if (!value || !value->GetPointer())
      return failed(CG_NO_IMAGE, "there are no pixels");
    *out = reinterpret_cast<const uint8_t *>(value->GetPointer());
    *count = value->GetLength();
    return CG_OK;
  });
}

void cg_look_up(uint16_t group, uint16_t element, char vr[3], char *keyword, size_t capacity) {
  vr[0] = 0;
  if (capacity > 0)
    keyword[0] = 0;
  guarded(SIZE_MAX, [&] {
    cg::load_dictionaries();
    const gdcm::Tag tag(group, element);
    const gdcm::DictEntry *known = entry(tag);
    if (!known)
      return CG_OK;
    std::memcpy(vr, letters(known->GetVR()).c_str(), 3);
    const char *name = known->GetKeyword();
    if (name && capacity > 0) {
      const size_t length = std::min(std::strlen(name), capacity - 1);
      std::memcpy(keyword, name, length);
      keyword[length] = 0;
    }
    return CG_OK;
  });
}
