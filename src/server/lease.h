/*
 * The engine on loan: models can be reloaded while requests are under way.
 *
 *     mr_lessor *lessor;
 *     MR_TRY(mr_lessor_create(&options, &lessor));
 *     mr_lease *lease = mr_lease_take(lessor);          // the engine of this moment
 *     use(mr_lease_engine(lease));
 *     MR_TRY(mr_lessor_reload(lessor));                 // others may do so meanwhile
 *     still_good(mr_lease_engine(lease));
 *     mr_lease_drop(lease);                             // the last one out frees the old engine
 *     mr_lessor_free(lessor);
 *
 * A reload opens the engine anew beside the old one and swaps the two; when it fails, the old one
 * stays. Results that name films are good for as long as the lease is held.
 *
 * A leased session is a session with the lease that it stands on. Each worker has one and renews it
 * before every job, which costs nothing unless the engine was swapped.
 *
 * Thread rule: a lessor may be used by any thread at any time, and outlives all leases. A lease is
 * a counted hold: each must be dropped once, by any thread. A leased session belongs to one thread.
 */
#ifndef MR_SERVER_LEASE_H
#define MR_SERVER_LEASE_H

#include "base/error.h"
#include "moodreel/moodreel.h"

typedef struct mr_lessor mr_lessor;
typedef struct mr_lease mr_lease;

/* Opens the engine. NULL: the defaults. */
mr_status mr_lessor_create(const mr_options *options, mr_lessor **out);
void mr_lessor_free(mr_lessor *lessor);

/* Opens the engine anew, with the same options, from what its files are now. */
mr_status mr_lessor_reload(mr_lessor *lessor);

/* Engines that are open now: one, and those of before a reload that are still on loan. */
size_t mr_lessor_engines(const mr_lessor *lessor);

/* A hold on the present engine; never fails. */
mr_lease *mr_lease_take(mr_lessor *lessor);

/* One more hold on the same engine. */
mr_lease *mr_lease_share(mr_lease *lease);

/* Ends a hold; NULL does nothing. */
void mr_lease_drop(mr_lease *lease);

const mr_engine *mr_lease_engine(const mr_lease *lease);

/* False when the engine was swapped since the lease was taken. */
bool mr_lease_is_current(const mr_lease *lease);

typedef struct mr_leased_session {
    mr_lease *lease;
    mr_session *session;
} mr_leased_session;

/* Makes the session, the first time and whenever the engine was swapped. On failure the session is
 * cleared. */
mr_status mr_leased_session_renew(mr_leased_session *leased, mr_lessor *lessor);

/* Frees the session and ends its lease; it may be renewed again. */
void mr_leased_session_clear(mr_leased_session *leased);

#endif
