// Runs of equal voxels, their union, and counts of label pairs.
#include "shape_kernels.h"
#include <string.h>

int64_t vk_runs_u8(const uint8_t *row, int64_t nx, int32_t invert, vk_run *out) {
  int64_t found = 0;
  for (int64_t i = 0; i < nx;) {
    if (i + 8 <= nx && !invert) {
      uint64_t eight;
      memcpy(&eight, row + i, 8);
      if (eight == 0) {
        i += 8;
        continue;
      }
    }
    if ((row[i] != 0) == (invert != 0)) {
      i++;
      continue;
    }
    const int64_t start = i;
    while (i < nx && (row[i] != 0) != (invert != 0))
      i++;
    if (out)
      out[found] = (vk_run){(int32_t)start, (int32_t)i, 1};
    found++;
  }
  return found;
}

int64_t vk_runs_u16(const uint16_t *row, int64_t nx, vk_run *out) {
  int64_t found = 0;
  for (int64_t i = 0; i < nx;) {
    if (i + 4 <= nx) {
      uint64_t four;
      memcpy(&four, row + i, 8);
      if (four == 0) {
        i += 4;
        continue;
      }
    }
    if (row[i] == 0) {
      i++;
      continue;
    }
    const int64_t start = i;
    const uint16_t value = row[i];
    while (i < nx && row[i] == value)
      i++;
    if (out)
      out[found] = (vk_run){(int32_t)start, (int32_t)i, value};
    found++;
  }
  return found;
}

uint32_t vk_find(uint32_t *parent, uint32_t run) {
  while (parent[run] != run) {
    parent[run] = parent[parent[run]];
    run = parent[run];
  }
  return run;
}

static void unite(const vk_run *runs, int64_t a, int64_t b, int32_t reach, uint32_t *parent) {
  if (runs[a].start >= runs[b].end + reach || runs[b].start >= runs[a].end + reach ||
      runs[a].value != runs[b].value)
    return;
  const uint32_t x = vk_find(parent, (uint32_t)a), y = vk_find(parent, (uint32_t)b);
  // The earlier run stands for both.
  if (x < y)
    parent[y] = x;
  else
    parent[x] = y;
}

void vk_unite_rows(const vk_run *runs, int64_t a, int64_t a_end, int64_t b, int64_t b_end, int32_t reach,
                   uint32_t *parent) {
  while (a < a_end && b < b_end) {
    unite(runs, a, b, reach, parent);
    if (runs[a].end < runs[b].end) {
      a++;
    } else if (runs[b].end < runs[a].end) {
      b++;
    } else {
      // Runs of different values may follow without a gap: each may touch the other's next by a corner.
      if (a + 1 < a_end)
        unite(runs, a + 1, b, reach, parent);
      if (b + 1 < b_end)
        unite(runs, a, b + 1, reach, parent);
      a++;
      b++;
    }
  }
}

static void grow(int32_t *box, int32_t start, int32_t end, int32_t j) {
  if (start < box[0])
    box[0] = start;
  if (j < box[1])
    box[1] = j;
  if (end > box[2])
    box[2] = end;
  if (j + 1 > box[3])
    box[3] = j + 1;
}

void vk_joint_counts(const uint16_t *a, const uint16_t *b, const uint16_t *rank, int64_t nx, int64_t ny,
                     int64_t classes, int64_t *joint, int32_t *boxes) {
  for (int64_t j = 0; j < ny; j++) {
    const uint16_t *p = a + j * nx, *q = b + j * nx;
    for (int64_t i = 0; i < nx;) {
      const int64_t start = i;
      const uint16_t x = p[i], y = q[i];
      uint64_t fours = x * 0x0001000100010001ull, others = y * 0x0001000100010001ull;
      for (i++; i + 4 <= nx; i += 4) {
        uint64_t u, v;
        memcpy(&u, p + i, 8);
        memcpy(&v, q + i, 8);
        if (u != fours || v != others)
          break;
      }
      while (i < nx && p[i] == x && q[i] == y)
        i++;
      const int64_t cx = rank[x], cy = rank[y];
      joint[cx * classes + cy] += i - start;
      if (x != 0)
        grow(boxes + 4 * cx, (int32_t)start, (int32_t)i, (int32_t)j);
      if (y != 0 && y != x)
        grow(boxes + 4 * cy, (int32_t)start, (int32_t)i, (int32_t)j);
    }
  }
}
