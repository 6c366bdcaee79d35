#include "base/memory.h"
#include "store/store_parts.h"

#include <stdlib.h>
#include <string.h>

/* The schema allows nothing else, but a file may come from anywhere. */
mr_status mr_feedback_of_row(const char *const *fields, mr_feedback *out) {
    int kind = fields[1] ? mr_feedback_from_label(fields[1]) : -1;
    int rating = fields[2] ? atoi(fields[2]) : -1;
    if (kind < 0 || rating < 0 || rating > 5 || !fields[3])
        return mr_fail(MR_E_FORMAT, "feedback on film %s: not as the store writes it", fields[0]);
    *out = (mr_feedback){.film = fields[0],
                         .kind = (mr_feedback_kind)kind,
                         .rating = rating,
                         .at = strtoll(fields[3], NULL, 10)};
    return MR_OK;
}

mr_status mr_history_row(void *context, const char *const *fields) {
    mr_history_builder *builder = context;
    mr_history *history = &builder->history;
    builder->found = true;
    if (!fields[0])
        return MR_OK;
    mr_feedback said;
    MR_TRY(mr_feedback_of_row(fields, &said));
    size_t size = strlen(fields[0]) + 1;
    if (!mr_grow(&history->items, &builder->item_capacity, history->count + 1,
                 sizeof *history->items) ||
        !mr_grow(&history->text, &builder->text_capacity, builder->text_size + size, 1))
        return mr_fail(MR_E_MEMORY, "no memory for a history");
    memcpy(history->text + builder->text_size, fields[0], size);
    history->items[history->count++] = said;
    builder->text_size += size;
    return MR_OK;
}

void mr_history_finish(mr_history_builder *builder, mr_history *out) {
    mr_history *history = &builder->history;
    const char *film = history->text;
    for (size_t i = 0; i < history->count; i++, film += strlen(film) + 1)
        history->items[i].film = film;
    *out = *history;
    *builder = (mr_history_builder){0};
}

void mr_history_free(mr_history *history) {
    if (!history)
        return;
    free(history->items);
    free(history->text);
    *history = (mr_history){0};
}
