#include "cli/text.h"

#include "base/labels.h"
#include "json/age.h"

#include <stdio.h>

/* "  female 97 %", padded so that the columns of several faces stand below each other. */
static void print_class(bool known, const float *shares, int count, int width, mr_labeller label) {
    if (!known)
        return;
    int best = mr_likeliest(shares, count);
    printf("  %*s %3.0f %%", width, label(best), 100 * (double)shares[best]);
}

static void print_person(size_t number, const mr_person *person, bool readable) {
    const mr_box *box = &person->face.box;
    const mr_attributes *a = &person->attributes;
    char size[32];
    snprintf(size, sizeof size, "%.0f×%.0f", (double)box->width, (double)box->height);
    printf("  face %-2zu  box %5.0f,%-5.0f %10s", number, (double)box->x, (double)box->y, size);
    if (a->has_age) {
        mr_age_years age = mr_age_in_years(a);
        printf("  age %3d (%d-%d, range %s)", age.years, age.low, age.high, age.range);
    }
    print_class(a->has_gender, a->gender, MR_GENDER_COUNT, 6, mr_gender_label_at);
    print_class(a->has_ethnicity, a->ethnicity, MR_ETHNICITY_COUNT, 6, mr_ethnicity_label_at);
    print_class(a->has_emotion, a->emotion, MR_EMOTION_COUNT, 8, mr_emotion_label_at);
    puts(readable ? "" : "  too small to be read");
}

void mr_text_analysis(const char *file, const mr_analysis *analysis) {
    printf("%s  %d×%d  %zu face%s  %.0f ms\n", file, analysis->width, analysis->height,
           analysis->count, analysis->count == 1 ? "" : "s", analysis->ms);
    for (size_t i = 0; i < analysis->count; i++)
        print_person(i + 1, &analysis->people[i], i < analysis->readable);
}

static void print_film(size_t number, const mr_recommended_film *film) {
    const mr_film *facts = &film->film;
    printf("%3zu  %s", number, facts->title);
    if (facts->year)
        printf(" (%d)", facts->year);
    printf("  %.0f %%%s\n", 100 * (double)film->score, film->explored ? "  to discover" : "");
    const char *joint = "     ";
    for (int i = 0; i < facts->genre_count; i++, joint = ", ")
        printf("%s%s", joint, facts->genres[i]);
    if (facts->genre_count)
        joint = " · ";
    const char *const others[] = {facts->language, facts->certificate, facts->id};
    for (int i = 0; i < 3; i++)
        if (*others[i]) {
            printf("%s%s", joint, others[i]);
            joint = " · ";
        }
    putchar('\n');
    for (int i = 0; i < film->reason_count; i++)
        printf("     + %s\n", film->reasons[i]);
}

void mr_text_films(const mr_recommendation *films) {
    if (films->count == 0)
        puts("no film passes the filters");
    for (size_t i = 0; i < films->count; i++)
        print_film(i + 1, &films->films[i]);
}
