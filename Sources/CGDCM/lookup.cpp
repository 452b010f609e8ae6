// The standard's dictionary of elements.
#include "boundary.hpp"

#include <gdcmDict.h>
#include <gdcmDicts.h>
#include <gdcmGlobal.h>

#include <algorithm>
#include <cstring>

namespace {

// Two letters for what may be several representations: the one that keeps the bytes' width.
const char *letters(gdcm::VR vr) {
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

} // namespace

void cg_look_up(uint16_t group, uint16_t element, char vr[3], char *keyword, size_t capacity) {
  vr[0] = 0;
  if (capacity > 0)
    keyword[0] = 0;
  cg::guarded(SIZE_MAX, [&] {
    cg::load_dictionaries();
    const gdcm::Tag tag(group, element);
    static const gdcm::Dict &dictionary = gdcm::Global::GetInstance().GetDicts().GetPublicDict();
    const gdcm::DictEntry *entry = tag.IsPrivate() ? nullptr : &dictionary.GetDictEntry(tag);
    if (!entry || std::strcmp(entry->GetName(), "") == 0)
      return CG_OK;
    std::memcpy(vr, letters(entry->GetVR()), 3);
    const char *name = entry->GetKeyword();
    if (name && capacity > 0) {
      const size_t length = std::min(std::strlen(name), capacity - 1);
      std::memcpy(keyword, name, length);
      keyword[length] = 0;
    }
    return CG_OK;
  });
}
