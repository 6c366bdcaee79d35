/*
 * Age certificates of several countries on one scale: the age from which a film may be shown.
 *
 * The table is kept on the careful side: "parental guidance" counts as the age from which its board
 * says that a child is not unsettled. A film without a certificate counts as one for adults.
 */
#ifndef MR_RECOMMEND_CERTIFICATE_H
#define MR_RECOMMEND_CERTIFICATE_H

#include "recommend/genre.h"

/* X("label", minimum age): India (U, UA, A, S), USA (G … NC-17), United Kingdom (12A, 12, 15, 18;
 * its U and PG are those above), Germany (FSK), and the union of names that differ in spelling
 * only. */
#define MR_CERTIFICATES(X)                                                                         \
    X("U", 0)                                                                                      \
    X("UA", 12)                                                                                    \
    X("U/A", 12)                                                                                   \
    X("A", 18)                                                                                     \
    X("S", 18)                                                                                     \
    X("G", 0)                                                                                      \
    X("PG", 8)                                                                                     \
    X("PG-13", 13)                                                                                 \
    X("R", 17)                                                                                     \
    X("NC-17", 18)                                                                                 \
    X("12A", 12)                                                                                   \
    X("12", 12)                                                                                    \
    X("15", 15)                                                                                    \
    X("18", 18)                                                                                    \
    X("FSK 0", 0)                                                                                  \
    X("FSK 6", 6)                                                                                  \
    X("FSK 12", 12)                                                                                \
    X("FSK 16", 16)                                                                                \
    X("FSK 18", 18)

/* Minimum age of a film whose certificate is not known. */
#define MR_CERTIFICATE_UNKNOWN_AGE 18

/* The minimum age of a certificate (case ignored); MR_CERTIFICATE_UNKNOWN_AGE for an empty label;
 * -1 for a label that is none of the table. */
int mr_certificate_age(const char *label);

/*
 * The age from which a film suits, which is never below the minimum age of its certificate.
 *
 * Boards judge what is shown, by the measure of their time and country, not whom it is made for:
 * "Jaws" is PG, and thrillers and war films are U. Horror, thrillers, crime and war suit from 12 on
 * unless they are animated: Family makes none of them one for children, for it stands for family
 * drama, too ("Drushyam", a thriller on a murder, is U and Family). Action suits from 7 on unless
 * it is animated or Family.
 */
int mr_suitable_age(int minimum_age, mr_genre_set genres);

#endif
