// Bounding boxes.
#include "dispatch.h"
#include "intensity_kernels.h"

#define BOX(NAME, TYPE)                                                                                      \
  static VK_INLINE int NAME(const TYPE *slice, int64_t nx, int64_t ny, TYPE threshold, int64_t box[4]) {     \
    int found = 0;                                                                                           \
    for (int64_t j = 0; j < ny; j++) {                                                                       \
      const TYPE *restrict row = slice + j * nx;                                                             \
      int any = 0;                                                                                           \
      for (int64_t i = 0; i < nx; i++)                                                                       \
        any |= row[i] > threshold;                                                                           \
      if (!any)                                                                                              \
        continue;                                                                                            \
      found = 1;                                                                                             \
      box[1] = j < box[1] ? j : box[1];                                                                      \
      box[3] = j + 1 > box[3] ? j + 1 : box[3];                                                              \
      for (int64_t i = 0; i < box[0] && i < nx; i++)                                                         \
        if (row[i] > threshold)                                                                              \
          box[0] = i;                                                                                        \
      for (int64_t i = nx; i > box[2]; i--)                                                                  \
        if (row[i - 1] > threshold) {                                                                        \
          box[2] = i;                                                                                        \
          break;                                                                                             \
        }                                                                                                    \
    }                                                                                                        \
    return found;                                                                                            \
  }

BOX(box_f32, float)
BOX(box_u16, uint16_t)
BOX(box_u8, uint8_t)

VK_MULTIVERSION
int vk_box_f32(const float *slice, int64_t nx, int64_t ny, float threshold, int64_t box[4]) {
  return box_f32(slice, nx, ny, threshold, box);
}

VK_MULTIVERSION
int vk_box_u16(const uint16_t *slice, int64_t nx, int64_t ny, uint16_t threshold, int64_t box[4]) {
  return box_u16(slice, nx, ny, threshold, box);
}

VK_MULTIVERSION
int vk_box_u8(const uint8_t *slice, int64_t nx, int64_t ny, uint8_t threshold, int64_t box[4]) {
  return box_u8(slice, nx, ny, threshold, box);
}
