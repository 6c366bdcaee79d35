#include "recommend/local_links.h"

#include <stdlib.h>

mr_status mr_local_links_make(mr_collaborative_films *likes, size_t viewers, size_t entries,
                              mr_local_links **out) {
    mr_local_links *links = calloc(1, sizeof *links);
    if (!links) {
        mr_collaborative_films_free(likes);
        return mr_fail(MR_E_MEMORY, "no memory for what viewers taught");
    }
    links->likes = likes;
    links->viewers = viewers;
    links->entries = entries;
    mr_shared_begin(&links->shared);
    *out = links;
    return MR_OK;
}

void mr_local_links_drop(mr_local_links *links) {
    if (!links || !mr_shared_drop(&links->shared))
        return;
    mr_collaborative_films_free(links->likes);
    free(links);
}

void mr_local_slot_open(mr_local_slot *slot) {
    mr_shared_slot_open(&slot->shared);
}

void mr_local_slot_close(mr_local_slot *slot) {
    mr_local_slot_put(slot, NULL);
    mr_shared_slot_close(&slot->shared);
}

void mr_local_slot_put(mr_local_slot *slot, mr_local_links *links) {
    mr_local_links_drop(
        (mr_local_links *)mr_shared_swap(&slot->shared, links ? &links->shared : NULL));
}

mr_local_links *mr_local_slot_take(mr_local_slot *slot) {
    return (mr_local_links *)mr_shared_take(&slot->shared);
}
