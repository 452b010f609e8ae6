#include "cgdcm.h"
#include <gdcmVersion.h>
const char *cg_version(void) { return gdcm::Version::GetVersion(); }
