/*
 * Letters of other scripts in plain Latin ones, for looking up titles: close to what people type,
 * not to a standard of libraries. Latin with accents, Greek, Cyrillic, and the scripts of India
 * that share the layout of ISCII (Devanagari, Bengali, Gurmukhi, Gujarati, Oriya, Tamil, Telugu,
 * Kannada, Malayalam).
 *
 * Thread rule: pure functions.
 */
#ifndef MR_RECOMMEND_TRANSLITERATE_H
#define MR_RECOMMEND_TRANSLITERATE_H

/* How a letter of an Indian script takes the vowel that every consonant has by itself. */
typedef enum mr_letter_kind {
    MR_LETTER_PLAIN,
    MR_LETTER_CONSONANT, /* an "a" follows unless a vowel sign does */
    MR_LETTER_VOWEL_SIGN /* takes the place of that "a"; the virama is an empty one */
} mr_letter_kind;

/* The lower-case ASCII text of a code point beyond ASCII: empty for what is left out (combining
 * accents), " " for what parts words (punctuation), NULL for letters of other scripts. */
const char *mr_transliterate(long point, mr_letter_kind *kind);

#endif
