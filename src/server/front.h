/*
 * What a client meets first: the page's files and the gate with its key, read together, counted,
 * and exchanged while requests are under way.
 *
 *     MR_TRY(mr_fronts_create(&source, &fronts));
 *     mr_front *front = mr_front_take(fronts);     // of a request, from its head to its last byte
 *     … front->gate, front->files …
 *     mr_front_drop(front);
 *
 *     mr_front *next;                              // meanwhile, on SIGHUP
 *     MR_TRY(mr_front_load(fronts, &next));        // on failure the present one stays
 *     mr_fronts_show(fronts, next);
 *
 * A front that is no longer shown goes when its last request has ended. From then on an old key is
 * refused; what was let in with it, such as a stream, goes on.
 *
 * Thread rule: create, show and free by one thread; the rest by any.
 */
#ifndef MR_SERVER_FRONT_H
#define MR_SERVER_FRONT_H

#include "base/shared.h"
#include "server/auth.h"
#include "server/files.h"

typedef struct mr_front {
    mr_shared shared;
    mr_gate *gate;
    mr_files *files;
} mr_front;

/* Where it is read from. */
typedef struct mr_front_source {
    const char *key_file; /* NULL: no key */
    const char *const *origins;
    int origin_count;
    const char *web; /* the page's folder */
} mr_front_source;

typedef struct mr_fronts mr_fronts;

/* Copies the source and shows what it has. */
mr_status mr_fronts_create(const mr_front_source *source, mr_fronts **out);

/* After the last front was dropped. NULL does nothing. */
void mr_fronts_free(mr_fronts *fronts);

/* Reads everything anew, for mr_fronts_show or mr_front_drop. */
mr_status mr_front_load(const mr_fronts *fronts, mr_front **out);

/* Shows another front, which it takes over, to those who come from now on. */
void mr_fronts_show(mr_fronts *fronts, mr_front *front);

/* The front that is shown, to be dropped. */
mr_front *mr_front_take(mr_fronts *fronts);

/* NULL does nothing. */
void mr_front_drop(mr_front *front);

#endif
