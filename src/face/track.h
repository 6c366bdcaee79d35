/*
 * Follows faces from frame to frame.
 *
 *     mr_tracker tracker;
 *     mr_tracker_start(&tracker, &options);
 *     mr_tracker_step(&tracker, faces, count, seconds);        // every frame
 *     for (int i = 0; i < MR_TRACKS_MAX; i++)
 *         if (mr_track_is_present(&tracker, &tracker.tracks[i])) …      // a person
 *
 * Tracking by detection after SORT (Bewley et al. 2016): each track predicts its box
 * (track_motion.h), and boxes found are paired with boxes predicted by overlap (track_match.h). Two
 * later ideas make it keep its people where a detector misses some:
 *
 *   - Faces that the detector is not sure of may continue a track, but never begin one (ByteTrack,
 *     Zhang et al. 2022).
 *   - A track out of sight that was not found where it was going is looked for where it was seen
 *     last (OC-SORT, Cao et al. 2023): people turn away and come back without having moved.
 *
 * Nothing is compared but boxes. Who is out of sight for longer than `patience` is away, and no
 * longer among the people; whoever shows a face of that size in that very place within `memory` is
 * the same person come back, since people look down or aside for longer than they take to change
 * seats. After that it is somebody new. Where frames themselves come more seldom than `memory`, a
 * track lasts from one to the next.
 *
 * A track stays in its place of the array as long as it lives; whoever keeps more about a person
 * does so beside it. When all places are taken, a new face gets that of the track out of sight for
 * longest, else that of the smallest face if it is clearly larger.
 *
 * Ownership: plain memory, nothing is allocated. Thread rule: one thread at a time.
 */
#ifndef MR_FACE_TRACK_H
#define MR_FACE_TRACK_H

#include "face/track_match.h"
#include "face/track_motion.h"
#include "moodreel/types.h"

#include <stddef.h>

#define MR_TRACKS_MAX      MR_MATCH_ROWS
#define MR_TRACK_FACES_MAX MR_MATCH_COLUMNS /* faces of one frame */

typedef struct mr_track_options {
    double patience; /* seconds out of sight after which a person is away */
    double memory;   /* seconds out of sight after which a track ends, if longer than patience */
    int confirm;     /* frames in a row that must show a face before it is a person */
    float sure;      /* score from which a face may begin a track */
} mr_track_options;

typedef struct mr_track {
    int hits;           /* frames that showed the face; 0: the place is free */
    uint32_t id;        /* 0: no person yet */
    int found;          /* index into this frame's faces; -1: out of sight */
    double since, seen; /* found first and last */
    mr_face face;       /* as it was found last */
    mr_motion motion;   /* believed place, smoothed or predicted */
} mr_track;

typedef struct mr_tracker {
    mr_track_options options;
    uint32_t last_id;
    int frames;         /* stepped so far, at most two */
    double now, before; /* of this step and the one before */
    mr_track tracks[MR_TRACKS_MAX];
    /* Scratch: rows and columns of the table that is matched. */
    mr_matcher matcher;
    int rows[MR_TRACKS_MAX], columns[MR_TRACK_FACES_MAX];
    bool taken[MR_TRACK_FACES_MAX];
} mr_tracker;

void mr_tracker_start(mr_tracker *tracker, const mr_track_options *options);

/* Forgets all faces; numbers of people go on. */
void mr_tracker_forget(mr_tracker *tracker);

/* The faces of the moment `seconds`, which must not lie before the last one; of more than
 * MR_TRACK_FACES_MAX the first. */
void mr_tracker_step(mr_tracker *tracker, const mr_face *faces, size_t count, double seconds);

/* Whether a track is of a person who is in sight or was so within `patience`. */
bool mr_track_is_present(const mr_tracker *tracker, const mr_track *track);

/* The face as it was found last, moved to where it is believed to be now. */
mr_face mr_track_face(const mr_track *track);

#endif
