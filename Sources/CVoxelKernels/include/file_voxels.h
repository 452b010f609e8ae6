// Voxels as files hold them: either byte order, no alignment, components of a voxel side by side.
//
// Types are those of convert_kernels.h. Destinations are aligned to their type; nothing overlaps.
#ifndef FILE_VOXELS_H
#define FILE_VOXELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// A copy of `count` elements of `width` bytes (1, 2, 4 or 8), the byte order of each reversed.
void vk_swap_copy(const void *source, size_t width, size_t count, void *destination);

// Element c of each group of `components` goes to destination[c * plane + i]; `width` bytes an element.
void vk_deinterleave(const void *source, size_t width, size_t components, size_t count, void *destination,
                     size_t plane);

// The reverse.
void vk_interleave(const void *source, size_t width, size_t components, size_t count, void *destination,
                   size_t plane);

// destination[i] = source[i] * slope + intercept where that is a whole number from 0 to 65535. Returns the
// index of the first that is not, or `count`; values after it are not converted.
size_t vk_to_labels(const void *source, int32_t type, size_t count, double slope, double intercept,
                    uint16_t *destination);

#ifdef __cplusplus
}
#endif

#endif
