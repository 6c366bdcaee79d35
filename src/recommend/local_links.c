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
    atomic_init(&links->holds, 1);
    *out = links;
    return MR_OK;
}

void mr_local_links_drop(mr_local_links *links) {
    if (!links || atomic_fetch_sub(&links->holds, 1) > 1)
        return;
    mr_collaborative_films_free(links->likes);
    free(links);
}

void mr_local_slot_open(mr_local_slot *slot) {
    pthread_mutex_init(&slot->lock, NULL);
    slot->present = NULL;
}

void mr_local_slot_close(mr_local_slot *slot) {
    mr_local_links_drop(slot->present);
    pthread_mutex_destroy(&slot->lock);
}

void mr_local_slot_put(mr_local_slot *slot, mr_local_links *links) {
    pthread_mutex_lock(&slot->lock);
    mr_local_links *last = slot->present;
    slot->present = links;
    pthread_mutex_unlock(&slot->lock);
    mr_local_links_drop(last);
}

mr_local_links *mr_local_slot_take(mr_local_slot *slot) {
    pthread_mutex_lock(&slot->lock);
    mr_local_links *links = slot->present;
    if (links)
        atomic_fetch_add(&links->holds, 1);
    pthread_mutex_unlock(&slot->lock);
    return links;
}
