// Hot loops over voxels, dispatched at run time to the machine's SIMD.
//
// All arrays are dense with the first axis fastest. Pointers never overlap unless a function says so. No
// function allocates, throws or keeps a pointer.
#ifndef VOXEL_KERNELS_H
#define VOXEL_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Name of the instruction set that the kernels run with on this machine: "avx512", "avx2", "neon",
// "baseline".
const char *vk_instruction_set(void);

#ifdef __cplusplus
}
#endif

#endif
