#include "base/csv.h"

#include "base/file.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads one field at *cursor in place; returns the character that ended it ('\n', ',' or 0). */
static int take_field(char **cursor, char *end, char **field, size_t *line, int *broken) {
    char *read = *cursor, *write = read;
    *field = read;
    *broken = 0;
    if (read < end && *read == '"') {
        read++;
        for (;;) {
            if (read >= end) {
                *broken = 1;
                return 0;
            }
            if (*read == '"') {
                if (read + 1 < end && read[1] == '"') {
                    read++;
                } else {
                    read++;
                    break;
                }
            }
            if (*read == '\n')
                ++*line;
            *write++ = *read++;
        }
        if (read < end && *read == '\r')
            read++;
        if (read < end && *read != ',' && *read != '\n')
            *broken = 1;
    } else {
        while (read < end && *read != ',' && *read != '\n')
            read++;
        write = read;
        if (write > *field && write[-1] == '\r' && (read >= end || *read == '\n'))
            write--;
    }
    int ended = read < end ? *read : 0;
    *write = 0;
    *cursor = read < end ? read + 1 : read;
    return ended;
}

static mr_status cut(mr_csv *csv, size_t size, const char *name) {
    char *cursor = csv->text, *end = csv->text + size;
    if (size >= 3 && memcmp(cursor, "\xef\xbb\xbf", 3) == 0)
        cursor += 3;
    size_t capacity = 0, count = 0, line_capacity = 0, records = 0, line = 1;
    while (cursor < end) {
        size_t start_line = line, in_record = 0;
        int ended;
        do {
            char *field;
            int broken;
            ended = take_field(&cursor, end, &field, &line, &broken);
            if (broken)
                return mr_fail(MR_E_FORMAT, "%s: line %zu: unfinished or misplaced quote", name,
                               start_line);
            if (!mr_grow(&csv->fields, &capacity, count + 1, sizeof *csv->fields))
                return mr_fail(MR_E_MEMORY, "%s: no memory for its fields", name);
            csv->fields[count++] = field;
            in_record++;
        } while (ended == ',');
        line++;
        if (records == 0)
            csv->columns = in_record;
        if (in_record != csv->columns)
            return mr_fail(MR_E_FORMAT, "%s: line %zu: %zu fields, expected %zu", name, start_line,
                           in_record, csv->columns);
        if (!mr_grow(&csv->lines, &line_capacity, records + 1, sizeof *csv->lines))
            return mr_fail(MR_E_MEMORY, "%s: no memory for its lines", name);
        csv->lines[records++] = start_line;
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
    double value = strtod(text, &end);
    if (end == text || *end != 0)
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
