/* The labels that parameters may have, from the lists that the rest of the program is made of. */
#include "moodreel/moodreel.h"
#include "recommend/certificate.h"
#include "recommend/genre.h"
#include "server/handlers.h"

#include <strings.h>

#define SECOND(name, label) label,
#define FIRST(label, age)   label,
const char *const mr_genre_choices[] = {MR_GENRES(SECOND) NULL};
const char *const mr_certificate_choices[] = {MR_CERTIFICATES(FIRST) NULL};
const char *const mr_mood_choices[] = {"auto", "lift", "match", NULL};
const char *const mr_emotion_choices[] = {MR_EMOTIONS(SECOND) NULL};
const char *const mr_gender_choices[] = {MR_GENDERS(SECOND) NULL};
const char *const mr_feedback_choices[] = {MR_FEEDBACK_KINDS(SECOND) NULL};

bool mr_is_language(const mr_engine *engine, const char *language) {
    mr_film film;
    for (size_t i = 0; mr_film_at(engine, i, &film) == MR_OK; i++)
        if (strcasecmp(film.language, language) == 0)
            return true;
    return false;
}
