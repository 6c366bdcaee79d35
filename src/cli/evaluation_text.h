/* Evaluations of networks for people, on stdout: tables in columns, then what stands out. */
#ifndef MR_CLI_EVALUATION_TEXT_H
#define MR_CLI_EVALUATION_TEXT_H

#include "learn/evaluate_attributes.h"
#include "learn/evaluate_emotion.h"

void mr_text_emotion_report(const mr_emotion_report *report);

void mr_text_attributes_report(const mr_attributes_report *report);

#endif
