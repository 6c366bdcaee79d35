/*
 * How a face moves: a Kalman filter that predicts a box and smooths it at once.
 *
 * Centre and size of the box are four independent axes, each with a place and a rate, as in SORT
 * (Bewley et al. 2016). Rates die away with a time constant (an Ornstein-Uhlenbeck process: Singer
 * 1970 has accelerations do so), so that a face that is not found coasts on its way,
 * but not for ever. All noise is told in sizes of the face: a large face moves more pixels, and a
 * detector errs by a share of the box. Steps may be of any length.
 *
 * Thread rule: values only.
 */
#ifndef MR_FACE_TRACK_MOTION_H
#define MR_FACE_TRACK_MOTION_H

#include "moodreel/types.h"

/* Place and rate of one coordinate, and their covariance. */
typedef struct mr_motion_axis {
    double at, rate;
    double at_variance, covariance, rate_variance;
} mr_motion_axis;

#define MR_MOTION_AXES 4

typedef struct mr_motion {
    mr_motion_axis axes[MR_MOTION_AXES]; /* centre across and down, width, height */
} mr_motion;

/* A face found for the first time, at rest as far as is known. */
mr_motion mr_motion_start(const mr_box *box);

/* Moves on by `seconds`. */
void mr_motion_predict(mr_motion *motion, double seconds);

/* Takes in where a detector found the face now. */
void mr_motion_update(mr_motion *motion, const mr_box *box);

/* Where the face is believed to be; at least a pixel wide and high. */
mr_box mr_motion_box(const mr_motion *motion);

#endif
