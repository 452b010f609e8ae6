// Erosion and dilation, row by row: neighbours in y and z are combined first, then shifted along x.
#include "dispatch.h"
#include "shape_kernels.h"
#include <string.h>

#define COMBINE(A, B) (dilate ? (A) | (B) : (A) & (B))

// With 4 neighbours the third axis is left alone.
static VK_INLINE void morph(const uint8_t *mask, uint8_t *out, const int64_t size[3], int64_t k,
                            int32_t neighbours, uint8_t outside, uint8_t *scratch, int dilate) {
  const int64_t nx = size[0], ny = size[1], nz = size[2];
  // Rows to be shifted lie one byte into the scratch, with the outside on both ends.
  uint8_t *restrict wide = scratch + 32, *restrict narrow = scratch + nx + 64;
  for (int64_t j = 0; j < ny; j++) {
    const uint8_t *center = mask + nx * (j + ny * k);
    memcpy(wide, center, (size_t)nx);
    memset(narrow, dilate ? 0 : 1, (size_t)nx);
    for (int dz = -1; dz <= 1; dz++)
      for (int dy = -1; dy <= 1; dy++) {
        const int moves = (dy != 0) + (dz != 0);
        if (moves == 0 || (moves == 2 && neighbours == 6) || (neighbours == 4 && (dz != 0 || moves == 2)))
          continue;
        // A row `moves` steps away may be shifted when the neighbourhood allows one step more.
        const int shifted = neighbours == 26 || (neighbours == 18 && moves == 1);
        uint8_t *restrict into = shifted ? wide : narrow;
        if (j + dy < 0 || j + dy >= ny || k + dz < 0 || k + dz >= nz) {
          if (outside == dilate)
            memset(into, outside, (size_t)nx);
          continue;
        }
        const uint8_t *restrict row = center + nx * (dy + ny * dz);
        for (int64_t i = 0; i < nx; i++)
          into[i] = COMBINE(into[i], row[i]);
      }
    wide[-1] = outside;
    wide[nx] = outside;
    uint8_t *restrict to = out + nx * (j + ny * k);
    for (int64_t i = 0; i < nx; i++)
      to[i] = COMBINE(COMBINE(wide[i - 1], wide[i]), COMBINE(wide[i + 1], narrow[i]));
  }
}

VK_MULTIVERSION
void vk_erode_u8(const uint8_t *mask, uint8_t *out, const int64_t size[3], int64_t k, int32_t neighbours,
                 uint8_t outside, uint8_t *scratch) {
  morph(mask, out, size, k, neighbours, outside, scratch, 0);
}

VK_MULTIVERSION
void vk_dilate_u8(const uint8_t *mask, uint8_t *out, const int64_t size[3], int64_t k, int32_t neighbours,
                  uint8_t outside, uint8_t *scratch) {
  morph(mask, out, size, k, neighbours, outside, scratch, 1);
}

VK_MULTIVERSION
void vk_equal_u16(const uint16_t *restrict labels, int64_t count, uint16_t label, uint8_t *restrict out) {
  for (int64_t i = 0; i < count; i++)
    out[i] = labels[i] == label;
}

VK_MULTIVERSION
void vk_equal_box_u16(const uint16_t *labels, const int64_t size[3], const int64_t lower[3],
                      const int64_t box[3], int64_t k, uint16_t label, uint8_t *out) {
  for (int64_t j = 0; j < box[1]; j++) {
    const uint16_t *restrict from = labels + lower[0] + size[0] * (lower[1] + j + size[1] * (lower[2] + k));
    uint8_t *restrict to = out + box[0] * (j + box[1] * k);
    for (int64_t i = 0; i < box[0]; i++)
      to[i] = from[i] == label;
  }
}

VK_MULTIVERSION
void vk_remove_inner_u8(const uint8_t *restrict mask, uint8_t *restrict inner, int64_t count) {
  for (int64_t i = 0; i < count; i++)
    inner[i] = mask[i] & (inner[i] ^ 1);
}

VK_MULTIVERSION
uint16_t vk_maximum_u16(const uint16_t *restrict labels, int64_t count) {
  uint16_t largest = 0;
  for (int64_t i = 0; i < count; i++)
    largest = labels[i] > largest ? labels[i] : largest;
  return largest;
}

VK_MULTIVERSION
int64_t vk_count_set_u8(const uint8_t *mask, int64_t count) {
  int64_t total = 0;
  for (int64_t i = 0; i < count; i++)
    total += mask[i] != 0;
  return total;
}

int64_t vk_collect_set_u8(const uint8_t *mask, int64_t count, int32_t first, int32_t *out) {
  int64_t found = 0;
  for (int64_t i = 0; i < count;) {
    uint64_t eight;
    if (i + 8 <= count) {
      memcpy(&eight, mask + i, 8);
      if (eight == 0) {
        i += 8;
        continue;
      }
    }
    const int64_t end = i + 8 < count ? i + 8 : count;
    for (; i < end; i++)
      if (mask[i])
        out[found++] = first + (int32_t)i;
  }
  return found;
}
