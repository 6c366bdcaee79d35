#include "face/track_match.h"

#include <math.h>
#include <string.h>

/*
 * Columns are numbered from 1; column 0 holds the row that is being placed. Prices keep every
 * reduced cost from falling below 0, as in any primal-dual method; the columns behind those of the
 * table are blank, and there are as many as rows, so that a row can always be placed.
 */
static float reduced_cost(const mr_matcher *m, int row, int column, int columns) {
    float cost = column <= columns ? -m->likeness[row - 1][column - 1] : 0;
    return cost - m->row_price[row] - m->column_price[column];
}

/* Finds the cheapest way on from the columns reached so far, and returns its end. */
static int next_column(mr_matcher *m, int last, int columns, int all, float *step) {
    int row = m->row_of[last], best = 0;
    *step = INFINITY;
    for (int c = 1; c <= all; c++) {
        if (m->reached[c])
            continue;
        float cost = reduced_cost(m, row, c, columns);
        if (cost < m->slack[c]) {
            m->slack[c] = cost;
            m->from[c] = last;
        }
        if (m->slack[c] < *step) {
            *step = m->slack[c];
            best = c;
        }
    }
    return best;
}

static void raise_prices(mr_matcher *m, int all, float step) {
    for (int c = 0; c <= all; c++) {
        if (m->reached[c]) {
            m->row_price[m->row_of[c]] += step;
            m->column_price[c] -= step;
        } else {
            m->slack[c] -= step;
        }
    }
}

/* Places one more row, moving earlier ones where that pays. */
static void place(mr_matcher *m, int row, int columns, int all) {
    for (int c = 0; c <= all; c++) {
        m->slack[c] = INFINITY;
        m->reached[c] = false;
    }
    m->row_of[0] = row;
    int column = 0;
    do {
        float step;
        m->reached[column] = true;
        int next = next_column(m, column, columns, all, &step);
        raise_prices(m, all, step);
        column = next;
    } while (m->row_of[column] != 0);
    for (; column != 0; column = m->from[column])
        m->row_of[column] = m->row_of[m->from[column]];
}

void mr_match(mr_matcher *matcher, int rows, int columns) {
    int all = columns + rows;
    memset(matcher->row_price, 0, sizeof matcher->row_price);
    memset(matcher->column_price, 0, sizeof matcher->column_price);
    memset(matcher->row_of, 0, sizeof matcher->row_of);
    for (int row = 1; row <= rows; row++)
        place(matcher, row, columns, all);
    for (int row = 0; row < rows; row++)
        matcher->column_of_row[row] = -1;
    for (int c = 1; c <= columns; c++) {
        int row = matcher->row_of[c] - 1;
        if (row >= 0 && matcher->likeness[row][c - 1] > 0)
            matcher->column_of_row[row] = c - 1;
    }
}

static float shared(float a, float a_length, float b, float b_length) {
    return fmaxf(fminf(a + a_length, b + b_length) - fmaxf(a, b), 0);
}

static mr_box grow(const mr_box *box, float margin) {
    return (mr_box){.x = box->x - margin * box->width,
                    .y = box->y - margin * box->height,
                    .width = box->width * (1 + 2 * margin),
                    .height = box->height * (1 + 2 * margin)};
}

float mr_box_likeness(const mr_box *a, const mr_box *b, float margin) {
    mr_box p = grow(a, margin), q = grow(b, margin);
    float both = shared(p.x, p.width, q.x, q.width) * shared(p.y, p.height, q.y, q.height);
    float either = p.width * p.height + q.width * q.height - both;
    return either > 0 ? both / either : 0;
}
