/* The age that several estimates of one person agree on; vote.h says how. */
#ifndef MR_FACE_VOTE_AGE_H
#define MR_FACE_VOTE_AGE_H

#include "face/vote.h"

/* Fills the age of vote->mean from the ballots that tell one. */
void mr_vote_age(mr_vote *vote);

#endif
