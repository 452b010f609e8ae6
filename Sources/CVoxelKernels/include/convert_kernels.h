// Conversions between voxel types.
#ifndef VOXEL_CONVERT_KERNELS_H
#define VOXEL_CONVERT_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum vk_type { VK_U8, VK_I8, VK_U16, VK_I16, VK_U32, VK_I32, VK_U64, VK_I64, VK_F32, VK_F64 };

// out = slope · in + intercept, computed in double, rounded once. The input needs no alignment; `swapped`
// says that it has the byte order that this machine has not.
void vk_to_f32(const void *in, int32_t type, int32_t swapped, int64_t count, double slope, double intercept,
               float *out);
// out = slope · in + intercept toward any type: rounded half to even, saturated; NaN is 0 in integer types.
void vk_from_f32(const float *in, int64_t count, double slope, double intercept, int32_t type, void *out);

#ifdef __cplusplus
}
#endif

#endif
