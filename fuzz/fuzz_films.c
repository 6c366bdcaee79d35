/*
 * Fuzz target for a file of films: whatever the bytes are, parse refuses them or gives a catalogue
 * whose films are found by id and title. Seeds: fuzz/corpus/films.
 */
#include "recommend/catalogue.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void look_up(const mr_catalogue *catalogue) {
    mr_title_match best[4];
    for (size_t i = 0; i < mr_catalogue_count(catalogue) && i < 64; i++) {
        const mr_catalogue_film *film = mr_catalogue_entry(catalogue, i);
        size_t count;
        if (mr_catalogue_find(catalogue, film->id) != (long)i)
            abort();
        mr_catalogue_titled(catalogue, film->title, &count);
        mr_catalogue_search(catalogue, film->title, 0, best, 4);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    mr_catalogue *catalogue;
    if (mr_catalogue_parse((const char *)bytes, size, "fuzz", &catalogue) == MR_OK) {
        look_up(catalogue);
        mr_catalogue_free(catalogue);
    }
    return 0;
}
