/* What the files of the profile forest share; users include profile_forest.h only. */
#ifndef MR_RECOMMEND_PROFILE_FOREST_PARTS_H
#define MR_RECOMMEND_PROFILE_FOREST_PARTS_H

#include "recommend/profile_forest.h"

/* Asks the forest about every cell: fills choice, genre and usual from forest, films and share. */
mr_status mr_profile_forest_tabulate(mr_profile_forest *belief, const mr_catalogue *catalogue);

#endif
