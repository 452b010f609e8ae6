// Everything that Swift sees of the kernels.
#ifndef CVOXELKERNELS_H
#define CVOXELKERNELS_H

#include "block_cache.h"
#include "convert_kernels.h"
#include "file_voxels.h"
#include "intensity_kernels.h"
#include "resample_kernels.h"
#include "shape_kernels.h"
#include "voxel_kernels.h"
#include "window_kernels.h"

#endif
