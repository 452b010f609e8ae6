// Keeping GDCM and its decoders from writing on standard error.
#ifndef CGDCM_QUIET_HPP
#define CGDCM_QUIET_HPP

namespace cg {

// Loads GDCM's dictionaries and turns its messages off; once, before anything is read.
void be_quiet();

} // namespace cg

#endif
