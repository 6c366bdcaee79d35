#include "face/track_motion.h"

#include <math.h>

/* Seconds in which a rate dies down to 1/e. */
#define RATE_FADES 1.5

/* Standard deviations in sizes of the face: of where a detector puts an edge, and a second of how
 * faces move across the picture and of how their size changes. */
#define DETECTOR_NOISE 0.05
#define CENTRE_RATE    0.7
#define SIZE_RATE      0.3

static double rate_deviation(int axis) {
    return axis < 2 ? CENTRE_RATE : SIZE_RATE;
}

/* Unit of all noise, pixels. */
static double face_size(const mr_motion *motion) {
    return fmax((motion->axes[2].at + motion->axes[3].at) / 2, 1);
}

static void measure(const mr_box *box, double values[MR_MOTION_AXES]) {
    values[0] = (double)box->x + (double)box->width / 2;
    values[1] = (double)box->y + (double)box->height / 2;
    values[2] = (double)box->width;
    values[3] = (double)box->height;
}

mr_motion mr_motion_start(const mr_box *box) {
    mr_motion motion = {0};
    double values[MR_MOTION_AXES];
    measure(box, values);
    for (int i = 0; i < MR_MOTION_AXES; i++)
        motion.axes[i].at = values[i];
    double size = face_size(&motion);
    for (int i = 0; i < MR_MOTION_AXES; i++) {
        motion.axes[i].at_variance = pow(DETECTOR_NOISE * size, 2);
        motion.axes[i].rate_variance = pow(rate_deviation(i) * size, 2);
    }
    return motion;
}

void mr_motion_predict(mr_motion *motion, double seconds) {
    double t = seconds / RATE_FADES, kept = exp(-t), carried = RATE_FADES * (1 - kept);
    double size = face_size(motion);
    for (int i = 0; i < MR_MOTION_AXES; i++) {
        mr_motion_axis *axis = &motion->axes[i];
        double still = pow(rate_deviation(i) * size, 2); /* of the rate, when nothing is known */
        axis->at += carried * axis->rate;
        axis->rate *= kept;
        axis->at_variance +=
            carried * (2 * axis->covariance + carried * axis->rate_variance) +
            still * RATE_FADES * RATE_FADES * fmax(2 * t - 3 + 4 * kept - kept * kept, 0);
        axis->covariance = kept * (axis->covariance + carried * axis->rate_variance) +
                           still * carried * (1 - kept);
        axis->rate_variance = kept * kept * axis->rate_variance + still * (1 - kept * kept);
    }
}

void mr_motion_update(mr_motion *motion, const mr_box *box) {
    double values[MR_MOTION_AXES], noise = pow(DETECTOR_NOISE * face_size(motion), 2);
    measure(box, values);
    for (int i = 0; i < MR_MOTION_AXES; i++) {
        mr_motion_axis *axis = &motion->axes[i];
        double surprise = values[i] - axis->at, total = axis->at_variance + noise;
        double gain = axis->at_variance / total, rate_gain = axis->covariance / total;
        axis->at += gain * surprise;
        axis->rate += rate_gain * surprise;
        axis->rate_variance -= rate_gain * axis->covariance;
        axis->covariance *= 1 - gain;
        axis->at_variance *= 1 - gain;
    }
}

mr_box mr_motion_box(const mr_motion *motion) {
    double width = fmax(motion->axes[2].at, 1), height = fmax(motion->axes[3].at, 1);
    return (mr_box){.x = (float)(motion->axes[0].at - width / 2),
                    .y = (float)(motion->axes[1].at - height / 2),
                    .width = (float)width,
                    .height = (float)height};
}
