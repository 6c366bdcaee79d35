/*
 * Runs a cascade over one row of windows, eight at a time.
 *
 * Neighbouring windows are neighbours in the integral images (face/haar_integral.h), so that one
 * vector load fetches the same corner of eight windows. A block of eight leaves the cascade as soon
 * as no window of it is alive; most do after a stage or two. Sums are made as OpenCV makes them -
 * features in float, stages in double, in the cascade's order - so that decisions are the same.
 *
 * As OpenCV does, the scan skips the window after one that the first stage rejects.
 *
 * The same code is compiled for the plain machine and, on x86-64, for AVX2; mr_haar_scanner_best
 * picks at run time. Thread rule: functions share nothing but read-only plans.
 */
#ifndef MR_FACE_HAAR_SCAN_H
#define MR_FACE_HAAR_SCAN_H

#include "face/cascade.h"
#include "face/haar_integral.h"

/* A cascade node whose feature is resolved to offsets from the window's corner. */
typedef struct mr_haar_node {
    int32_t offset[MR_CASCADE_RECTS][4];
    float weight[MR_CASCADE_RECTS];
    float threshold;
    double leaf[2]; /* value where the child is 0 */
    int16_t child[2];
    bool tilted;
} mr_haar_node;

/* A cascade prepared for one layout; offsets change with the layout's stride only. */
typedef struct mr_haar_plan {
    const mr_cascade *cascade;
    mr_haar_layout layout;
    int32_t norm[4]; /* corners of the rectangle whose variance normalises features */
    float norm_area;
    mr_haar_node *nodes; /* in the cascade's order */
} mr_haar_plan;

mr_status mr_haar_plan_create(const mr_cascade *cascade, mr_haar_plan *plan);
void mr_haar_plan_layout(mr_haar_plan *plan, const mr_haar_layout *layout);
void mr_haar_plan_free(mr_haar_plan *plan);

/* A window that passed all stages: its index in the row, and by how much it passed the last. */
typedef struct mr_haar_hit {
    int index;
    float margin;
} mr_haar_hit;

/* Where the first window of a row has its corner, in each integral image. */
typedef struct mr_haar_row {
    const uint32_t *sum, *square, *tilted; /* tilted may be sum where the cascade has none */
    int count;                             /* windows in the row */
} mr_haar_row;

/*
 * Scans a row. `norms` is scratch for count + MR_HAAR_PADDING floats, `hits` has room for `count`.
 * Returns the number of hits, in order.
 */
typedef int mr_haar_scanner(const mr_haar_plan *plan, const mr_haar_row *row, float *norms,
                            mr_haar_hit *hits);

mr_haar_scanner mr_haar_scan_plain;
mr_haar_scanner *mr_haar_scanner_best(void);

#endif
