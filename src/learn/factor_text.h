/*
 * The text of a network whose convolutions are factored (learn/factor.h). Layers have been checked
 * against the network before. Strings are the caller's to free; NULL when memory is out.
 */
#ifndef MR_LEARN_FACTOR_TEXT_H
#define MR_LEARN_FACTOR_TEXT_H

/* What the name of a convolution's first half ends with. */
#define MR_FACTOR_BASIS "_basis"

/* A convolution, the filters of its first half, and the channels of its second. */
typedef struct mr_factor_pair {
    const char *layer;
    int filters, channels;
} mr_factor_pair;

/* The same network with the layers as further outputs. */
char *mr_factor_text_watched(const char *text, const mr_factor_pair *pairs, int count);

/* The network with two convolutions for each of the layers. */
char *mr_factor_text_make(const char *text, const mr_factor_pair *pairs, int count);

#endif
