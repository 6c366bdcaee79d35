#include "base/shared.h"

#include <stddef.h>

void mr_shared_begin(mr_shared *shared) {
    atomic_init(&shared->holds, 1);
}

void mr_shared_hold(mr_shared *shared) {
    atomic_fetch_add(&shared->holds, 1);
}

bool mr_shared_drop(mr_shared *shared) {
    return shared != NULL && atomic_fetch_sub(&shared->holds, 1) == 1;
}

void mr_shared_slot_open(mr_shared_slot *slot) {
    pthread_mutex_init(&slot->lock, NULL);
    slot->present = NULL;
}

void mr_shared_slot_close(mr_shared_slot *slot) {
    pthread_mutex_destroy(&slot->lock);
}

mr_shared *mr_shared_swap(mr_shared_slot *slot, mr_shared *next) {
    pthread_mutex_lock(&slot->lock);
    mr_shared *last = slot->present;
    slot->present = next;
    pthread_mutex_unlock(&slot->lock);
    return last;
}

mr_shared *mr_shared_take(mr_shared_slot *slot) {
    pthread_mutex_lock(&slot->lock);
    mr_shared *present = slot->present;
    if (present != NULL)
        mr_shared_hold(present);
    pthread_mutex_unlock(&slot->lock);
    return present;
}

bool mr_shared_is_present(mr_shared_slot *slot, const mr_shared *shared) {
    pthread_mutex_lock(&slot->lock);
    bool is = slot->present == shared;
    pthread_mutex_unlock(&slot->lock);
    return is;
}
