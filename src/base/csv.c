#include "base/csv.h"
#include "base/number.h"

#include "base/file.h"
#include "base/memory.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A text on its way to fields. */
typedef struct cutter {
    const char *name;
    char *at, *end;
    size_t line; /* where `at` is, from 1 */
} cutter;

static mr_status refuse(const cutter *c, size_t line, const char *found, const char *expected) {
    return mr_fail(MR_E_FORMAT, "%s: line %zu: %s: expected %s", c->name, line, found, expected);
}

static bool is_end_of_field(const char *at, const char *end) {
    return at >= end || *at == ',' || *at == '\n';
}

/* What stands between quotes, moved to where the first of them is; returns its end. */
static mr_status take_quoted(cutter *c, char **written) {
    char *write = c->at;
    size_t began = c->line;
    for (c->at++; c->at < c->end; *write++ = *c->at++) {
        c->line += *c->at == '\n';
        if (*c->at != '"')
            continue;
        c->at++;
        if (c->at < c->end && *c->at == '"')
            continue;
        *written = write;
        return MR_OK;
    }
    return refuse(c, began, "a quote that is not closed", "another before the file ends");
}

static mr_status take_plain(cutter *c, char **written) {
    while (!is_end_of_field(c->at, c->end) && *c->at != '\r') {
        if (*c->at == '"')
            return refuse(c, c->line, "a quote inside a field",
                          "the whole field in quotes, those inside it doubled");
        c->at++;
    }
    *written = c->at;
    return MR_OK;
}

/* Reads one field in place; tells the character that ended it: '\n', ',' or 0. */
static mr_status take_field(cutter *c, char **field, int *ended) {
    char *written = c->at;
    *field = c->at;
    bool quoted = c->at < c->end && *c->at == '"';
    MR_TRY(quoted ? take_quoted(c, &written) : take_plain(c, &written));
    if (c->at < c->end && *c->at == '\r') {
        c->at++;
        if (c->at == c->end || *c->at != '\n')
            return refuse(c, c->line, "a carriage return", "a line feed behind it");
    }
    if (!is_end_of_field(c->at, c->end))
        return refuse(c, c->line, "text behind a closing quote", "a comma or the end of the line");
    *ended = c->at < c->end ? *c->at++ : 0;
    *written = 0;
    c->line += *ended == '\n';
    return MR_OK;
}

/* Reads one record behind the fields that are there. */
static mr_status take_record(cutter *c, mr_csv *csv, size_t *count, size_t *capacity) {
    int ended = ',';
    while (ended == ',') {
        if (!mr_grow(&csv->fields, capacity, *count + 1, sizeof *csv->fields))
            return mr_fail(MR_E_MEMORY, "%s: no memory for its fields", c->name);
        MR_TRY(take_field(c, &csv->fields[*count], &ended));
        ++*count;
    }
    return MR_OK;
}

static mr_status check_header(const mr_csv *csv, const char *name) {
    if (csv->columns > MR_CSV_MAX_COLUMNS)
        return mr_fail(MR_E_LIMIT, "%s: line 1: %zu columns: expected at most %d", name,
                       csv->columns, MR_CSV_MAX_COLUMNS);
    for (size_t i = 0; i < csv->columns; i++)
        if (mr_csv_column(csv, csv->fields[i]) != (int)i)
            return mr_fail(MR_E_FORMAT,
                           "%s: line 1: column '%.40s' is there twice: expected different names",
                           name, csv->fields[i]);
    return MR_OK;
}

static mr_status cut(mr_csv *csv, size_t size, const char *name) {
    cutter c = {name, csv->text, csv->text + size, 1};
    if (size >= 3 && memcmp(c.at, "\xef\xbb\xbf", 3) == 0)
        c.at += 3;
    size_t capacity = 0, count = 0, line_capacity = 0, records = 0;
    while (c.at < c.end) {
        size_t line = c.line, before = count;
        MR_TRY(take_record(&c, csv, &count, &capacity));
        if (records == 0) {
            csv->columns = count;
            MR_TRY(check_header(csv, name));
        }
        if (count - before != csv->columns)
            return mr_fail(MR_E_FORMAT, "%s: line %zu: %zu field%s: expected %zu, as in line 1",
                           name, line, count - before, count - before == 1 ? "" : "s",
                           csv->columns);
        if (!mr_grow(&csv->lines, &line_capacity, records + 1, sizeof *csv->lines))
            return mr_fail(MR_E_MEMORY, "%s: no memory for its lines", name);
        csv->lines[records++] = line;
    }
    if (records == 0)
        return mr_fail(MR_E_FORMAT, "%s: empty, expected a header line", name);
    csv->rows = records - 1;
    memmove(csv->lines, csv->lines + 1, csv->rows * sizeof *csv->lines);
    return MR_OK;
}

static mr_status cut_or_free(mr_csv csv, size_t size, const char *name, mr_csv *out) {
    mr_status status = memchr(csv.text, 0, size)
                           ? mr_fail(MR_E_FORMAT, "%s: holds a zero byte, expected text", name)
                           : cut(&csv, size, name);
    if (status == MR_OK)
        *out = csv;
    else
        mr_csv_free(&csv);
    return status;
}

mr_status mr_csv_load(const char *path, size_t limit, mr_csv *out) {
    unsigned char *bytes;
    size_t size;
    MR_TRY(mr_file_read(path, limit, &bytes, &size));
    return cut_or_free((mr_csv){.text = (char *)bytes}, size, path, out);
}

mr_status mr_csv_parse(const char *bytes, size_t size, const char *name, mr_csv *out) {
    char *copy = malloc(size + 1);
    if (!copy)
        return mr_fail(MR_E_MEMORY, "%s: no memory for %zu bytes", name, size);
    memcpy(copy, bytes, size);
    copy[size] = 0;
    return cut_or_free((mr_csv){.text = copy}, size, name, out);
}

void mr_csv_free(mr_csv *csv) {
    free(csv->text);
    free(csv->fields);
    free(csv->lines);
    *csv = (mr_csv){0};
}

int mr_csv_column(const mr_csv *csv, const char *name) {
    for (size_t i = 0; i < csv->columns; i++)
        if (strcmp(csv->fields[i], name) == 0)
            return (int)i;
    return -1;
}

const char *mr_csv_field(const mr_csv *csv, size_t row, int column) {
    return csv->fields[(row + 1) * csv->columns + (size_t)column];
}

mr_status mr_csv_number(const mr_csv *csv, const char *path, size_t row, int column, double *out) {
    const char *text = mr_csv_field(csv, row, column);
    char *end;
    double value = mr_strtod(text, &end);
    if (end == text || *end != 0 || isspace((unsigned char)*text) || strpbrk(text, "xX("))
        return mr_fail(MR_E_FORMAT, "%s: line %zu: column %s: '%.40s' is not a number", path,
                       csv->lines[row], csv->fields[column], text);
    *out = value;
    return MR_OK;
}

void mr_csv_print(FILE *file, const char *text) {
    putc('"', file);
    for (; *text; text++) {
        if (*text == '"')
            putc('"', file);
        putc(*text, file);
    }
    putc('"', file);
}
