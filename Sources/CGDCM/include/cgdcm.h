// The contract between Swift and GDCM.
#ifndef CGDCM_H
#define CGDCM_H
#ifdef __cplusplus
extern "C" {
#endif
const char *cg_version(void);
#ifdef __cplusplus
}
#endif
#endif
