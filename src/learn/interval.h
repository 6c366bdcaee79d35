/*
 * A confidence interval.
 */
#ifndef MR_LEARN_INTERVAL_H
#define MR_LEARN_INTERVAL_H

/* Ends of a 95 % interval, in the unit of the figure. */
typedef struct mr_interval {
    double low, high;
} mr_interval;

#endif
