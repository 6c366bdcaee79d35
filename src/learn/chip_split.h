/*
 * Which chips of faces are for validation: one in ten, chosen by the hash of its file name, so that
 * it never changes when other files are added. Chips with the same pixels are chosen by the hash of
 * their pixels instead, which keeps all copies on one side, whatever the size they are kept at.
 *
 *     bool *validation = mr_alloc(pictures.count * sizeof *validation);
 *     MR_TRY(mr_chip_split(&pictures, paths, validation));
 *
 * Thread rule: no shared state.
 */
#ifndef MR_LEARN_CHIP_SPLIT_H
#define MR_LEARN_CHIP_SPLIT_H

#include "learn/pictures.h"

#include <stdbool.h>

/* `paths` are those of the pictures' files, from which copies are read once more. Fills one answer
 * a picture. */
mr_status mr_chip_split(const mr_pictures *pictures, char *const *paths, bool *validation);

#endif
