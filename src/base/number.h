/*
 * Numbers in files, which have a decimal point whatever the locale of the program that uses the
 * library.
 *
 * Thread rule: any thread.
 */
#ifndef MR_BASE_NUMBER_H
#define MR_BASE_NUMBER_H

/* strtod in the locale "C". */
double mr_strtod(const char *text, char **end);

#endif
