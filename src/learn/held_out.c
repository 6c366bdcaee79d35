#include "learn/held_out.h"

#include "base/memory.h"
#include "learn/calibrate.h"
#include "learn/metrics.h"

#include <math.h>
#include <stdlib.h>

mr_status mr_held_out_error(mr_face_head head, const float *logits, const int *labels, size_t count,
                            double *error) {
    int classes = mr_head_classes(head);
    size_t width = (size_t)classes;
    mr_heads heads = {0};
    float *probabilities = mr_alloc(count * width * sizeof *probabilities);
    int *of_half = mr_alloc(count * sizeof *of_half);
    mr_status status = MR_OK;
    if (!probabilities || !of_half)
        status = mr_fail(MR_E_MEMORY, "calibration: no memory for %zu pictures", count);
    for (size_t half = 0; half < 2 && status == MR_OK; half++) {
        for (size_t i = 0; i < count; i++)
            of_half[i] = i % 2 == half ? -1 : labels[i];
        heads.temperatures[head] = (float)mr_fit_temperature(logits, of_half, count, classes);
        for (size_t i = half; i < count; i += 2)
            mr_heads_distribution(&heads, head, logits + i * width, probabilities + i * width);
    }
    if (status == MR_OK)
        *error = mr_calibration_error(probabilities, labels, count, classes);
    free(probabilities);
    free(of_half);
    return status;
}

typedef struct age_half {
    float *centres, *deviations;
    int *ages;
    size_t count;
} age_half;

static void take_half(const float *centres, const float *deviations, const int *ages, size_t count,
                      size_t half, age_half *out) {
    out->count = 0;
    for (size_t i = half; i < count; i += 2) {
        out->centres[out->count] = centres[i];
        out->deviations[out->count] = deviations[i];
        out->ages[out->count++] = ages[i];
    }
}

static size_t count_inside(const age_half *half, const mr_calibration *scales) {
    size_t inside = 0;
    for (size_t i = 0; i < half->count; i++) {
        double centre = (double)half->centres[i], deviation = (double)half->deviations[i];
        double reach = scales->band_scales[mr_age_band(half->centres[i])] * deviation;
        inside +=
            lround(centre - reach) <= half->ages[i] && half->ages[i] <= lround(centre + reach);
    }
    return inside;
}

mr_status mr_held_out_coverage(const float *centres, const float *deviations, const int *ages,
                               size_t count, double *coverage) {
    *coverage = 0;
    if (count < 2)
        return MR_OK;
    age_half half = {mr_alloc(count * sizeof *half.centres),
                     mr_alloc(count * sizeof *half.deviations), mr_alloc(count * sizeof *half.ages),
                     0};
    mr_status status = MR_OK;
    if (!half.centres || !half.deviations || !half.ages)
        status = mr_fail(MR_E_MEMORY, "calibration: no memory for %zu pictures", count);
    size_t inside = 0;
    for (size_t i = 0; i < 2 && status == MR_OK; i++) {
        mr_calibration scales = {0};
        take_half(centres, deviations, ages, count, 1 - i, &half);
        status = mr_fit_age_bands(half.centres, half.deviations, half.ages, half.count, &scales);
        take_half(centres, deviations, ages, count, i, &half);
        inside += status == MR_OK ? count_inside(&half, &scales) : 0;
    }
    *coverage = (double)inside / (double)count;
    free(half.centres);
    free(half.deviations);
    free(half.ages);
    return status;
}
