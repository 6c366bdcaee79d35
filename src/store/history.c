#include "base/memory.h"
#include "store/store_parts.h"

#include <stdlib.h>
#include <string.h>

/* Ids are kept as offsets while the text may still move. */
static const char *as_id(size_t offset) {
    return (const char *)(uintptr_t)offset;
}

mr_status mr_history_row(void *context, const char *const *fields) {
    mr_history_builder *builder = context;
    mr_history *history = &builder->history;
    builder->found = true;
    if (!fields[0])
        return MR_OK;
    int kind = mr_feedback_from_label(fields[1]);
    if (kind < 0)
        return mr_fail(MR_E_FORMAT, "feedback of kind '%s': not known", fields[1]);
    size_t size = strlen(fields[0]) + 1;
    if (!mr_grow(&history->items, &builder->item_capacity, history->count + 1,
                 sizeof *history->items) ||
        !mr_grow(&history->text, &builder->text_capacity, builder->text_size + size, 1))
        return mr_fail(MR_E_MEMORY, "no memory for a history");
    memcpy(history->text + builder->text_size, fields[0], size);
    history->items[history->count++] =
        (mr_feedback){as_id(builder->text_size), (mr_feedback_kind)kind, atoi(fields[2]),
                      strtoll(fields[3], NULL, 10)};
    builder->text_size += size;
    return MR_OK;
}

void mr_history_finish(mr_history_builder *builder, mr_history *out) {
    mr_history *history = &builder->history;
    for (size_t i = 0; i < history->count; i++)
        history->items[i].film = history->text + (uintptr_t)history->items[i].film;
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
