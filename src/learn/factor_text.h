/*
 * The text of a network whose convolutions are factored (learn/factor.h). Layers and ranks have
 * been checked against the network before. All strings are the caller's to free; NULL when memory
 * is out.
 */
#ifndef MR_LEARN_FACTOR_TEXT_H
#define MR_LEARN_FACTOR_TEXT_H

#include "learn/factor.h"

/* A network's file as one string. */
mr_status mr_factor_text_read(const char *path, char **text);

/* The same network with the layers as further outputs. */
char *mr_factor_text_watched(const char *text, const mr_factor_rank *ranks, int count);

/* The network with two convolutions for each of the layers. */
char *mr_factor_text_make(const char *text, const mr_factor_rank *ranks, int count);

#endif
