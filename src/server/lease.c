#include "server/lease.h"

#include "base/shared.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct mr_lease {
    mr_shared shared;
    mr_lessor *lessor;
    mr_engine *engine;
};

struct mr_lessor {
    mr_options options;
    char *home; /* what options.home points to, or NULL */
    pthread_mutex_t reloading;
    mr_shared_slot present;
    atomic_size_t engines;
};

static mr_status open_lease(mr_lessor *lessor, mr_lease **out) {
    mr_lease *lease = calloc(1, sizeof *lease);
    if (lease == NULL)
        return mr_fail(MR_E_MEMORY, "engine: out of memory");
    mr_status status = mr_engine_open(&lessor->options, &lease->engine);
    if (status != MR_OK) {
        free(lease);
        return status;
    }
    lease->lessor = lessor;
    mr_shared_begin(&lease->shared);
    atomic_fetch_add(&lessor->engines, 1);
    *out = lease;
    return MR_OK;
}

mr_status mr_lessor_create(const mr_options *options, mr_lessor **out) {
    mr_lessor *lessor = calloc(1, sizeof *lessor);
    if (lessor == NULL)
        return mr_fail(MR_E_MEMORY, "engine: out of memory");
    lessor->options = options != NULL ? *options : mr_options_defaults();
    pthread_mutex_init(&lessor->reloading, NULL);
    mr_shared_slot_open(&lessor->present);
    mr_status status = MR_OK;
    if (lessor->options.home != NULL) {
        lessor->options.home = lessor->home = strdup(lessor->options.home);
        if (lessor->home == NULL)
            status = mr_fail(MR_E_MEMORY, "engine: out of memory");
    }
    if (status == MR_OK)
        status = mr_lessor_reload(lessor);
    if (status != MR_OK) {
        mr_lessor_free(lessor);
        return status;
    }
    *out = lessor;
    return MR_OK;
}

void mr_lessor_free(mr_lessor *lessor) {
    if (lessor == NULL)
        return;
    mr_lease_drop((mr_lease *)mr_shared_swap(&lessor->present, NULL));
    mr_shared_slot_close(&lessor->present);
    pthread_mutex_destroy(&lessor->reloading);
    free(lessor->home);
    free(lessor);
}

mr_status mr_lessor_reload(mr_lessor *lessor) {
    /* Opening takes long: only those wait for it who want to reload too. */
    pthread_mutex_lock(&lessor->reloading);
    mr_lease *next = NULL, *last = NULL;
    mr_status status = open_lease(lessor, &next);
    if (status == MR_OK)
        last = (mr_lease *)mr_shared_swap(&lessor->present, &next->shared);
    pthread_mutex_unlock(&lessor->reloading);
    mr_lease_drop(last);
    return status;
}

size_t mr_lessor_engines(const mr_lessor *lessor) {
    return atomic_load(&lessor->engines);
}

mr_lease *mr_lease_take(mr_lessor *lessor) {
    return (mr_lease *)mr_shared_take(&lessor->present);
}

mr_lease *mr_lease_share(mr_lease *lease) {
    mr_shared_hold(&lease->shared);
    return lease;
}

void mr_lease_drop(mr_lease *lease) {
    if (lease == NULL || !mr_shared_drop(&lease->shared))
        return;
    mr_lessor *lessor = lease->lessor;
    mr_engine_free(lease->engine);
    free(lease);
    atomic_fetch_sub(&lessor->engines, 1);
}

const mr_engine *mr_lease_engine(const mr_lease *lease) {
    return lease->engine;
}

bool mr_lease_is_current(const mr_lease *lease) {
    return mr_shared_is_present(&lease->lessor->present, &lease->shared);
}

mr_status mr_leased_session_renew(mr_leased_session *leased, mr_lessor *lessor) {
    if (leased->lease != NULL && mr_lease_is_current(leased->lease))
        return MR_OK;
    mr_leased_session_clear(leased);
    leased->lease = mr_lease_take(lessor);
    mr_status status = mr_session_create(leased->lease->engine, &leased->session);
    if (status != MR_OK)
        mr_leased_session_clear(leased);
    return status;
}

void mr_leased_session_clear(mr_leased_session *leased) {
    mr_session_free(leased->session);
    mr_lease_drop(leased->lease);
    *leased = (mr_leased_session){0};
}
