#include "face/track.h"

#include <math.h>
#include <string.h>

/* Boxes are grown by this share before they are compared, and must then be alike by so much: a face
 * of the same size may be about one width off. */
#define MARGIN   0.3f
#define LIKENESS 0.2f

/* Who was away must come back to a place that is less than a width off. */
#define LIKENESS_AWAY 0.3f

/* What the likeness is worth to a track that was out of sight: when people cross, the one in front
 * keeps its face, as in the matching cascade of DeepSORT (Wojke et al. 2017). */
#define MISSED 0.8f

/* By how much a face must be larger than another one to take its place. */
#define CLEARLY_LARGER 1.3f

void mr_tracker_start(mr_tracker *tracker, const mr_track_options *options) {
    memset(tracker, 0, sizeof *tracker);
    tracker->options = *options;
}

void mr_tracker_forget(mr_tracker *tracker) {
    memset(tracker->tracks, 0, sizeof tracker->tracks);
}

static bool was_in_sight(const mr_tracker *tracker, const mr_track *track) {
    return track->seen >= tracker->before;
}

/* A face that is no person yet cannot be away: with a frame every few seconds it is found again. */
static bool is_away(const mr_tracker *tracker, const mr_track *track) {
    return track->id != 0 && tracker->now - track->seen > tracker->options.patience;
}

bool mr_track_is_present(const mr_tracker *tracker, const mr_track *track) {
    return track->id != 0 && !is_away(tracker, track);
}

/* Where a track is looked for: where it is going, or where it was. */
typedef enum place { AHEAD, LAST_SEEN } place;

static void compare(mr_tracker *tracker, const mr_face *faces, int rows, int columns, place where) {
    for (int r = 0; r < rows; r++) {
        const mr_track *track = &tracker->tracks[tracker->rows[r]];
        mr_box box = where == AHEAD ? mr_motion_box(&track->motion) : track->face.box;
        float worth = was_in_sight(tracker, track) ? 1 : MISSED;
        float least = is_away(tracker, track) ? LIKENESS_AWAY : LIKENESS;
        for (int c = 0; c < columns; c++) {
            float likeness = mr_box_likeness(&box, &faces[tracker->columns[c]].box, MARGIN);
            tracker->matcher.likeness[r][c] = likeness >= least ? worth * likeness : 0;
        }
    }
}

static void take(mr_tracker *tracker, mr_track *track, const mr_face *faces, int face) {
    if (is_away(tracker, track))
        track->motion = mr_motion_start(&faces[face].box);
    else
        mr_motion_update(&track->motion, &faces[face].box);
    track->face = faces[face];
    track->found = face;
    track->seen = tracker->now;
    track->hits++;
    tracker->taken[face] = true;
}

/* Pairs the tracks and faces listed in `rows` and `columns`. */
static void pair(mr_tracker *tracker, const mr_face *faces, int rows, int columns, place where) {
    compare(tracker, faces, rows, columns, where);
    mr_match(&tracker->matcher, rows, columns);
    for (int r = 0; r < rows; r++) {
        int column = tracker->matcher.column_of_row[r];
        if (column >= 0)
            take(tracker, &tracker->tracks[tracker->rows[r]], faces, tracker->columns[column]);
    }
}

/* Lists the faces nobody has taken that are sure, or that are not. */
static int list_faces(mr_tracker *tracker, const mr_face *faces, int count, bool sure) {
    int listed = 0;
    for (int i = 0; i < count; i++)
        if (!tracker->taken[i] && (faces[i].score >= tracker->options.sure) == sure)
            tracker->columns[listed++] = i;
    return listed;
}

typedef bool chosen(const mr_tracker *tracker, const mr_track *track);

/* Of a person or of a face that may become one. */
static bool not_away(const mr_tracker *tracker, const mr_track *track) {
    return !is_away(tracker, track);
}

static bool person_just_seen(const mr_tracker *tracker, const mr_track *track) {
    return mr_track_is_present(tracker, track) && was_in_sight(tracker, track);
}

static bool person_missed(const mr_tracker *tracker, const mr_track *track) {
    return mr_track_is_present(tracker, track) && !was_in_sight(tracker, track);
}

/* Lists the tracks without a face that are chosen. */
static int list_tracks(mr_tracker *tracker, chosen *is_chosen) {
    int listed = 0;
    for (int i = 0; i < MR_TRACKS_MAX; i++) {
        const mr_track *track = &tracker->tracks[i];
        if (track->hits > 0 && track->found < 0 && is_chosen(tracker, track))
            tracker->rows[listed++] = i;
    }
    return listed;
}

static void pair_chosen(mr_tracker *tracker, const mr_face *faces, int count, chosen *is_chosen,
                        bool sure, place where) {
    int rows = list_tracks(tracker, is_chosen);
    pair(tracker, faces, rows, list_faces(tracker, faces, count, sure), where);
}

/* Of frames that come seldom, one that is late by less than this share is no gap. */
static const double LATE = 1.5;

/* Whether a track is of so long ago that it ends. A face that is no person yet has missed nothing
 * where it is not known how often frames come. */
static bool is_forgotten(const mr_tracker *tracker, const mr_track *track, double seconds) {
    double memory = fmax(fmax(tracker->options.memory, tracker->options.patience),
                         LATE * (tracker->now - tracker->before));
    return (track->id != 0 || tracker->frames > 1) && seconds - track->seen > memory;
}

/* Moves all tracks on, and ends those out of sight for too long. */
static void move_on(mr_tracker *tracker, double seconds) {
    for (int i = 0; i < MR_TRACKS_MAX; i++) {
        mr_track *track = &tracker->tracks[i];
        track->found = -1;
        if (is_forgotten(tracker, track, seconds))
            *track = (mr_track){.found = -1};
        if (track->hits > 0)
            mr_motion_predict(&track->motion, seconds - tracker->now);
    }
    tracker->before = tracker->now;
    tracker->now = seconds;
}

/* Faces missed before they were people were none. */
static void end_unconfirmed(mr_tracker *tracker) {
    for (int i = 0; i < MR_TRACKS_MAX; i++)
        if (tracker->tracks[i].id == 0 && tracker->tracks[i].found < 0)
            tracker->tracks[i].hits = 0;
}

static float area(const mr_box *box) {
    return box->width * box->height;
}

/* Whether `a` is to give up its place before `b`. */
static bool goes_before(const mr_track *a, const mr_track *b) {
    if (a->hits == 0 || b->hits == 0)
        return a->hits == 0 && b->hits != 0;
    if (a->found < 0 || b->found < 0)
        return b->found >= 0 || (a->found < 0 && a->seen < b->seen);
    return area(&a->face.box) < area(&b->face.box);
}

/* A place for a new face, or NULL. */
static mr_track *find_place(mr_tracker *tracker, const mr_face *face) {
    mr_track *first = &tracker->tracks[0];
    for (int i = 1; i < MR_TRACKS_MAX; i++)
        if (goes_before(&tracker->tracks[i], first))
            first = &tracker->tracks[i];
    bool given_up = first->hits == 0 || first->found < 0;
    return given_up || area(&face->box) > CLEARLY_LARGER * area(&first->face.box) ? first : NULL;
}

static void begin(mr_tracker *tracker, const mr_face *face, int index) {
    mr_track *track = find_place(tracker, face);
    if (track != NULL)
        *track = (mr_track){.hits = 1,
                            .found = index,
                            .since = tracker->now,
                            .seen = tracker->now,
                            .face = *face,
                            .motion = mr_motion_start(&face->box)};
}

static void confirm(mr_tracker *tracker) {
    for (int i = 0; i < MR_TRACKS_MAX; i++) {
        mr_track *track = &tracker->tracks[i];
        if (track->id == 0 && track->hits >= tracker->options.confirm)
            track->id = ++tracker->last_id;
    }
}

void mr_tracker_step(mr_tracker *tracker, const mr_face *faces, size_t count, double seconds) {
    int faces_count = count < MR_TRACK_FACES_MAX ? (int)count : MR_TRACK_FACES_MAX;
    if (tracker->frames == 0)
        tracker->now = seconds; /* wherever the caller's clock begins */
    memset(tracker->taken, 0, sizeof tracker->taken);
    move_on(tracker, seconds);
    pair_chosen(tracker, faces, faces_count, not_away, true, AHEAD);
    pair_chosen(tracker, faces, faces_count, person_just_seen, false, AHEAD);
    pair_chosen(tracker, faces, faces_count, person_missed, true, LAST_SEEN);
    pair_chosen(tracker, faces, faces_count, is_away, true, LAST_SEEN);
    end_unconfirmed(tracker);
    int fresh = list_faces(tracker, faces, faces_count, true);
    for (int i = 0; i < fresh; i++)
        begin(tracker, &faces[tracker->columns[i]], tracker->columns[i]);
    confirm(tracker);
    if (tracker->frames < 2)
        tracker->frames++;
}

mr_face mr_track_face(const mr_track *track) {
    mr_face face = track->face;
    mr_box from = face.box, to = mr_motion_box(&track->motion);
    face.box = to;
    for (int i = 0; i < MR_LANDMARKS; i++) {
        mr_point *point = &face.landmarks[i];
        point->x = to.x + (point->x - from.x) * to.width / from.width;
        point->y = to.y + (point->y - from.y) * to.height / from.height;
    }
    return face;
}
