/* Answers for people, on stdout. */
#ifndef MR_CLI_TEXT_H
#define MR_CLI_TEXT_H

#include "moodreel/moodreel.h"

/* A line on the picture, then a line a face, in columns. */
void mr_text_analysis(const char *file, const mr_analysis *analysis);

/* A numbered line a film, its reasons below. */
void mr_text_films(const mr_recommendation *films);

#endif
