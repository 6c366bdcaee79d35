/*
 * Comma-separated values (RFC 4180): quoted fields, doubled quotes, line breaks inside quotes,
 * CRLF or LF. The first record names the columns.
 *
 *     mr_csv csv;
 *     MR_TRY(mr_csv_load("films.csv", MR_CSV_DEFAULT_LIMIT, &csv));
 *     int title = mr_csv_column(&csv, "title");
 *     for (size_t row = 0; row < csv.rows; row++)
 *         puts(mr_csv_field(&csv, row, title));
 *     mr_csv_free(&csv);
 *
 * The whole file is held in one block that the fields point into. What the standard does not allow
 * is an error that names the line and what was expected: another number of fields than in the
 * header, a quote inside a field that has none around it, text behind a closing quote, a quote that
 * is not closed, a lone carriage return; and two columns of one name. Nothing of such a file is
 * given. Thread rule: read-only once loaded.
 */
#ifndef MR_BASE_CSV_H
#define MR_BASE_CSV_H

#include "base/error.h"

#include <stddef.h>
#include <stdio.h>

#define MR_CSV_MAX_COLUMNS   1024
#define MR_CSV_DEFAULT_LIMIT ((size_t)256 << 20)

typedef struct mr_csv {
    char *text;    /* the file, cut into strings in place */
    char **fields; /* (rows + 1) × columns pointers, the header first */
    size_t *lines; /* line of the file on which each data row starts, from 1 */
    size_t rows;   /* data rows, without the header */
    size_t columns;
} mr_csv;

/* Reads a file of at most `limit` bytes. */
mr_status mr_csv_load(const char *path, size_t limit, mr_csv *out);

/* Parses a copy of `size` bytes; `name` stands for the file in errors. */
mr_status mr_csv_parse(const char *bytes, size_t size, const char *name, mr_csv *out);

void mr_csv_free(mr_csv *csv);

/* Index of the column with this name, or -1. */
int mr_csv_column(const mr_csv *csv, const char *name);

/* Field of a data row; the column must exist. */
const char *mr_csv_field(const mr_csv *csv, size_t row, int column);

/* The field as a decimal number, "nan" or "inf", without space around it; an error names `path`,
 * line, column and what was found. */
mr_status mr_csv_number(const mr_csv *csv, const char *path, size_t row, int column, double *out);

/* Writes a field in quotes, those inside it doubled (RFC 4180). */
void mr_csv_print(FILE *file, const char *text);

#endif
