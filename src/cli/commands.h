/*
 * The subcommands, one file each: cmd_NAME.c. All are called as main() is, with the command's name
 * in argv[0], and return the program's exit code.
 */
#ifndef MR_CLI_COMMANDS_H
#define MR_CLI_COMMANDS_H

int mr_cmd_analyze(int argc, char **argv);
int mr_cmd_bench(int argc, char **argv);
int mr_cmd_calibrate(int argc, char **argv);
int mr_cmd_factor(int argc, char **argv);
int mr_cmd_erase(int argc, char **argv);
int mr_cmd_evaluate(int argc, char **argv);
int mr_cmd_export(int argc, char **argv);
int mr_cmd_feedback(int argc, char **argv);
int mr_cmd_import(int argc, char **argv);
int mr_cmd_recommend(int argc, char **argv);
int mr_cmd_serve(int argc, char **argv);
int mr_cmd_train(int argc, char **argv);
int mr_cmd_watch(int argc, char **argv);

int mr_cmd_train_detector(int argc, char **argv);
int mr_cmd_train_landmarks(int argc, char **argv);
int mr_cmd_evaluate_detector(int argc, char **argv);

/* "train forest" and "evaluate forest" */
int mr_cmd_train_forest(int argc, char **argv);
int mr_cmd_evaluate_forest(int argc, char **argv);

/* "train blend" */
int mr_cmd_train_blend(int argc, char **argv);

/* "train collaborative" and "evaluate recommender" */
int mr_cmd_train_collaborative(int argc, char **argv);
int mr_cmd_evaluate_recommender(int argc, char **argv);

#endif
