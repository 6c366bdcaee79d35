#include "server/front.h"

#include <stdlib.h>
#include <string.h>

struct mr_fronts {
    char *key_file; /* or NULL */
    char *web;
    char **origins;
    int origin_count;
    mr_shared_slot shown;
};

static mr_status no_memory(void) {
    return mr_fail(MR_E_MEMORY, "page and key: out of memory");
}

static mr_status copy_source(mr_fronts *fronts, const mr_front_source *source) {
    fronts->origins = calloc((size_t)source->origin_count + 1, sizeof *fronts->origins);
    fronts->web = strdup(source->web);
    if (fronts->origins == NULL || fronts->web == NULL)
        return no_memory();
    if (source->key_file != NULL && (fronts->key_file = strdup(source->key_file)) == NULL)
        return no_memory();
    for (; fronts->origin_count < source->origin_count; fronts->origin_count++) {
        char *origin = strdup(source->origins[fronts->origin_count]);
        if (origin == NULL)
            return no_memory();
        fronts->origins[fronts->origin_count] = origin;
    }
    return MR_OK;
}

mr_status mr_fronts_create(const mr_front_source *source, mr_fronts **out) {
    mr_fronts *fronts = calloc(1, sizeof *fronts);
    if (fronts == NULL)
        return no_memory();
    mr_shared_slot_open(&fronts->shown);
    mr_status status = copy_source(fronts, source);
    mr_front *front = NULL;
    if (status == MR_OK)
        status = mr_front_load(fronts, &front);
    if (status == MR_OK)
        mr_fronts_show(fronts, front);
    if (status != MR_OK) {
        mr_fronts_free(fronts);
        return status;
    }
    *out = fronts;
    return MR_OK;
}

void mr_fronts_free(mr_fronts *fronts) {
    if (fronts == NULL)
        return;
    mr_fronts_show(fronts, NULL);
    mr_shared_slot_close(&fronts->shown);
    for (int i = 0; i < fronts->origin_count; i++)
        free(fronts->origins[i]);
    free(fronts->origins);
    free(fronts->key_file);
    free(fronts->web);
    free(fronts);
}

mr_status mr_front_load(const mr_fronts *fronts, mr_front **out) {
    mr_front *front = calloc(1, sizeof *front);
    if (front == NULL)
        return no_memory();
    mr_shared_begin(&front->shared);
    mr_status status = mr_gate_create(fronts->key_file, (const char *const *)fronts->origins,
                                      fronts->origin_count, &front->gate);
    if (status == MR_OK)
        status = mr_files_load(fronts->web, &front->files);
    if (status != MR_OK) {
        mr_front_drop(front);
        return status;
    }
    *out = front;
    return MR_OK;
}

void mr_fronts_show(mr_fronts *fronts, mr_front *front) {
    mr_front_drop((mr_front *)mr_shared_swap(&fronts->shown, front ? &front->shared : NULL));
}

mr_front *mr_front_take(mr_fronts *fronts) {
    return (mr_front *)mr_shared_take(&fronts->shown);
}

void mr_front_drop(mr_front *front) {
    if (front == NULL || !mr_shared_drop(&front->shared))
        return;
    mr_gate_free(front->gate);
    mr_files_free(front->files);
    free(front);
}
