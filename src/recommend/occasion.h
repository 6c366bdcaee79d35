/*
 * When the people on the sofa have changed so that new films are due.
 *
 *     mr_occasion occasion = mr_occasion_new();
 *     for each frame:
 *         uint64_t key = mr_occasion_key(&occasion, audience, count, youngest);
 *         if (mr_occasion_due(&occasion, seconds, key))
 *             recommend for everybody in the scene
 *
 * A group is who is there, what was voted of each (age range, gender and emotion), and the youngest
 * age that certificates go by. It is new when it differs from the one that films were last chosen
 * for. Films come once the new group has lasted for MR_OCCASION_SETTLED seconds, since faces come
 * and go one by one; or, of a group that never comes to rest, MR_OCCASION_APART seconds after it
 * began to differ. A group that only lost people is waited for MR_OCCASION_GONE seconds, since most
 * of them only looked aside: its films stay fit for those who are left. Films never come sooner
 * than MR_OCCASION_APART seconds after the last ones, so that there is time to read them.
 *
 * Thread rule: a value without hidden state, for one thread at a time.
 */
#ifndef MR_RECOMMEND_OCCASION_H
#define MR_RECOMMEND_OCCASION_H

#include "moodreel/moodreel.h"

#define MR_OCCASION_SETTLED 0.5
#define MR_OCCASION_APART   2.0
#define MR_OCCASION_GONE    6.0

/* Years that an age must lie outside of a person's range before the range is another, and that the
 * youngest must be older than a certificate asks before the limit rises; it falls at once. */
#define MR_OCCASION_AGE_SLACK 1.0f

/* Everybody of a group, each with what was voted of them as one number, and the age up to which
 * their films may be certified. */
typedef struct mr_occasion_group {
    uint64_t members[MR_FOLLOWED_MAX];
    size_t count;
    int step;
} mr_occasion_group;

typedef struct mr_occasion {
    uint64_t shown;       /* key of the group that the last films were for; 0: none yet */
    double shown_at;      /* when they came */
    uint64_t now;         /* key of the present group */
    double now_since;     /* when it became so */
    double differs_since; /* when the group first differed from the shown one */
    mr_occasion_group present, shown_to;
    struct {
        uint32_t id;
        int age_range; /* -1: not estimated */
    } ages[MR_FOLLOWED_MAX];
    size_t age_count;
    int step; /* the age up to which films may be certified; never above the youngest one's but for
                 what it has fallen since the key was made; -1: nobody yet */
} mr_occasion;

mr_occasion mr_occasion_new(void);

/*
 * What identifies the group, whatever the order of its people; 0 for nobody. `youngest` is the age
 * in years that films are limited by (mr_youngest_of_scene). The occasion is where the age range of
 * each and the limit are remembered, so that an age on the border of two does not flicker.
 */
uint64_t mr_occasion_key(mr_occasion *occasion, const mr_followed *people, size_t count,
                         int youngest);

/*
 * True when films are due at `seconds` (which never go back) for the group with this key, and notes
 * them as shown. Films for nobody (0) are never due: the last ones stay. The key need not be from
 * mr_occasion_key alone: who lets other things choose films, such as filters, mixes them in.
 */
bool mr_occasion_due(mr_occasion *occasion, double seconds, uint64_t key);

/* Notes films as shown for the group with this key that somebody asked for, due or not. */
void mr_occasion_note(mr_occasion *occasion, double seconds, uint64_t key);

#endif
