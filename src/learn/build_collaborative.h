/*
 * From the folder of MovieLens-1M to the model folder of the collaborative filter.
 *
 * All ratings of 4 and 5 in the 10-core are learned; then the films that the catalogue has are
 * kept, with their strongest links among themselves.
 */
#ifndef MR_LEARN_BUILD_COLLABORATIVE_H
#define MR_LEARN_BUILD_COLLABORATIVE_H

#include "learn/train_collaborative.h"
#include "recommend/catalogue.h"

typedef struct mr_collaborative_built {
    size_t users, films, ratings; /* that were learned */
    size_t mapped, links;         /* films found in the catalogue, links between them */
    double likes_mapped;          /* share of the learned ratings that are of these films */
} mr_collaborative_built;

mr_status mr_build_collaborative(const char *folder, const mr_catalogue *catalogue,
                                 const mr_collaborative_params *params, const char *out_folder,
                                 mr_collaborative_built *out);

#endif
