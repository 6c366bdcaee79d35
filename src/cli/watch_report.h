/*
 * What `watch` says on stdout: JSON lines, or a calm line when something changes.
 *
 * Everything leaves at once, so that a program that reads along is never behind. Thread rule: for
 * the main thread.
 */
#ifndef MR_CLI_WATCH_REPORT_H
#define MR_CLI_WATCH_REPORT_H

#include "moodreel/moodreel.h"

#include <stddef.h>

/* What was last said of somebody, so that only changes are. */
typedef struct mr_watch_said {
    uint32_t id;
    int gender, emotion; /* -1: nothing was sure yet */
    double since, seen;
} mr_watch_said;

typedef struct mr_watch_report {
    bool json;
    double every;     /* least seconds between two lines on frames, in JSON */
    double next;      /* when the next is due */
    uint64_t skipped; /* frames since the last line that were not looked at */
    mr_watch_said said[MR_FOLLOWED_MAX];
    size_t said_count;
} mr_watch_report;

mr_watch_report mr_watch_report_new(bool json, double every);

/* A frame that was looked at, after `skipped` others that were not. */
mr_status mr_watch_report_scene(mr_watch_report *report, uint64_t frame, double seconds,
                                uint64_t skipped, const mr_scene *scene);

/* The films for the group that is there now. */
mr_status mr_watch_report_films(mr_watch_report *report, double seconds,
                                const mr_recommendation *films);

/* The source was lost, and why; or, with NULL, is back. */
mr_status mr_watch_report_loss(mr_watch_report *report, double seconds, const char *reason);

#endif
