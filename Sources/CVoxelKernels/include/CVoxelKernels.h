// Everything that Swift sees of the kernels.
#ifndef CVOXELKERNELS_H
#define CVOXELKERNELS_H

#include "convert_kernels.h"
#include "intensity_kernels.h"
#include "resample_kernels.h"
#include "shape_kernels.h"
#include "voxel_kernels.h"

#endif
