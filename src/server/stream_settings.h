/*
 * What the client of a stream wants, as it says in text messages:
 *
 *     {"type": "settings", "genre": "Comedy", "feel": "sad", "attributes": {"ethnicity": true}}
 *     {"type": "refresh"}
 *
 * Reading is strict: an unknown or repeated member, a wrong type or a value out of range is refused
 * with the name of the member, and then nothing of the message counts. Members that are not there
 * stay as they were; null opens a filter and is, elsewhere, the same as leaving the member out.
 *
 * Thread rule: values without hidden state.
 */
#ifndef MR_SERVER_STREAM_SETTINGS_H
#define MR_SERVER_STREAM_SETTINGS_H

#include "base/error.h"
#include "moodreel/moodreel.h"

#define MR_STREAM_FILMS_MAX  100 /* films of one answer */
#define MR_STREAM_LABEL_SIZE 64

typedef struct mr_stream_settings {
    int count;                                  /* "n" */
    char genre[MR_STREAM_LABEL_SIZE];           /* "": any, and so below */
    char language[MR_STREAM_LABEL_SIZE];        /* */
    char max_certificate[MR_STREAM_LABEL_SIZE]; /* */
    char mood[MR_STREAM_LABEL_SIZE];            /* */
    int youngest;                               /* -1: not stated */
    int feel;                                   /* mr_emotion that the first viewer states, or -1 */
    bool group;                                 /* everybody in sight watches, not only one */
    bool films;                                 /* films are wanted at all */
    mr_attribute_set attributes;
    uint64_t seed; /* "refresh" counts it up */
} mr_stream_settings;

mr_stream_settings mr_stream_settings_defaults(void);

/* The texts stay the settings'. */
mr_recommend_options mr_stream_settings_options(const mr_stream_settings *settings);

typedef enum mr_stream_wish { MR_WISH_SETTINGS, MR_WISH_REFRESH } mr_stream_wish;

/* The member that a message is refused for, "" when it is the message as a whole. */
typedef char mr_stream_field[MR_STREAM_LABEL_SIZE];

/*
 * Reads one message of `size` bytes of JSON and changes the settings. The engine knows which
 * languages there are. On failure (MR_E_FORMAT, MR_E_ARGUMENT) the settings are untouched and
 * `field` is set.
 */
mr_status mr_stream_settings_read(const char *text, size_t size, const mr_engine *engine,
                                  mr_stream_settings *settings, mr_stream_wish *wish,
                                  mr_stream_field field);

#endif
